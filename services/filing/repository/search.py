"""Which institutions are looked for, as conditions that an index serves however large the register is.

No extension of the database is needed: a beginning is a range. Only comparisons that leak nothing are used, since
others wait until row-level security has looked at every row.
"""

from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import Column, ColumnElement, DateTime, Integer, and_, cast, func, literal, or_, select

from services.filing import tables
from services.filing.domain.obligation import ObligationKind, ObligationState
from services.filing.domain.register import Sought
from services.filing.domain.stages import IN_HAND_STATES
from shared.policy import FilingKind
from shared.values import Occupation

_COLUMNS = tables.institution.c
_LAST_CHARACTER = "\U0010ffff"
_USCC_LENGTH = 18
_ZONE = "Asia/Shanghai"


def begins(column: Column[str], text: str) -> Iterator[ColumnElement[bool]]:
    """The column's text begins with this one; USCCs are of one length, so theirs is a range in any collation."""
    if not text:
        return
    if column.name == "uscc":
        told = text.upper()
        if not told.isascii() or not told.isalnum() or len(told) > _USCC_LENGTH:
            yield literal(value=False)
            return
        yield column.between(told.ljust(_USCC_LENGTH, "0"), told.ljust(_USCC_LENGTH, "Z"))
    else:
        yield and_(column >= text, column < text + _LAST_CHARACTER)


def conditions(
    sought: Sought, family: Callable[[Occupation], tuple[str, str]], *, today: date
) -> Iterator[ColumnElement[bool]]:
    """What is sought of an institution, apart from the text: an occupation is one that it covers or is to cover.

    Raises UnknownOccupation.
    """
    known = {
        _COLUMNS.standing: sought.standing,
        _COLUMNS.organ: sought.organ,
        _COLUMNS.category: sought.category and sought.category.value,
        _COLUMNS.uscc: sought.uscc,
    }
    yield from (column == value for column, value in known.items() if value is not None)
    if sought.occupation is not None:
        edition, code = family(sought.occupation)
        covers = tables.coverage.c
        yield _COLUMNS.id.in_(
            select(covers.institution_id).where(
                covers.edition == edition, covers.occupation == code, covers.valid_until >= today
            )
        )


def renewal_in_hand() -> Iterator[ColumnElement[bool]]:
    """A renewal of the institution was handed in before its validity was over, and is not decided."""
    case = tables.filing.c
    midnight = func.timezone(_ZONE, cast(_COLUMNS.valid_until + literal(1, Integer), DateTime()))
    yield case.institution_id == _COLUMNS.id
    yield case.kind == FilingKind.RENEWAL.value
    yield case.state.in_(sorted(each.value for each in IN_HAND_STATES))
    yield case.submitted_at < midnight


def looked_into(since: date) -> Iterator[ColumnElement[bool]]:
    """Somebody is to look into its idleness, or has done so since that day."""
    owed = tables.obligation.c
    yield owed.institution_id == _COLUMNS.id
    yield owed.kind == ObligationKind.REVIEW_IDLENESS.value
    settled = func.timezone(_ZONE, owed.settled_at)
    yield or_(owed.state == ObligationState.OPEN.value, settled >= since)
