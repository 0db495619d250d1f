"""What a failure means for a message: decided by its family, once, here."""

from dataclasses import dataclass
from datetime import timedelta
from socket import gaierror

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import NotFound, Refusal, Stale
from shared.observability import redact

BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (1, 10, 60, 600, 3600))
_LOOKS_FOR_THE_MISSING = 3
# Connection lost or refused, no room, shutting down or starting up, or a standby that does not write yet.
_AWAY = ("08", "53", "57P", "25006")


class Gap(NotFound):
    """前序消息尚未到达 · An earlier fact of this subject has not arrived yet."""

    code = "NJT-MSG-1002"


class UnknownEvent(Refusal):
    """未知的消息类型或版本 · Unknown message type or version."""

    code = "NJT-MSG-1003"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Retry after a while, or park (`retry_after` is None), and why."""

    retry_after: timedelta | None
    code: str
    reason: str


def verdict(problem: BaseException, *, attempts: int) -> Verdict:
    """What to do with a message after its `attempts`-th failure.

    Refusals by rule are parked at once; what was not found may still be on its way and is looked for a few times;
    everything else, a stale version among it, is retried with growing pauses and then parked.
    """
    match problem:
        case Stale():
            pauses = BACK_OFF
        case NotFound():
            pauses = BACK_OFF[:_LOOKS_FOR_THE_MISSING]
        case Refusal():
            pauses = ()
        case _:
            pauses = BACK_OFF
    return Verdict(
        retry_after=pauses[attempts - 1] if attempts <= len(pauses) else None,
        code=problem.code if isinstance(problem, Refusal) else type(problem).__name__,
        reason=redact(_reason(problem))[:1000],
    )


def _reason(problem: BaseException) -> str:
    """Why, without the values that were at work: a statement's parameters are somebody's name or number."""
    if isinstance(problem, DBAPIError):
        cause = getattr(problem.orig, "__cause__", None)
        place = getattr(cause, "constraint_name", None) or getattr(cause, "column_name", None) or ""
        told = f"{type(cause or problem).__name__} {getattr(problem.orig, 'sqlstate', None) or ''} {place}"
        return f"数据库拒绝 · The database refused: {told.strip()}"
    if isinstance(problem, ValidationError):
        places = {".".join(str(part) for part in error["loc"]) for error in problem.errors()}
        return f"字段有误 · fields at fault: {', '.join(sorted(places))}"
    return str(problem) or type(problem).__name__


def is_outage(problem: BaseException) -> bool:
    """Whether the database itself is away: then no message is at fault, and the whole batch waits for it."""
    if isinstance(problem, DBAPIError):
        return problem.connection_invalidated or _is_away(problem)
    # A host with several addresses, none of which answers, is a bare OSError.
    networks = isinstance(problem, (ConnectionError, TimeoutError, gaierror)) or type(problem) is OSError
    return networks or isinstance(problem, PoolTimeout)


def _is_away(problem: DBAPIError) -> bool:
    if (getattr(problem.orig, "sqlstate", None) or "").startswith(_AWAY):
        return True
    # asyncpg calls a value that it cannot encode an interface error too; that is the message's fault.
    unencodable = isinstance(getattr(problem.orig, "__cause__", None), ValueError)
    return isinstance(problem, (InterfaceError, OperationalError)) and not unencodable
