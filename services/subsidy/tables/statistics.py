"""Figures of statistics, and when they were counted."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
)

from services.subsidy.tables.metadata import metadata

# Whom a figure is about: what is empty, or level nought, is not told apart. `shape` says which dimensions are given.
statistic_group = Table(
    "statistic_group",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("shape", SmallInteger, nullable=False),
    Column("organ", Text, nullable=False),
    Column("occupation", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("audience", Text, nullable=False),
    Column("line", Text, nullable=False),
)
Index(
    "uq_statistic_group_place",
    statistic_group.c.shape,
    statistic_group.c.organ,
    statistic_group.c.occupation,
    statistic_group.c.chain,
    statistic_group.c.level,
    statistic_group.c.audience,
    statistic_group.c.line,
    unique=True,
)

# Figures say nothing without their group, which is under territorial isolation. `previous` 0: all that is counted in the
# month; else how many of those have their person's last one before in the month `previous`.
statistic_cell = Table(
    "statistic_cell",
    metadata,
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("previous", Integer, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("fen", BigInteger, nullable=False),
)

# When it was counted last, how long that took, by which policy, and up to where in the record of acts.
statistic_count = Table(
    "statistic_count",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("counted_at", DateTime(timezone=True), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)
