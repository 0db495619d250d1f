"""What is kept once for all items it holds for, found by the digest of what it says: verdicts, and halves of inputs."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import ARRAY, CursorResult, Executable, LargeBinary, Table, any_, literal, select
from sqlalchemy.dialects.postgresql import insert

from services.subsidy import tables
from services.subsidy.domain.inputs import Inputs
from services.subsidy.domain.verdict import Decision, Verdict

Refers = Mapping[str, int | None]
"""To what a row of `claim_item` refers."""

_UNDECIDED: Refers = {"verdict": None, "asked": None, "known": None}


class Asked(Protocol):
    """A connection, or one that has everything written down first."""

    async def execute(self, statement: Executable, values: Any = None, /) -> CursorResult[Any]: ...


class SqlVerdicts:
    """Verdicts and inputs that many share. Whoever finds one written by another waits until that is committed."""

    def __init__(self, connection: Asked) -> None:
        self._connection = connection

    async def keep(self, verdicts: Iterable[Verdict]) -> Mapping[bytes, int]:
        """Under which id each is kept, by its digest."""
        rows = {each.digest: {**each.packed, "known_on": each.known_on} for each in verdicts}
        return await self._ids(tables.verdict, rows)

    async def keep_inputs(self, written: Iterable[bytes]) -> Mapping[bytes, int]:
        """Under which id each of these halves is kept, by itself."""
        told = {sha256(each).digest(): each for each in written}
        rows = {digest: {"written": each.decode()} for digest, each in told.items()}
        ids = await self._ids(tables.decision_input, rows)
        return {told[digest]: key for digest, key in ids.items()}

    async def keep_decisions(self, decisions: Sequence[Decision | None]) -> Sequence[Refers]:
        """To what each item refers that was decided, and decided just now."""
        made = [each.inputs if each else None for each in decisions]
        if not any(made):
            return [_UNDECIDED] * len(made)
        verdicts = await self.keep(each.verdict for each in decisions if each)
        halves = await self.keep_inputs(half for each in made if each for half in _halves(each))

        def refers(decision: Decision | None, inputs: Inputs | None) -> Refers:
            if decision is None or inputs is None:
                return _UNDECIDED
            asked, known = (halves[half] for half in _halves(inputs))
            return {"verdict": verdicts[decision.verdict.digest], "asked": asked, "known": known}

        return [refers(each, inputs) for each, inputs in zip(decisions, made, strict=True)]

    async def _ids(self, table: Table, rows: Mapping[bytes, Mapping[str, Any]]) -> dict[bytes, int]:
        ids = await self._known(table, rows)
        # In one order, so that two who write the same never wait for each other in a circle.
        missing = sorted(digest for digest in rows if digest not in ids)
        if missing:
            new = [{"digest": digest, **rows[digest]} for digest in missing]
            statement = insert(table).on_conflict_do_nothing(index_elements=[table.c.digest])
            await self._connection.execute(statement, new)
            ids |= await self._known(table, missing)
        return ids

    async def _known(self, table: Table, digests: Iterable[bytes]) -> dict[bytes, int]:
        wanted = literal(list(digests), ARRAY(LargeBinary))
        found = select(table.c.digest, table.c.id).where(table.c.digest == any_(wanted))
        return {row.digest: row.id for row in await self._connection.execute(found)}


def _halves(inputs: Inputs) -> tuple[bytes, bytes]:
    return inputs.asked.written, inputs.known.written
