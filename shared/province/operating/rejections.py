"""What the province refused or rejected, by its cause; a cause is mended on one message first, then on some or all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import Conflict, Invalid, NotFound
from shared.persistence.unit_of_work import Transaction
from shared.province.following import Follower
from shared.province.intents import payload_of
from shared.province.operating.patching import Change, Changed, digest_of, patched
from shared.province.operating.repairs import mend_each
from shared.province.payloads import UnfitPayload, checked

MOST_AT_ONCE = 1000
"""How many messages are looked at, or mended, at a time."""

_OPEN = "sequence > 0 AND NOT mended AND state IN ('refused', 'rejected')"
_CAUSES = text(f"""
    SELECT code, coalesce(reason_code, '') AS reason_code, max(reason) AS reason,
           count(*) FILTER (WHERE state = 'refused') AS refused,
           count(*) FILTER (WHERE state = 'rejected') AS rejected,
           array_agg(DISTINCT organ ORDER BY organ) AS organs, min(at) AS oldest
    FROM exchange_intent WHERE {_OPEN}
    GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT :most
""")  # noqa: S608 — of constants alone
_LOCKED = text(f"""
    SELECT id, business_key, lane, organ, payload FROM exchange_intent
    WHERE {_OPEN} AND code = :code AND coalesce(reason_code, '') = :reason_code
      AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY (CAST(:ids AS uuid[])))
    ORDER BY lane, sequence LIMIT :most FOR UPDATE
""")  # noqa: S608 — as above
_PROVEN = text("""
    SELECT EXISTS (
        SELECT 1 FROM exchange_intent AS tried LEFT JOIN exchange_intent AS anew ON anew.mends = tried.id
        WHERE tried.patch = :patch
          AND (tried.state = 'done' OR anew.state = 'done' AND coalesce(anew.patch, tried.patch) = tried.patch))
""")


class How(StrEnum):
    """How far a patch is applied: only looked at, on one message, on some that are named, on all of its cause."""

    PREVIEW = "preview"
    ONE = "one"
    SOME = "some"
    ALL = "all"


class NotProven(Conflict):
    """该修正尚未有一条被上级办结，请先试报一条 · No message mended this way was carried out yet: try one first."""

    code = "NJT-EXC-1050"


class NoSuchRejection(NotFound):
    """该原因下没有这些退回报文 · There are no such messages to be mended for this cause."""

    code = "NJT-EXC-1051"


class NothingMended(Invalid):
    """修正后没有一条报文可以重报 · Mended so, no message could be sent."""

    code = "NJT-EXC-1052"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why messages came back: which kind they are of, and the province's reason."""

    code: str
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """The messages of one cause that nobody has mended; `reason` is what was said of one of them."""

    code: str
    reason_code: str
    reason: str | None
    refused: int
    rejected: int
    organs: Sequence[str]
    oldest: datetime


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What a patch makes of one message; `problem` is why it is left as it is."""

    id: UUID
    business_key: str
    lane: str
    organ: str
    changes: Sequence[Changed]
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Mended:
    """What a patch comes to; `done` says whether it was carried out, `proven` whether the province took one of it."""

    messages: Sequence[Proposed]
    proven: bool
    done: bool


async def causes(connection: AsyncConnection, *, most: int = 500) -> list[Group]:
    """The causes for which messages came back, the commonest first."""
    rows = await connection.execute(_CAUSES, {"most": most})
    return [Group(**row) for row in rows.mappings()]


async def mend_group(
    transaction: Transaction,
    cause: Cause,
    changes: Sequence[Change],
    *,
    how: How,
    ids: Sequence[UUID] = (),
    reason: str = "",
    follower: Follower[Any] | None = None,
) -> Mended:
    """Look what a patch comes to, or tell the province so; what it does not change or make valid is left.

    Raises NoSuchRejection, NothingMended, and NotProven where no message of the same patch was carried out yet.
    """
    patch = digest_of(cause.code, cause.reason_code, changes)
    proven = bool((await transaction.connection.execute(_PROVEN, {"patch": patch})).scalar_one())
    if how in (How.SOME, How.ALL) and not proven:
        raise NotProven
    proposed = await _proposed(transaction.connection, cause, changes, most=_most(how), ids=ids)
    if how is not How.PREVIEW:
        fit = {each.id: content for each, content in proposed if not each.problem}
        if not fit:
            raise NothingMended(proposed[0][0].problem)
        await mend_each(transaction, fit, reason=reason, patch=patch, follower=follower)
    messages = [each for each, _ in proposed]
    return Mended(messages=messages, proven=proven, done=how is not How.PREVIEW)


def _most(how: How) -> int:
    return 1 if how is How.ONE else MOST_AT_ONCE


async def _proposed(
    connection: AsyncConnection, cause: Cause, changes: Sequence[Change], *, most: int, ids: Sequence[UUID]
) -> list[tuple[Proposed, dict[str, object]]]:
    """What the patch makes of the messages of a cause, or of these of them, in the order of their lanes."""
    asked = {**vars(cause), "ids": list(ids) or None, "most": most}
    rows = (await connection.execute(_LOCKED, asked)).mappings().all()
    if not rows or {row["id"] for row in rows} < set(ids):
        raise NoSuchRejection(", ".join(sorted(map(str, set(ids) - {row["id"] for row in rows}))))
    found = []
    for row in rows:
        content, told = patched(payload_of(row["payload"]), changes)
        names = {name: row[name] for name in ("id", "business_key", "lane", "organ")}
        problem = _problem(cause.code, content) if told else _UNCHANGED
        found.append((Proposed(**names, changes=told, problem=problem), content))
    return found


_UNCHANGED = "修正不改变此报文 · the patch changes nothing in it"


def _problem(code: str, content: dict[str, object]) -> str:
    try:
        checked(code, content)
    except UnfitPayload as unfit:
        return unfit.detail
    return ""
