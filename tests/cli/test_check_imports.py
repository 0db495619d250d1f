"""The import contracts hold for the layout of the house and break at each arrow that points the wrong way."""

import shutil
from pathlib import Path

import pytest

from cli.check import CHECKS, REPOSITORY

ARROWS = """
handlers domain
schemas domain
tables domain
repository handlers
repository tables
routes handlers
routes schemas
subscriptions handlers
province handlers
app routes
app repository
app settings
worker subscriptions
worker province
"""
WRONG = [
    ("services/filing/domain.py", "services.accounts.domain"),
    ("services/filing/worker.py", "services.accounts.handlers"),
    ("services/filing/domain.py", "services.filing.handlers"),
    ("services/filing/domain.py", "services.filing.settings"),
    ("services/filing/tables.py", "services.filing.handlers"),
    ("services/filing/handlers.py", "services.filing.repository"),
    ("services/filing/handlers.py", "services.filing.schemas"),
    ("services/filing/routes.py", "services.filing.repository"),
    ("services/filing/subscriptions.py", "services.filing.province"),
    ("services/filing/routes.py", "services.filing.app"),
    ("services/filing/app.py", "services.filing.worker"),
    ("services/filing/app.py", "cli"),
    ("services/filing/province.py", "simulator.line"),
    ("shared/values/fen.py", "services.filing.domain"),
    ("shared/province/schema.py", "cli"),
    ("shared/province/schema.py", "simulator.line"),
    ("simulator/line.py", "shared.province.keys.signing"),
    ("simulator/line.py", "shared.errors"),
    ("simulator/line.py", "services.filing.domain"),
    ("simulator/line.py", "cli"),
    ("shared/errors.py", "shared.values"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository of four packages whose every import is allowed."""
    shutil.copy(REPOSITORY / ".importlinter", tmp_path)
    for service in ("filing", "accounts"):
        for part in sorted(set(ARROWS.split())):
            add(tmp_path, f"services/{service}/{part}.py", "shared.values.fen")
        for source, target in (it.split() for it in ARROWS.strip().splitlines()):
            add(tmp_path, f"services/{service}/{source}.py", f"services.{service}.{target}")
    for module in ("province.schema", "values.fen", "contracts.filing"):
        add(tmp_path, f"shared/{module.replace('.', '/')}.py", "shared.errors")
        add(tmp_path, "simulator/line.py", f"shared.{module}")
    add(tmp_path, "shared/province/keys/signing.py", "shared.errors")
    add(tmp_path, "shared/errors.py", "enum")
    add(tmp_path, "cli/serve.py", "services.filing.app")
    return tmp_path


def add(root: Path, path: str, module: str) -> None:
    """Let a module import another; every folder on the way is a package."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    for folder in file.relative_to(root).parents[:-1]:
        (root / folder / "__init__.py").touch()
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"import {module}\n")


def test_the_layout_of_the_house_keeps_the_contracts(tree: Path) -> None:
    assert CHECKS["imports"](tree) == []


def test_a_service_may_still_lack_most_of_its_modules(tree: Path) -> None:
    for part in ("app", "routes", "repository", "handlers"):
        (tree / f"services/filing/{part}.py").unlink()
    (tree / "cli/serve.py").unlink()
    shutil.rmtree(tree / "services/accounts")
    assert CHECKS["imports"](tree) == []


@pytest.mark.parametrize(("path", "module"), WRONG, ids=lambda it: it.removesuffix(".py").replace("/", "."))
def test_an_arrow_that_points_the_wrong_way_is_found(path: str, module: str, tree: Path) -> None:
    add(tree, path, module)
    importer = path.removesuffix(".py").replace("/", ".")
    found = CHECKS["imports"](tree)
    assert len(found) == 1
    assert f"{importer} -> {module} (l." in found[0]
