"""One database for the suite: two roles and a schema for each service, brought to the newest revision."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url

from shared.persistence import migrations

SERVICES = ("filing", "accounts", "subsidy", "supervision")


@dataclass(frozen=True, kw_only=True)
class SuiteDatabase:
    """The addresses of one database: as each service's owner, who migrates, and as the service itself."""

    owners: dict[str, str]
    services: dict[str, str]


async def provide_database(server_url: str, name: str, *, secrets_file: Path | None = None) -> SuiteDatabase:
    """Create what is missing of a database with its roles and schemas; passwords are kept in `secrets_file`.

    Roles belong to the whole server, so databases of one server (as tests make them) share them.
    """
    passwords = _passwords(secrets_file)
    server = make_url(server_url).set(drivername="postgresql")
    await _create_database(server, name)
    database = server.set(database=name)
    connection = await asyncpg.connect(_text(database))
    try:
        for service in SERVICES:
            await _create_service(connection, service, passwords)
    finally:
        await connection.close()
    return SuiteDatabase(
        owners={each: _as(database, f"njt_{each}_owner", passwords) for each in SERVICES},
        services={each: _as(database, f"njt_{each}", passwords) for each in SERVICES},
    )


async def migrate_all(database: SuiteDatabase, services: Sequence[str] = SERVICES) -> None:
    """Bring every service's schema to its newest revision."""
    for service in services:
        await asyncio.to_thread(migrations.migrate, service, database.owners[service])


async def drop_database(server_url: str, name: str) -> None:
    """Remove a database, ending whoever is still connected."""
    connection = await asyncpg.connect(_text(make_url(server_url).set(drivername="postgresql")))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def _create_database(server: URL, name: str) -> None:
    connection = await asyncpg.connect(_text(server))
    try:
        known = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
        if not known:
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def _create_service(connection: asyncpg.Connection, service: str, passwords: dict[str, str]) -> None:
    for role in (f"njt_{service}_owner", f"njt_{service}"):
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
        verb = "ALTER" if known else "CREATE"
        await connection.execute(f"{verb} ROLE \"{role}\" LOGIN PASSWORD '{passwords[role]}'")
    await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{service}" AUTHORIZATION "njt_{service}_owner"')
    await connection.execute(f'GRANT USAGE ON SCHEMA "{service}" TO "njt_{service}"')


def _passwords(secrets_file: Path | None) -> dict[str, str]:
    """One random word a role, the same every time the file is there."""
    kept: dict[str, str] = {}
    if secrets_file is not None and secrets_file.exists():
        lines = secrets_file.read_text(encoding="ascii").splitlines()
        kept = dict(line.split(" ", 1) for line in lines)
    roles = [role for each in SERVICES for role in (f"njt_{each}_owner", f"njt_{each}")]
    passwords = {role: kept.get(role) or secrets.token_hex(16) for role in roles}
    if secrets_file is not None and kept != passwords:
        secrets_file.touch(mode=0o600)
        lines = [f"{role} {password}" for role, password in passwords.items()]
        secrets_file.write_text("\n".join(lines), encoding="ascii")
    return passwords


def _as(database: URL, role: str, passwords: dict[str, str]) -> str:
    return _text(database.set(username=role, password=passwords[role]))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
