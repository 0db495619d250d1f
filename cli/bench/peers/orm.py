"""FastAPI with the ORM as most people write it: one INSERT, and none of our guarantees."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import ARRAY, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.types import ASGIApp

SCHEMA = "peer"
CONNECTIONS = 8


class Applicant(BaseModel):
    """Who applies."""

    name: str
    uscc: str
    legal_representative: str = ""
    address: str = ""


class Item(BaseModel):
    """One occupation at one level."""

    edition: str
    occupation: str
    work_type: str = ""
    level: int


class Asked(BaseModel):
    """The same body as filing's, typed but not checked against anything."""

    applicant: Applicant
    organ: str
    category: str
    audience: str
    scope: list[Item]
    training: list[str] = []
    evidence: list[str] = []
    channel: str = "online"


class Answered(Asked):
    """The case as it was stored."""

    id: UUID
    state: str


class Rows(DeclarativeBase):
    """Where the ORM notes its tables."""


class Case(Rows):
    """One row a case."""

    __tablename__ = "case"
    __table_args__ = {"schema": SCHEMA}  # noqa: RUF012 — the ORM's own name and form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(Text)
    uscc: Mapped[str] = mapped_column(Text, index=True)
    legal_representative: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    organ: Mapped[str] = mapped_column(Text, index=True)
    category: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(Text)
    scope: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    training: Mapped[list[str]] = mapped_column(ARRAY(Text))
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, index=True, default="draft")


@asynccontextmanager
async def application(url: str) -> AsyncIterator[ASGIApp]:
    """The application on an empty table of its own."""
    address = make_url(url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(address, pool_size=CONNECTIONS, max_overflow=0)
    open_session = async_sessionmaker(engine, expire_on_commit=False)
    async with engine.begin() as connection:
        await connection.run_sync(Rows.metadata.drop_all)
        await connection.run_sync(Rows.metadata.create_all)
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.post("/v1/filings", status_code=201)
    async def draft(asked: Asked) -> Answered:
        case = Case(**asked.model_dump(exclude={"applicant"}), **asked.applicant.model_dump())
        async with open_session() as session, session.begin():
            session.add(case)
        return Answered(**asked.model_dump(), id=case.id, state=case.state)

    try:
        yield app
    finally:
        await engine.dispose()
