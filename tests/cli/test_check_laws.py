"""Each law catches what breaks it and lets pass what does not."""

from pathlib import Path

import pytest

from cli.check.laws import LAWS, findings

BREACHES = {
    "broker client in a service": (
        "services/filing/worker.py",
        "import aio_pika",
        "imports aio_pika — the broker's client",
    ),
    "broker client's inside": (
        "shared/messaging/relay.py",
        "from aiormq.abc import Basic",
        "imports aiormq.abc — the broker's client",
    ),
    "broker client in a bench": (
        "cli/bench/smoke.py",
        "import aio_pika",
        "imports aio_pika — the broker's client",
    ),
    "http client in a service": (
        "services/filing/province.py",
        "from httpx import AsyncClient",
        "imports httpx — outbound HTTP",
    ),
    "http client in the command line": ("cli/story.py", "import httpx as h", "imports httpx — outbound HTTP"),
    "commit in a handler": (
        "services/filing/handlers.py",
        "async def f(work):\n    await work.session.commit()",
        ":2: calls .commit( — only the unit of work",
    ),
    "select in a handler": (
        "services/filing/handlers.py",
        "from sqlalchemy import select\nselect(1)",
        ":2: calls select( — queries stand",
    ),
    "select by another name": (
        "services/filing/routes.py",
        "from sqlalchemy import select as pick\npick(1)",
        "calls select( — queries stand",
    ),
    "insert of a dialect": (
        "services/filing/province.py",
        "from sqlalchemy.dialects.postgresql import insert\ninsert(t)",
        "calls insert( — queries stand",
    ),
    "update of a module": (
        "services/filing/routes.py",
        "import sqlalchemy as sa\nsa.update(t)",
        "calls sa.update( — queries stand",
    ),
    "delete of a table": (
        "services/filing/handlers.py",
        "from services.filing import tables\ntables.filings.delete()",
        "calls tables.filings.delete( — queries stand",
    ),
    "insert of an imported table": (
        "services/filing/handlers.py",
        "from services.filing.tables import filings\nfilings.insert()",
        "calls filings.insert( — queries stand",
    ),
    "select in tables": (
        "services/filing/tables.py",
        "from sqlalchemy import select\nselect(1)",
        "calls select( — queries stand",
    ),
    "text in the command line": (
        "cli/demo.py",
        "from sqlalchemy import text\ntext('SELECT 1')",
        "calls text( — SQL text",
    ),
    "type checking imported": (
        "shared/values/fen.py",
        "from typing import TYPE_CHECKING",
        "imports TYPE_CHECKING — it hides",
    ),
    "type checking as an attribute": (
        "tests/test_x.py",
        "import typing\nif typing.TYPE_CHECKING:\n    pass",
        ":2: mentions TYPE_CHECKING — it hides",
    ),
    "middleware class": (
        "shared/http/auth.py",
        "from starlette.middleware.base import BaseHTTPMiddleware",
        "imports BaseHTTPMiddleware — three",
    ),
    "middleware function": (
        "services/filing/app.py",
        "@app.middleware('http')\nasync def f(request, call_next): ...",
        ":1: @app.middleware('http') — it is",
    ),
    "database in the domain": (
        "services/filing/domain.py",
        "from sqlalchemy.exc import IntegrityError",
        "imports sqlalchemy.exc — rules and contracts",
    ),
    "web in a domain package": (
        "services/filing/domain/filing.py",
        "import fastapi",
        "imports fastapi — rules and contracts",
    ),
    "web in a contract": (
        "shared/contracts/filing.py",
        "from fastapi import Query",
        "imports fastapi — rules and contracts",
    ),
    "module of utils": ("shared/http/utils.py", "", "is named utils — such a name"),
    "package of helpers": ("tests/helpers/__init__.py", "", "is named helpers — such a name"),
    "module base": ("shared/base.py", "", "is named base — such a name"),
    "environment at import": (
        "shared/settings.py",
        "import os\nURL = os.environ['URL']",
        ":2: reads os.environ when imported — settings",
    ),
    "environment in a class": (
        "shared/settings.py",
        "from os import getenv\nclass A:\n    url = getenv('URL')",
        ":3: reads getenv when imported — settings",
    ),
    "environment in a default": (
        "shared/settings.py",
        "import os\ndef f(url=os.getenv('URL')): ...",
        ":2: reads os.getenv when imported — settings",
    ),
    "environment in a keyword's default": (
        "shared/settings.py",
        "import os\ndef f(*, a, url=os.getenv('URL')): ...",
        "reads os.getenv when imported — settings",
    ),
}

CONFORMING = {
    "broker client in its place": ("shared/messaging/rabbit.py", "import aio_pika, aiormq"),
    "broker client in the simulator": ("simulator/line.py", "import aio_pika"),
    "broker client as a bench's peer": ("cli/bench/peers/amqp.py", "import aio_pika"),
    "http client in its place": ("shared/http/client.py", "import httpx"),
    "http client in a test": ("tests/filing/test_routes.py", "import httpx"),
    "commit in its place": ("shared/persistence/unit_of_work.py", "session.commit()"),
    "commit of a command": ("services/filing/handlers.py", "commit()"),
    "query in a repository": ("services/filing/repository.py", "from sqlalchemy import select\nselect(1)"),
    "query in a repository package": (
        "services/filing/repository/claims.py",
        "import sqlalchemy as s\ns.select(1)",
    ),
    "query in the outbox": ("shared/messaging/outbox.py", "from sqlalchemy import insert\ninsert(t)"),
    "text in tables": ("services/filing/tables.py", "from sqlalchemy import text\ntext('now()')"),
    "update of a dictionary": (
        "services/filing/handlers.py",
        "import sqlalchemy\nseen = {}\nseen.update(a=1)",
    ),
    "a function called select": ("services/filing/handlers.py", "from shared.x import select\nselect(1)"),
    "pure middleware": ("services/filing/app.py", "app.add_middleware(Trace)"),
    "contract of pydantic": ("shared/contracts/filing.py", "from pydantic import BaseModel"),
    "a name that contains base": ("shared/database.py", ""),
    "environment in a function": ("cli/up.py", "import os\ndef f():\n    return os.environ"),
    "environment in a deferred expression": ("cli/up.py", "import os\nread = lambda: os.environ"),
}


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("path", "text", "words"), BREACHES.values(), ids=BREACHES.keys())
def test_a_breach_is_found_with_its_reason(path: str, text: str, words: str, tmp_path: Path) -> None:
    write(tmp_path, path, text)
    assert [it for it in findings(tmp_path) if it.startswith(f"{path}:") and words in it]


@pytest.mark.parametrize(("path", "text"), CONFORMING.values(), ids=CONFORMING.keys())
def test_what_keeps_the_laws_passes(path: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, path, text)
    assert findings(tmp_path) == []


def test_every_law_has_a_sample_that_breaks_it(tmp_path: Path) -> None:
    for number, (path, text, _) in enumerate(BREACHES.values()):
        write(tmp_path / str(number), path, text)
    found = [it for number in range(len(BREACHES)) for it in findings(tmp_path / str(number))]
    assert [law.reason for law in LAWS if not any(it.endswith(f" — {law.reason}") for it in found)] == []


@pytest.mark.parametrize(
    "second",
    [
        "import shared.a",
        "from shared import a",
        "from . import a",
        "from .a import x",
        "from shared.a import x",
    ],
)
def test_modules_that_import_each_other_are_found(second: str, tmp_path: Path) -> None:
    write(tmp_path, "shared/__init__.py", "")
    write(tmp_path, "shared/a.py", "import shared.b\nx = 1")
    write(tmp_path, "shared/b.py", second)
    (found,) = findings(tmp_path)
    assert found.startswith(
        ("import cycle shared.a → shared.b → shared.a —", "import cycle shared.b → shared.a → shared.b —")
    )


def test_a_cycle_through_a_package_is_found(tmp_path: Path) -> None:
    write(tmp_path, "shared/a/__init__.py", "from .inner import x")
    write(tmp_path, "shared/a/inner.py", "from shared.a import y")
    assert any(it.startswith("import cycle shared.a") for it in findings(tmp_path))


def test_imports_in_one_direction_are_no_cycle(tmp_path: Path) -> None:
    write(tmp_path, "shared/a/__init__.py", "from shared.a.inner import x")
    write(tmp_path, "shared/a/inner.py", "from shared.b import y\nimport os")
    write(tmp_path, "shared/b.py", "y = 1")
    assert findings(tmp_path) == []
