"""Which cases are looked for, as conditions that an index serves whatever the number of cases.

Values that a partial index names are written out in the statement, or the planner could not know that it fits; only
comparisons that leak nothing are used, since others wait until row-level security has looked at every row.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Column, ColumnElement, and_, bindparam, func, not_, or_

from services.filing import tables
from services.filing.domain.queue import Wanted
from services.filing.domain.stages import IN_HAND_STATES
from shared.paging import BadCursor, decode_cursor, moment_in, uuid_in
from shared.persistence.pages import after

_COLUMNS = tables.filing.c
_IN_HAND = sorted(each.value for each in IN_HAND_STATES)


def conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What is wanted of a case."""
    yield from _equal(wanted)
    if wanted.in_hand or (
        wanted.handled_by and wanted.state in IN_HAND_STATES
    ):  # which a partial index is of
        yield in_hand(_COLUMNS.state)
    if wanted.unassigned:
        yield _COLUMNS.officer_id.is_(None)
    if wanted.escalated:
        yield _COLUMNS.escalated_at.is_not(None)
    if wanted.overdue_at is not None:
        yield breached(wanted.overdue_at)
    if wanted.text:
        yield _told_by(wanted.text)


def _equal(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    known = {
        _COLUMNS.state: wanted.state and wanted.state.value,
        _COLUMNS.organ: wanted.organ,
        _COLUMNS.handled_by: wanted.handled_by,
        _COLUMNS.uscc: wanted.applicant,
        _COLUMNS.officer_id: wanted.officer_id,
    }
    yield from (column == value for column, value in known.items() if value is not None)
    for column, term in ((_COLUMNS.kind, wanted.kind), (_COLUMNS.channel, wanted.channel)):
        if term is not None:
            yield column == bindparam(None, term.value, literal_execute=True)


def in_hand(state: Column[str]) -> ColumnElement[bool]:
    """What an officer has to do with."""
    return state.in_(bindparam("in_hand", _IN_HAND, expanding=True, literal_execute=True))


def running(at: datetime) -> ColumnElement[bool]:
    """The clock runs, and is not over yet."""
    return and_(_COLUMNS.paused_at.is_(None), _COLUMNS.due_at >= at)


def breached(at: datetime) -> ColumnElement[bool]:
    """The clock runs, and is over."""
    return and_(_COLUMNS.paused_at.is_(None), _COLUMNS.due_at < at)


def _told_by(told: str) -> ColumnElement[bool]:
    """Whose applicant's name begins with a text, or whose USCC or filing number it is."""
    begins = func.starts_with(_COLUMNS.name, told)
    return or_(begins, _COLUMNS.uscc == told.upper(), _COLUMNS.filing_number == told)


def after_in_queue(cursor: str) -> ColumnElement[bool]:
    """Cases after a position in the queue; raises BadCursor."""
    priority, drafted, key = decode_cursor(cursor, parts=3)
    if priority not in (str(True), str(False)):
        raise BadCursor
    later = after([_COLUMNS.drafted_at, _COLUMNS.id], [moment_in(drafted), uuid_in(key)])
    if priority == str(True):
        return or_(not_(_COLUMNS.priority), and_(_COLUMNS.priority, later))
    return and_(not_(_COLUMNS.priority), later)
