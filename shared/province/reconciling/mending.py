"""Mending what differs: one person proposes it, another has it done or sends it back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.errors import Conflict, Invalid
from shared.persistence.unit_of_work import Transaction
from shared.province.following import Follower
from shared.province.reconciling.comparing import Repair
from shared.province.reconciling.differences import Difference, State, get
from shared.province.reconciling.restoring import restore

_CHANGE = text("""
    UPDATE exchange_difference SET state = :state, repair = :repair, proposed_by = CAST(:proposed_by AS text),
                                   reason = CAST(:reason AS text), decided_by = CAST(:decided_by AS text),
                                   decided_at = CAST(:decided_at AS timestamptz)
    WHERE id = :id
""")


class DifferenceSettled(Conflict):
    """差异已处理，或尚未提出修复 · The difference was dealt with already, or nobody proposed its repair yet."""

    code = "NJT-EXC-1021"


class SamePerson(Conflict):
    """提出与批准须由不同人员办理 · Whoever proposed a repair may not carry it out."""

    code = "NJT-EXC-1022"


class NotThisRepair(Invalid):
    """该差异不能这样修复 · This difference cannot be mended so."""

    code = "NJT-EXC-1023"


async def propose(key: UUID, repair: Repair, reason: str, transaction: Transaction) -> Difference:
    """提出修复: one person says how to mend it. Raises UnknownDifference, DifferenceSettled or NotThisRepair."""
    found = await get(key, transaction)
    if found.state not in (State.OPEN, State.PROPOSED):
        raise DifferenceSettled(found.state)
    if repair not in (Repair.BY_HAND, found.possible):
        raise NotThisRepair(f"{found.cause} → {repair}")
    by = transaction.scope.person
    change = {"state": State.PROPOSED, "repair": repair, "reason": reason, "proposed_by": by}
    return await _change(found, change, "exchange.propose-repair", transaction)


async def carry_out(key: UUID, transaction: Transaction, follower: Follower[Any]) -> Difference:
    """批准并执行: another person has the repair done; what is mended by hand is only closed.

    Raises UnknownDifference, SamePerson, or DifferenceSettled where nobody proposed it or it is mended meanwhile.
    """
    found = await _proposed(key, transaction)
    if found.proposed_by == transaction.scope.person:
        raise SamePerson
    if not await restore(found, transaction, follower):
        raise DifferenceSettled(found.cause)
    state = State.CLOSED if found.repair is Repair.BY_HAND else State.APPLIED
    change = {"state": state, "decided_by": transaction.scope.person, "decided_at": transaction.at}
    return await _change(found, change, "exchange.carry-out-repair", transaction)


async def send_back(key: UUID, reason: str, transaction: Transaction) -> Difference:
    """退回: the proposal is dropped, and somebody may propose another. Raises UnknownDifference or DifferenceSettled."""
    found = await _proposed(key, transaction)
    change = {"state": State.OPEN, "repair": found.possible, "proposed_by": None, "reason": None}
    transaction.because(reason)
    return await _change(found, change, "exchange.send-back-repair", transaction)


async def _proposed(key: UUID, transaction: Transaction) -> Difference:
    found = await get(key, transaction)
    if found.state is not State.PROPOSED:
        raise DifferenceSettled(found.state)
    return found


async def _change(
    found: Difference, change: Mapping[str, object], act: str, transaction: Transaction
) -> Difference:
    await transaction.connection.execute(_CHANGE, {**vars(found), **change})
    changed = await get(found.id, transaction)
    if changed.reason:
        transaction.because(changed.reason)
    transaction.ledger.act = act
    transaction.ledger.changed("exchange_difference", found.id, before=vars(found), after=vars(changed))
    return changed
