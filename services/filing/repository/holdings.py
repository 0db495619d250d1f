"""What the register holds that concerns an import, in a few questions whatever the number of rows."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    RowMapping,
    Text,
    any_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from services.filing import tables
from services.filing.domain.bulk import ImportKind
from services.filing.domain.holdings import Holdings, asked_whether_covered
from services.filing.domain.institution import ON_RECORD, Standing
from services.filing.domain.line import Entry
from services.filing.domain.stages import OPEN_STATES
from shared.persistence.aggregates import Asking
from shared.policy import Audience, FilingKind, Policy
from shared.values import Edition, Occupation, OccupationCode

_ON_RECORD = frozenset(each.value for each in ON_RECORD)
_OPEN = sorted(each.value for each in OPEN_STATES)


async def holdings_for(
    kind: ImportKind, entries: Sequence[Entry], asking: Asking, *, policy: Policy, today: date
) -> Holdings:
    """Who is on record or in hand of those an import names, and who covers what matters to it."""
    held = Holdings(
        today=today,
        numbers=set(),
        bodies=set(),
        first_filings=set(),
        in_hand=set(),
        removed={},
        covered={},
        sole=set(),
    )
    await _note_register(held, entries, asking)
    families = sorted(asked_whether_covered(entries, policy), key=str)
    if families:
        await _note_coverage(held, families, asking)
    if kind is ImportKind.FILINGS:
        await _note_in_hand(held, entries, asking)
    return held


async def _note_register(held: Holdings, entries: Sequence[Entry], asking: Asking) -> None:
    columns = tables.public_register.c
    named = or_(
        _among(columns.number, {entry.number for entry in entries}),
        _among(columns.uscc, {str(entry.uscc) for entry in entries}),
    )
    wanted = (
        columns.number,
        columns.uscc,
        columns.audience,
        columns.standing,
        columns.valid_from,
        columns.valid_until,
        columns.ended_on,
    )
    for row in (await asking.execute(select(*wanted).where(named))).mappings():
        held.numbers.add(row["number"])
        _note_body(held, row)


def _note_body(held: Holdings, row: RowMapping) -> None:
    uscc, standing = row["uscc"], row["standing"]
    if standing in _ON_RECORD:
        held.bodies.add((uscc, row["audience"]))
    if standing == Standing.REMOVED.value:
        held.removed[uscc] = max(row["ended_on"], held.removed.get(uscc, row["ended_on"]))
    in_force = standing == Standing.ACTIVE.value and row["valid_from"] <= held.today <= row["valid_until"]
    if in_force and row["audience"] == Audience.OWN_STAFF.value:
        held.first_filings.add(uscc)


async def _note_coverage(held: Holdings, families: Sequence[Occupation], asking: Asking) -> None:
    covered, register = tables.coverage.c, tables.public_register.c
    wanted = [(each.edition.value, str(each.code)) for each in families]
    statement = (
        select(
            covered.edition,
            covered.occupation,
            func.min(register.valid_from).label("since"),
            func.bool_or(covered.sole).label("sole"),
        )
        .join_from(tables.coverage, tables.public_register, covered.institution_id == register.institution_id)
        .where(tuple_(covered.edition, covered.occupation).in_(wanted), covered.valid_until >= held.today)
        .group_by(covered.edition, covered.occupation)
    )
    for row in (await asking.execute(statement)).mappings():
        family = Occupation(Edition(row["edition"]), OccupationCode(row["occupation"]))
        held.covered[family] = row["since"]
        if row["sole"]:
            held.sole.add(family)


async def _note_in_hand(held: Holdings, entries: Sequence[Entry], asking: Asking) -> None:
    columns = tables.filing.c
    statement = select(columns.uscc, columns.audience).where(
        _among(columns.uscc, {str(entry.uscc) for entry in entries}),
        columns.state.in_(_OPEN),
        columns.kind == FilingKind.INITIAL.value,
    )
    for row in (await asking.execute(statement)).mappings():
        held.in_hand.add((row["uscc"], row["audience"]))


def _among(column: Column[str], values: set[str]) -> ColumnElement[bool]:
    """One array, not thousands of parameters."""
    return column == any_(literal(sorted(values), ARRAY(Text)))
