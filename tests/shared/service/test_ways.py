"""The settings name the way to the counterpart, and half a way is refused when they are read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cli.suite.database import SERVICES, SuiteDatabase
from cli.suite.home import Home, Plan
from shared.http.tls import TlsFileError
from shared.messaging.bus import Message, Outcome
from shared.province.https_line import HttpsLine
from shared.service.ways import BrokerWay, InterfaceWay, way_of
from shared.settings import Profile, ProvinceSettings, Settings
from tests.shared.province.other_side import OtherSide, served_over_tls
from tests.shared.province.papers import Authority

KEYS = {"signing_key_file": "/run/signing-key", "peer_keys_file": "/run/peer-keys"}
MESSAGE = Message(id="1", exchange="", routing_key="", body=b"{}", content_type="application/json")


def line(**told: Any) -> ProvinceSettings:
    return ProvinceSettings.model_validate(KEYS | told)


async def test_over_https_our_certificate_is_shown_and_their_authority_believed(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path, "省级测试机构"), OtherSide()
    ours, theirs = authority.give("city"), authority.give("province")
    async with served_over_tls(other.app, theirs, known_by=str(authority.certificate)) as base:
        settings = line(
            transport="https",
            url=base,
            ca_file=authority.certificate,
            client_cert_file=ours.certificate,
            client_key_file=ours.key,
        )
        way = way_of(settings, name="test")
        assert isinstance(way.line, HttpsLine)
        assert await way.line.publish([MESSAGE]) == [Outcome.CONFIRMED]
        await way.close()
    assert [pushed.path for pushed in other.pushed] == ["/messages"]


async def test_a_broker_is_the_way_unless_another_is_named() -> None:
    way = way_of(line(), name="test")
    assert isinstance(way, BrokerWay)
    await way.close()
    files = way_of(line(transport="files"), name="test")
    assert isinstance(files, InterfaceWay)
    assert files.line is None


def test_certificates_that_are_not_there_are_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(TlsFileError, match=r"none\.pem"):
        way_of(line(transport="https", url="https://127.0.0.1", ca_file=tmp_path / "none.pem"), name="test")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"transport": "https"}, "needs the counterpart's url"),
        ({"transport": "https", "url": "amqp://127.0.0.1"}, "needs the counterpart's url"),
        ({"client_cert_file": "/run/cert"}, "needs its key"),
        ({"client_key_file": "/run/key"}, "needs its key"),
        ({"transport": "pigeon"}, "transport"),
    ],
)
def test_half_a_way_is_refused(told: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        line(**told)


def plan(home: Home, profile: Profile, url: str) -> Plan:
    nowhere = dict.fromkeys(SERVICES, "postgresql+asyncpg://nobody:nothing@127.0.0.1:1/nowhere")
    return Plan(
        home=home,
        database=SuiteDatabase(owners=nowhere, services=nowhere),
        bases=dict.fromkeys(SERVICES, "http://service.test"),
        profile=profile,
        bus_url="amqp://127.0.0.1",
        province_url=url,
    )


@pytest.mark.parametrize("profile", [Profile.STAGING, Profile.PRODUCTION])
def test_in_earnest_nothing_is_pushed_in_the_clear(home: Home, profile: Profile) -> None:
    with pytest.raises(ValidationError, match="over https:// only"):
        plan(home, profile, "http://province.test").settings("filing")
    settings = plan(home, profile, "https://province.test").settings("filing")
    assert (settings.province.transport, settings.province.url) == ("https", "https://province.test")


@pytest.mark.parametrize(
    ("province_url", "accepted"),
    [
        ("amqp://njt:secret@broker.test/njt", False),
        ("amqp://njt:secret@broker.test/njt-province", False),
        ("amqp://njt-province:secret@broker.test/njt", False),
        ("amqp://njt-province:secret@broker.test/njt-province", True),
        ("amqps://njt:secret@province.test/njt", True),
    ],
)
def test_in_earnest_the_province_is_reached_with_a_login_and_on_a_virtual_host_of_its_own(
    home: Home, province_url: str, *, accepted: bool
) -> None:
    told = replace(plan(home, Profile.PRODUCTION, province_url), bus_url="amqp://njt:other@broker.test/njt")
    if accepted:
        assert told.settings("filing").province.bus_url == province_url
    else:
        with pytest.raises(ValidationError, match="virtual host of its own"):
            told.settings("filing")
    replace(told, profile=Profile.LOCAL).settings("filing")


def test_the_variables_of_a_process_say_the_same(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    told = plan(home, Profile.LOCAL, "https://province.test")
    for name, value in told.environment("filing").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NJT_PROVINCE__CA_FILE", "/run/ca.pem")
    settings = Settings()
    assert settings.province == told.settings("filing").province.model_copy(
        update={"ca_file": Path("/run/ca.pem")}
    )
