"""The lock check catches each way in which the locks can go wrong."""

from pathlib import Path

import pytest

from cli.check import REPOSITORY
from cli.check.lock import findings

PROJECT = """
[project]
dependencies = ["aio-pika==10.2.*", "SQLAlchemy[asyncio]==2.1.*", "httpx"]
[project.optional-dependencies]
dev = ["pytest==9.*"]
"""
HASH = f"--hash=sha256:{'0' * 64}"
RUN = f"""aio-pika==10.2.1 \\
    {HASH} \\
    {HASH}
    # via ningjitong (pyproject.toml)
httpx==0.28.1 \\
    {HASH}
sqlalchemy[asyncio]==2.1.3 ; python_version >= "3.11" \\
    {HASH}
"""
DEVELOP = f"{RUN}pytest==9.2.0 \\\n    {HASH}\n"


def check(root: Path, *, run: str = RUN, develop: str = DEVELOP, project: str = PROJECT) -> list[str]:
    (root / "pyproject.toml").write_text(project, encoding="utf-8")
    (root / "requirements.lock").write_text(run, encoding="utf-8")
    (root / "requirements-dev.lock").write_text(develop, encoding="utf-8")
    return findings(root)


def test_the_product_s_own_locks_pass() -> None:
    assert findings(REPOSITORY) == []


def test_locks_in_step_pass(tmp_path: Path) -> None:
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "-i https://mirror.example",
        "--find-links wheels",
        "# by --extra-index-url x",
    ],
)
def test_an_index_is_found(line: str, tmp_path: Path) -> None:
    assert "requirements.lock:1: names an index or address" in check(tmp_path, run=f"{line}\n{RUN}")


@pytest.mark.parametrize(
    "line",
    [
        "x @ file:///tmp/x.whl",
        "-e .",
        "-r other.lock",
        "x>=1",
        "./wheels/x.whl",
        "git+ssh://git@example.org/x",
    ],
)
def test_what_is_not_pinned_is_found(line: str, tmp_path: Path) -> None:
    found = check(tmp_path, run=f"{RUN}{line} {HASH}\n")
    assert f"requirements.lock: not a pinned requirement: {line}" in found


@pytest.mark.parametrize("weak", ["", "--hash=md5:0123", "--hash=sha256:0123"])
def test_a_requirement_without_a_hash_is_found(weak: str, tmp_path: Path) -> None:
    assert check(tmp_path, develop=f"{DEVELOP}rich==15.0 {weak}\n") == [
        "requirements-dev.lock: rich has no hash"
    ]


def test_a_pin_that_pyproject_does_not_allow_is_found(tmp_path: Path) -> None:
    found = check(tmp_path, project=PROJECT.replace("10.2.*", "10.3.*"))
    assert found == [
        f"{name}: aio-pika is locked at 10.2.1, pyproject.toml says ==10.3.*"
        for name in ("requirements.lock", "requirements-dev.lock")
    ]


def test_a_requirement_that_is_not_locked_is_found(tmp_path: Path) -> None:
    found = check(tmp_path, project=PROJECT.replace('"pytest==9.*"', '"pytest==9.*", "ruff"'))
    assert found == ["requirements-dev.lock: ruff of pyproject.toml is missing"]


def test_locks_that_differ_are_found(tmp_path: Path) -> None:
    found = check(tmp_path, develop=DEVELOP.replace("httpx==0.28.1", "httpx==0.28.2"))
    assert found == ["requirements-dev.lock: httpx is 0.28.2, requirements.lock says 0.28.1"]
