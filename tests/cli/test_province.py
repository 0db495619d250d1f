"""`njt province`: the simulator's programs, given the keys that `njt up` of this machine made where none are named."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import province
from cli.main import create_app
from cli.suite.home import Home


class Program:
    """Whatever is started instead of the simulator: what it was given."""

    def __init__(self) -> None:
        self.started: dict[str, Any] = {}

    def app(self, **given: Any) -> None:
        self.started = given


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    started = Program()
    monkeypatch.setenv("NJT_DATA", str(tmp_path))
    monkeypatch.setattr(province, "import_module", lambda _: SimpleNamespace(app=started.app))
    return started


def run(*arguments: str) -> int:
    return CliRunner().invoke(create_app(), ["province", *arguments]).exit_code


def test_without_an_up_on_this_machine_everything_is_to_be_named(program: Program) -> None:
    assert run("simulate", "--url", "amqp://broker") == 0
    assert program.started["default_map"] == {}
    assert program.started["args"] == ["--url", "amqp://broker"]


def test_the_province_goes_on_with_the_keys_and_the_store_of_up(program: Program, tmp_path: Path) -> None:
    home = Home.at(tmp_path / "up" / "home")
    assert run("simulate", "--scenario", "acts.jsonl") == 0
    assert program.started["default_map"] == {
        "url": "http://127.0.0.1:8080",
        "public": str(home.province_keys),
        "key": str(home.signing_key("province")),
        "peers": str(home.city_keys),
        "store": str(home.province_store),
    }
    assert run("files") == 0
    assert "url" not in program.started["default_map"]


@pytest.mark.parametrize(
    ("told", "key", "peers"),
    [
        ((), "filing", "province-keys.json"),
        (("--service", "subsidy"), "subsidy", "province-keys.json"),
        (("--service=accounts", "--role=city"), "accounts", "province-keys.json"),
        (("--role", "province"), "province", "city-keys.json"),
    ],
)
def test_the_kit_has_the_keys_of_the_side_it_plays(
    program: Program, tmp_path: Path, *, told: tuple[str, ...], key: str, peers: str
) -> None:
    home = Home.at(tmp_path / "up" / "home")
    assert run("conform", "http://127.0.0.1:8090", *told) == 0
    assert program.started["default_map"] == {
        "key": str(home.signing_key(key)),
        "peers": str(home.folder / peers),
    }
