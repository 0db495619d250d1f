"""The manifests build, fit the schema, keep the policy, and say what the services need to be told."""

import shutil
from pathlib import Path

import pytest

from cli.check import REPOSITORY
from cli.check.manifest_rules import workloads
from cli.check.manifests import OVERLAYS, build, faults, findings
from shared.contracts.dialect import read_profile
from tests.deploy.manifests import Manifests, environment, main, pick, pod

SERVICES = ("filing", "accounts", "subsidy", "supervision")
K8S = REPOSITORY / "deploy" / "k8s"
EVERYWHERE = "0.0.0.0"  # noqa: S104 — inside a pod; the NetworkPolicy decides who reaches it


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_as_it_stands_has_no_fault(overlay: str, built: dict[str, Manifests]) -> None:
    assert list(faults(built[overlay])) == []


def test_a_field_the_cluster_does_not_know_is_caught(production: Manifests) -> None:
    main(production)["readynessProbe"] = {}
    assert [it for it in faults(production) if "Deployment/filing-api" in it and "readynessProbe" in it]


def test_a_kind_the_cluster_does_not_know_is_caught(production: Manifests) -> None:
    pick(production, "Ingress", "filing-api")["kind"] = "Gateway"
    assert [it for it in faults(production) if it.startswith("Gateway/filing-api")]


def test_an_overlay_that_does_not_build_is_a_finding(tmp_path: Path) -> None:
    shutil.copytree(K8S, tmp_path / "deploy" / "k8s")
    (tmp_path / "deploy/k8s/components/service/worker.yaml").unlink()
    found = findings(tmp_path)
    assert [it.split(":")[0] for it in found] == list(OVERLAYS)
    assert all("worker.yaml" in it for it in found)


def test_a_replacement_that_was_forgotten_is_a_finding(tmp_path: Path) -> None:
    shutil.copytree(K8S, tmp_path / "deploy" / "k8s")
    names = tmp_path / "deploy/k8s/components/service/service-name.yaml"
    names.write_text(
        names.read_text(encoding="utf-8").replace("kind: Job", "kind: CronJob"), encoding="utf-8"
    )
    found = faults(build(tmp_path / "deploy/k8s/overlays/local"))
    assert any("Job/filing-migrate-0.1.0: SERVICE was not replaced" in it for it in found)


def test_a_missing_overlay_is_a_finding(tmp_path: Path) -> None:
    shutil.copytree(K8S, tmp_path / "deploy" / "k8s")
    shutil.rmtree(tmp_path / "deploy/k8s/overlays/staging")
    assert [it.split(":")[0] for it in findings(tmp_path)] == ["staging"]


def test_without_kubectl_nothing_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert findings(REPOSITORY) == [f"{it}: 未找到 kubectl · kubectl is not on PATH" for it in OVERLAYS]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_started_with_its_own_name_and_prefix(service: str, production: Manifests) -> None:
    api, worker = main(production, f"{service}-api"), main(production, f"{service}-worker")
    migrate = main(production, f"{service}-migrate", "Job")
    route = pick(production, "Ingress", f"{service}-api")["spec"]["rules"][0]["http"]["paths"][0]
    assert api["args"] == ["serve", service, "api", "--host", EVERYWHERE, "--port", "8000"]
    assert worker["args"] == ["serve", service, "worker", "--host", EVERYWHERE, "--port", "8001"]
    assert migrate["args"] == ["migrate", service]
    assert pod(production, f"{service}-api")["initContainers"][0]["args"] == ["migrate", service, "--wait"]
    assert environment(api)["NJT_HTTP__ROOT_PATH"] == route["path"] == f"/{service}"


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_migration_holds_the_owner_s_address(service: str, production: Manifests) -> None:
    runtime = {"secretKeyRef": {"name": f"{service}-database", "key": "url"}}
    owner = {"secretKeyRef": {"name": f"{service}-database-owner", "key": "url"}}
    processes = [pod(production, f"{service}-{it}") for it in ("api", "worker")]
    assert environment(main(production, f"{service}-migrate", "Job")) == {"NJT_DATABASE__URL": owner}
    for container in (it for spec in processes for it in (*spec["containers"], *spec["initContainers"])):
        assert environment(container)["NJT_DATABASE__URL"] == runtime


def test_keys_are_held_only_by_the_service_they_belong_to(production: Manifests) -> None:
    def holders(variable: str) -> set[str]:
        return {
            it.labels["app.kubernetes.io/name"] for it in workloads(production) if variable in repr(it.pod)
        }

    assert holders("NJT_IDENTITY__SIGNING_KEY_FILE") == {"accounts"}
    assert holders("NJT_RECEIPTS__SIGNING_KEY_FILE") == {"subsidy"}
    for service in SERVICES:
        assert holders(f"'{service}-privacy-keys'") == {service}
    assert holders("NJT_PROVINCE__SIGNING_KEY_FILE") == set(SERVICES)


def test_a_file_named_in_a_variable_is_mounted(production: Manifests) -> None:
    for work in workloads(production):
        files = {
            it["name"]: [item["path"] for item in it.get("secret", {}).get("items", ())]
            for it in work.pod["volumes"]
        }
        mounted = {
            f"{mount['mountPath']}/{path}"
            for mount in work.pod["containers"][0]["volumeMounts"]
            for path in files[mount["name"]]
        }
        named = {it["value"] for it in work.pod["containers"][0]["env"] if it["name"].endswith("_FILE")}
        assert named == mounted


@pytest.mark.parametrize(("overlay", "replicas"), [("local", 1), ("staging", 2), ("production", 2)])
def test_replicas_follow_the_overlay(overlay: str, replicas: int, built: dict[str, Manifests]) -> None:
    deployments = [it["spec"] for it in built[overlay] if it["kind"] == "Deployment"]
    assert [it["replicas"] for it in deployments] == [replicas] * 8
    assert all(
        ("topologySpreadConstraints" in it["template"]["spec"]) is (overlay == "production")
        for it in deployments
    )


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_profile_is_the_overlay_s(overlay: str, built: dict[str, Manifests]) -> None:
    settings = pick(built[overlay], "ConfigMap", "settings")["data"]
    assert settings["profile"] == overlay
    assert settings["issuer"] == f"{settings['public-url']}/accounts"
    hosts = {it["spec"]["rules"][0]["host"] for it in built[overlay] if it["kind"] == "Ingress"}
    assert hosts == {settings["public-url"].partition("://")[2]}


def test_a_rolling_update_never_takes_a_serving_pod_first(production: Manifests) -> None:
    for it in (it["spec"] for it in production if it["kind"] == "Deployment"):
        assert it["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert it["template"]["spec"]["terminationGracePeriodSeconds"] == 45


def test_the_readme_names_every_secret_and_key(production: Manifests) -> None:
    rows = [it for it in (K8S / "README.md").read_text(encoding="utf-8").splitlines() if it.startswith("| `")]
    for work in workloads(production):
        service = work.labels["app.kubernetes.io/name"]
        items = [
            (volume["secret"]["secretName"], item["key"])
            for volume in work.pod["volumes"]
            for item in volume.get("secret", {}).get("items", ())
        ]
        references = [
            it["valueFrom"].get("secretKeyRef")
            for it in work.pod["containers"][0]["env"]
            if "valueFrom" in it
        ]
        for name, key in [*items, *((it["name"], it["key"]) for it in references if it)]:
            names = (f"| `{name}` ", f"| `{name.replace(service, '<service>', 1)}` ")
            assert any(row.startswith(names) and f"`{key}`" in row for row in rows), f"{name}: {key}"


FOLDER = "/var/lib/ningjitong/objects"
KEEPERS = ("filing", "subsidy")
"""The services that keep uploaded files."""


@pytest.mark.parametrize("process", [f"{it}-{part}" for it in KEEPERS for part in ("api", "worker")])
def test_uploaded_files_are_on_a_volume_that_outlives_the_pod_where_there_is_no_bucket(
    process: str, built: dict[str, Manifests]
) -> None:
    local = built["local"]
    service = process.partition("-")[0]
    url = pick(local, "ConfigMap", "settings")["data"][f"{service}-objects-url"]
    mounts = {it["mountPath"]: it["name"] for it in main(local, process)["volumeMounts"]}
    claims = {it["name"]: it.get("persistentVolumeClaim") for it in pod(local, process)["volumes"]}
    assert url.startswith(f"file://{FOLDER}/")
    claim = claims[mounts[FOLDER]]
    assert claim is not None
    assert pick(local, "PersistentVolumeClaim", claim["claimName"])["spec"]["resources"]["requests"]


@pytest.mark.parametrize("service", KEEPERS)
@pytest.mark.parametrize("overlay", ["staging", "production"])
def test_uploaded_files_are_in_a_bucket_where_there_are_several_replicas(
    overlay: str, service: str, built: dict[str, Manifests]
) -> None:
    manifests = built[overlay]
    assert pick(manifests, "ConfigMap", "settings")["data"][f"{service}-objects-url"].startswith("s3://")
    assert not [it for it in manifests if it["kind"] == "PersistentVolumeClaim"]
    for process in (f"{service}-api", f"{service}-worker"):
        told = environment(main(manifests, process))
        assert {
            told[it]["secretKeyRef"]["name"] for it in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        } == {f"{service}-objects"}


def test_only_who_keeps_files_is_told_where_they_are_and_may_reach_the_bucket(production: Manifests) -> None:
    told = {
        it.labels["app.kubernetes.io/name"] for it in workloads(production) if "OBJECTS__URL" in repr(it.pod)
    }
    assert told == set(KEEPERS)
    for service in KEEPERS:
        reaching = pick(production, "NetworkPolicy", f"{service}-objects")["spec"]["podSelector"][
            "matchLabels"
        ]
        assert reaching == {"app.kubernetes.io/name": service}


@pytest.mark.parametrize("service", SERVICES)
def test_the_ingress_and_nobody_before_it_is_believed_about_a_caller(
    service: str, production: Manifests
) -> None:
    assert environment(main(production, f"{service}-api"))["NJT_HTTP__TRUSTED_PROXIES"] == "1"


@pytest.mark.parametrize("service", SERVICES)
def test_over_https_workers_alone_push_and_show_a_certificate(
    service: str, built: dict[str, Manifests]
) -> None:
    staging = built["staging"]
    api, worker = (environment(main(staging, f"{service}-{role}")) for role in ("api", "worker"))
    for told in (api, worker):
        assert told["NJT_PROVINCE__TRANSPORT"] == "https"
        key = told["NJT_PROVINCE__URL"]["configMapKeyRef"]["key"]
        assert pick(staging, "ConfigMap", "settings")["data"][key].startswith("https://")
        assert "NJT_PROVINCE__BUS_URL" not in told
    files = {
        name: told for name, told in worker.items() if name.endswith(("CA_FILE", "CERT_FILE", "KEY_FILE"))
    }
    mounts = {it["mountPath"]: it["name"] for it in main(staging, f"{service}-worker")["volumeMounts"]}
    volumes = {it["name"]: it for it in pod(staging, f"{service}-worker")["volumes"]}
    for name in ("NJT_PROVINCE__CA_FILE", "NJT_PROVINCE__CLIENT_CERT_FILE", "NJT_PROVINCE__CLIENT_KEY_FILE"):
        folder, _, file = files[name].rpartition("/")
        assert file in [it["path"] for it in volumes[mounts[folder]]["secret"]["items"]]
    assert "province-tls" not in repr(pod(staging, f"{service}-api"))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ["api", "worker"])
def test_every_process_speaks_the_dialect_of_its_overlay(
    service: str, role: str, built: dict[str, Manifests], tmp_path: Path
) -> None:
    staging, name = built["staging"], f"{service}-{role}"
    folder, _, file = environment(main(staging, name))["NJT_PROVINCE__DIALECT_FILE"].rpartition("/")
    mounts = {it["mountPath"]: it["name"] for it in main(staging, name)["volumeMounts"]}
    volumes = {it["name"]: it for it in pod(staging, name)["volumes"]}
    told = pick(staging, "ConfigMap", volumes[mounts[folder]]["configMap"]["name"])["data"][file]
    profile = tmp_path / file
    profile.write_text(told, encoding="utf-8")
    assert read_profile(profile).name == "staging-sample"
    assert "DIALECT_FILE" not in repr(built["production"])


def test_over_https_workers_alone_reach_the_province_and_the_gateway_reaches_the_callback(
    built: dict[str, Manifests],
) -> None:
    staging = built["staging"]
    reaching = pick(staging, "NetworkPolicy", "province-https")["spec"]
    assert reaching["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "worker"
    assert reaching["egress"][0]["ports"] == [{"protocol": "TCP", "port": 443}]
    for service in SERVICES:
        (path,) = pick(staging, "Ingress", f"{service}-api")["spec"]["rules"][0]["http"]["paths"]
        assert (path["path"], path["pathType"]) == (f"/{service}", "Prefix")
        assert environment(main(staging, f"{service}-api"))["NJT_HTTP__ROOT_PATH"] == f"/{service}"


@pytest.mark.parametrize("service", SERVICES)
def test_over_a_broker_the_province_has_an_address_with_a_login_of_its_own(
    service: str, production: Manifests
) -> None:
    told = environment(main(production, f"{service}-worker"))
    secrets = [told[it]["secretKeyRef"]["name"] for it in ("NJT_BUS__URL", "NJT_PROVINCE__BUS_URL")]
    assert secrets == [f"{service}-bus", f"{service}-province-bus"]
    assert "province-tls" not in repr(production)
