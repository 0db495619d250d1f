"""The compose file and the image say what they must, and a breach is caught."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cli.check import REPOSITORY
from shared.settings import ProvinceSettings, Transport
from tests.deploy.compose import Compose, compose_faults

DEPLOY = REPOSITORY / "deploy"
HTTPS, DIALECT = "compose.province-https.yaml", "compose.province-dialect.yaml"
SERVICES = ("filing", "accounts", "subsidy", "supervision")
BREAKS: dict[str, tuple[Callable[[Compose], object], str]] = {
    "no healthcheck": (
        lambda s: s["services"]["filing-api"].pop("healthcheck"),
        "filing-api: keeps running and has no healthcheck",
    ),
    "migration nobody waits for": (
        lambda s: [s["services"][f"filing-{it}"].pop("depends_on") for it in ("api", "worker")],
        "filing-migrate: keeps running and has no healthcheck",
    ),
    "another image": (
        lambda s: s["services"]["filing-api"].update(image="ningjitong:0.0.9"),
        "filing-api: does not run the one image",
    ),
    "latest": (lambda s: s["services"]["postgres"].update(image="postgres:latest"), "names no release"),
    "no tag": (lambda s: s["services"]["rabbitmq"].update(image="rabbitmq"), "names no release"),
    "nothing to wait for": (
        lambda s: s["services"].pop("filing-migrate"),
        "filing-api: waits for filing-migrate, which is not there",
    ),
    "unknown secret": (
        lambda s: s["secrets"].pop("province-peer-keys"),
        "secret province-peer-keys is not there",
    ),
    "password written down": (
        lambda s: s["services"]["postgres"]["environment"].update(POSTGRES_PASSWORD="postgres"),
        "POSTGRES_PASSWORD is written down",
    ),
    "password with a default": (
        lambda s: s["services"]["postgres"]["environment"].update(POSTGRES_PASSWORD="${P:-postgres}"),
        "POSTGRES_PASSWORD is written down",
    ),
    "password in an address": (
        lambda s: s["services"]["filing-api"]["environment"].update(NJT_BUS__URL="amqp://u:p@rabbitmq/"),
        "NJT_BUS__URL is written down",
    ),
    "key file with a default": (
        lambda s: s["secrets"]["subsidy-privacy-keys"].update(file="./keys/privacy"),
        "secret subsidy-privacy-keys: its file has a default",
    ),
}


@pytest.fixture
def compose() -> Compose:
    document: Compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return document


@pytest.fixture
def by_https(compose: Compose) -> Compose:
    """Both files as `docker compose` merges them: environments by name, secrets one after the other."""
    beside: Compose = yaml.safe_load((DEPLOY / HTTPS).read_text(encoding="utf-8"))
    for name, more in beside["services"].items():
        service = compose["services"][name]
        service["environment"] = {**service["environment"], **more["environment"]}
        service["secrets"] = [*service["secrets"], *more.get("secrets", ())]
    compose["secrets"] |= beside["secrets"]
    return compose


def test_over_https_each_worker_is_given_authorities_and_a_certificate(by_https: Compose) -> None:
    assert list(compose_faults(by_https)) == []
    for name in SERVICES:
        api, worker = (by_https["services"][f"{name}-{role}"] for role in ("api", "worker"))
        for process in (api, worker):
            assert process["environment"]["NJT_PROVINCE__TRANSPORT"] == "https"
            assert process["environment"]["NJT_PROVINCE__URL"].startswith("${NJT_PROVINCE_URL:?")
        files = {key: it for key, it in worker["environment"].items() if key.endswith("_FILE")}
        assert set(files) > {f"NJT_PROVINCE__{it}_FILE" for it in ("CA", "CLIENT_CERT", "CLIENT_KEY")}
        assert set(files.values()) == {f"/run/secrets/{it}" for it in worker["secrets"]}
        assert not {"NJT_PROVINCE__CA_FILE", "NJT_PROVINCE__CLIENT_KEY_FILE"} & set(api["environment"])


def test_what_is_told_over_https_is_what_a_worker_takes(by_https: Compose) -> None:
    told = by_https["services"]["filing-worker"]["environment"]
    own = {key.removeprefix("NJT_PROVINCE__").lower(): it for key, it in told.items() if "PROVINCE__" in key}
    settings = ProvinceSettings(**{**own, "url": "https://exchange.example.org"})
    assert settings.transport is Transport.HTTPS
    assert settings.client_key_file == Path("/run/secrets/province-client-key")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ["api", "worker"])
def test_every_process_is_given_the_dialect_that_is_spoken(service: str, role: str, compose: Compose) -> None:
    beside: Compose = yaml.safe_load((DEPLOY / DIALECT).read_text(encoding="utf-8"))
    assert f"{service}-{role}" in compose["services"]
    process = beside["services"][f"{service}-{role}"]
    mounted = {it["target"]: it["source"] for it in process["configs"]}
    told = process["environment"]["NJT_PROVINCE__DIALECT_FILE"]
    assert beside["configs"][mounted[told]]["file"].startswith("${NJT_DIALECT:?")


def test_the_compose_file_as_it_stands_has_no_fault(compose: Compose) -> None:
    assert list(compose_faults(compose)) == []


@pytest.mark.parametrize(("break_it", "words"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_compose_file_is_caught(
    break_it: Callable[[Compose], object], words: str, compose: Compose
) -> None:
    break_it(compose)
    assert any(words in it for it in compose_faults(compose))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_its_migration_interface_and_worker(service: str, compose: Compose) -> None:
    migrate, api, worker = (compose["services"][f"{service}-{it}"] for it in ("migrate", "api", "worker"))
    assert migrate["command"] == ["migrate", service]
    assert api["command"][:3] == ["serve", service, "api"]
    assert worker["command"][:3] == ["serve", service, "worker"]
    assert api["environment"]["NJT_HTTP__ROOT_PATH"] == f"/{service}"
    assert f"://njt_{service}_owner:" in migrate["environment"]["NJT_DATABASE__URL"]
    assert f"://njt_{service}:" in api["environment"]["NJT_DATABASE__URL"]


def test_a_process_reads_only_files_it_is_given(compose: Compose) -> None:
    for service in compose["services"].values():
        named = {value for key, value in service.get("environment", {}).items() if key.endswith("_FILE")}
        assert named == {f"/run/secrets/{it}" for it in service.get("secrets", ())}


def test_roles_of_every_service_get_a_password_from_the_environment(compose: Compose) -> None:
    passwords = {it for it in compose["services"]["postgres"]["environment"] if it.endswith("_PASSWORD")}
    expected = {f"{it.upper()}_{role}_PASSWORD" for it in SERVICES for role in ("DATABASE", "OWNER")}
    assert passwords == {*expected, "POSTGRES_PASSWORD"}
    assert f"for service in {' '.join(SERVICES)};" in (DEPLOY / "roles.sh").read_text(encoding="utf-8")


def test_the_image_holds_the_lock_with_hashes_and_runs_as_nobody_in_particular() -> None:
    lines = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    image = "\n".join(lines)
    assert [it.split()[1] for it in lines if it.startswith("FROM")] == ["python:3.11-slim"] * 2
    assert "--require-hashes -r /tmp/requirements.lock" in image
    assert "requirements-dev" not in image
    assert re.findall(r"^COPY (\w+) \1$", image, re.MULTILINE) == ["services", "shared", "cli", "policy"]
    user = lines.index("USER 10001:10001")
    assert lines[user + 1 :] == ['ENTRYPOINT ["python", "-m", "cli"]']


def test_what_the_image_copies_is_all_that_is_sent_to_build_it() -> None:
    rules = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").split("\n")
    allowed = {it.removeprefix("!") for it in rules if it.startswith("!")}
    assert "*" in rules
    assert allowed == {"requirements.lock", "services", "shared", "cli", "policy"}


def test_uploaded_files_are_on_a_volume_both_processes_see_and_the_image_s_user_owns(
    compose: Compose,
) -> None:
    for name in ("filing-api", "filing-worker"):
        service = compose["services"][name]
        (mount,) = service["volumes"]
        volume, _, folder = mount.partition(":")
        assert volume in compose["volumes"]
        assert service["environment"]["NJT_OBJECTS__URL"].startswith(f"file://{folder}/")
        image = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
        assert f"install --directory --owner 10001 --group 10001 --mode 0700 {folder}\n" in image
