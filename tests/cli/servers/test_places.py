"""Data lives where it may, programs where they can be reached, and packages start nothing."""

import os
import socket
from pathlib import Path

import pytest

from cli.servers import debian
from cli.servers.accounts import Account, FolderUnreachable, open_folder
from cli.servers.installations import Installation, reachable
from cli.servers.places import LOOPBACK, DataInsideRepository, data_root, free_port

REPOSITORY = Path(__file__).resolve().parents[3]


def silent(_: str) -> None: ...


def test_data_lives_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert data_root() == Path("/var/lib/ningjitong")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert data_root() == Path("~/.local/share/ningjitong").expanduser()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_root() == tmp_path / "ningjitong"
    monkeypatch.setenv("NJT_DATA", str(tmp_path / "elsewhere"))
    assert data_root() == tmp_path / "elsewhere"


def test_data_never_lives_in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NJT_DATA", str(REPOSITORY / "data"))
    with pytest.raises(DataInsideRepository, match="NJT_DATA"):
        data_root()


def test_a_taken_port_is_not_offered() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port


def test_a_folder_its_server_cannot_reach_is_refused_by_name(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(FolderUnreachable, match="closed"):
        open_folder(folder / "closed", Account("nobody", 65533, 65533))


def test_programs_its_server_cannot_reach_are_copied_to_the_data(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NJT_DATA", str(folder / "data"))
    monkeypatch.setattr("cli.servers.installations.open_folder", lambda made, _: made.mkdir(parents=True))
    programs = folder / "closed" / "package" / "pginstall18" / "bin"
    for part in (programs, folder / "closed" / "package.libs"):
        part.mkdir(parents=True)
    (programs / "postgres").write_text("binary", encoding="ascii")
    (folder / "closed").chmod(0o700)
    outside = Account("nobody", 65533, 65533)
    copied = reachable(Installation(programs, "18.4"), outside, silent)
    assert copied.folder == folder / "data/postgresql-18.4/package/pginstall18/bin"
    assert (copied.folder / "postgres").read_text(encoding="ascii") == "binary"
    assert reachable(Installation(programs, "18.4"), outside, silent) == copied
    assert reachable(Installation(programs, "18.4"), None, silent).folder == programs


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 101\n"])
def test_a_package_is_installed_without_starting_its_service(
    before: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = folder / "policy-rc.d"
    programs = {
        "apt-get": f'"{policy}" x start; echo "Setting up x: $?"',
        "update-rc.d": f'echo "$@" >"{folder}/boot"',
    }
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
        (folder / name).chmod(0o755)
    if before:
        policy.write_text(before, encoding="ascii")
        policy.chmod(0o755)
    monkeypatch.setattr(debian, "POLICY", policy)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    said: list[str] = []
    assert debian.install("x", service="x", say=said.append)
    assert said == ["apt-get: Setting up x: 101"] * 2
    assert (folder / "boot").read_text(encoding="ascii") == "x disable\n"
    assert (policy.read_text(encoding="ascii") if policy.exists() else None) == before
