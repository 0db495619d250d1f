"""Migrations: what they make is what the tables in the code say, and each of them survives up–down–up."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from alembic.util.exc import CommandError

from cli.servers.places import scratch_folder
from cli.servers.postgres import start_postgres
from cli.suite.database import SERVICES, provide_database
from shared.persistence import migrations


def findings(root: Path) -> Sequence[str]:
    """Every service whose migrations and tables differ, or whose migrations cannot be undone and done again."""
    del root
    with scratch_folder() as folder:
        server = start_postgres(folder / "postgres", durable=False, say=lambda _: None)
        try:
            database = asyncio.run(provide_database(server.url, "njt_check"))
            return [found for service in SERVICES for found in _findings(service, database.owners[service])]
        finally:
            server.stop()


def _findings(service: str, owner_url: str) -> list[str]:
    try:
        for to in ("head", "base", "head"):
            migrations.migrate(service, owner_url, to=to)
        migrations.check(service, owner_url)
    except CommandError as difference:
        return [f"{service}: {difference}"]
    return []
