"""The daily comparison with the provincial register: asked page by page, compared, mended by two persons (N2.1)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.accounts.comparing import compare
from services.accounts.domain import Account
from services.accounts.drift import (
    POSSIBLE,
    Cause,
    CheckedToday,
    Drift,
    DriftCheck,
    Found,
    NotTheCitysCheck,
    Repair,
)
from services.accounts.handlers import Work, close, suspend
from shared.contracts.accounts import RecordAsked
from shared.contracts.queries import RegisterAnswered, RegisterQuery
from shared.policy import OrganKind, Policy, UnknownOrgan

_PAGE = 200
_SYSTEM = "accounts"


@dataclass(frozen=True, kw_only=True)
class BeginCheck:
    """Who asks, of which organ; `day` is set for the daily check, which nobody asks for."""

    by: str
    organ: str
    day: date | None = None


async def check_daily(_id: UUID, work: Work) -> DriftCheck:
    """The day's own check; raises CheckedToday when it was begun already."""
    if await work.checks.on(work.today) is not None:
        raise CheckedToday(f"{work.today}")
    return await _begin(work, by=_SYSTEM, day=work.today)


async def begin_check(command: BeginCheck, work: Work) -> DriftCheck:
    """Ask the province for its register now; raises NotTheCitysCheck or CheckRunning."""
    if not command.organ or work.policy.organ(command.organ).kind is not OrganKind.CITY:
        raise NotTheCitysCheck
    return await _begin(work, by=command.by, day=None)


async def _begin(work: Work, *, by: str, day: date | None) -> DriftCheck:
    for each in await work.checks.running():
        each.overtake(at=work.at)
    check = DriftCheck(id=work.new_id(), day=day, started_at=work.at, started_by=by, query_id=work.new_id())
    work.checks.add(check)
    work.queries.ask(RegisterQuery(query_id=check.query_id, size=_PAGE))
    return check


async def take_register(answered: RegisterAnswered, work: Work) -> DriftCheck | None:
    """A page of the register; the next is asked for, or all is compared. What no check waits for is passed over.

    Where the next one is not behind this one, the check is broken off.
    """
    check = await work.checks.waiting_for(answered.query_id)
    if check is None:
        return None
    await work.entries.keep(check.id, answered.institutions)
    check.take(len(answered.institutions))
    if answered.next is None:
        await _conclude(check, work)
    elif check.go_on(answered.next, query_id=work.new_id(), at=work.at):
        work.queries.ask(RegisterQuery(query_id=check.query_id, after=check.after, size=_PAGE))
    else:
        await work.entries.take(check.id)
    return check


async def _conclude(check: DriftCheck, work: Work) -> None:
    """Keep what differs, and let go of what does not any more."""
    entries = await work.entries.take(check.id)
    comparison = compare(entries, await work.accounts.recognised(), at=work.at)
    known = {_what(each): each for each in await work.drifts.unhealed()}
    for found in comparison.found:
        drift = known.pop(_what(found), None)
        if drift is None:
            work.drifts.add(_drift(found, check, work))
        else:
            drift.found_again(found, check_id=check.id)
    gone = [each for each in known.values() if each.number not in comparison.unsettled]
    for each in gone:
        each.heal(at=work.at)
    check.conclude(found=len(comparison.found), healed=len(gone), at=work.at)


def _what(it: Drift | Found) -> tuple[str, str, Cause, UUID | None]:
    """What makes it one and the same; several accounts of one body may have no number."""
    return it.number, it.uscc, it.cause, it.account_id


def _drift(found: Found, check: DriftCheck, work: Work) -> Drift:
    organ = _organ(found.organ, work.policy)
    return Drift(
        **{**vars(found), "organ": organ},
        id=work.new_id(),
        check_id=check.id,
        repair=POSSIBLE[found.cause][0],
        found_at=work.at,
    )


def _organ(code: str, policy: Policy) -> str:
    """The organ named if it is one of ours, else the city's own: what the province has elsewhere is for the city."""
    try:
        return policy.organ(code).code
    except UnknownOrgan:
        return next(each.code for each in policy.organs.values() if each.kind is OrganKind.CITY)


@dataclass(frozen=True, kw_only=True)
class OnDrift:
    """Names the difference, the version the officer saw, and the officer."""

    drift_id: UUID
    seen: int
    by: str


async def propose_repair(command: OnDrift, repair: Repair, reason: str, work: Work) -> Drift:
    """Raises UnknownDrift, DriftSettled or NotThatRepair."""
    drift = await work.drifts.get(command.drift_id, seen=command.seen)
    drift.propose(repair, reason, by=command.by)
    return drift


async def decide_repair(command: OnDrift, opinion: str, work: Work, *, accepted: bool) -> Drift:
    """Carry it out, or give it back; raises UnknownDrift, DriftSettled or SamePersonDrift."""
    drift = await work.drifts.get(command.drift_id, seen=command.seen)
    if drift.decide(accepted=accepted, opinion=opinion, by=command.by, at=work.at):
        if drift.account_id is not None:
            _act(drift, await work.accounts.get(drift.account_id), work)
        _ask_filing(drift, work)
    return drift


def _act(drift: Drift, account: Account, work: Work) -> None:
    """What cannot wait until filing has followed: nobody evaluates meanwhile."""
    reason = f"省级名录比对：{drift.reason} · by comparison with the provincial register"
    if drift.repair is Repair.SUSPEND:
        suspend(account, work, reason=reason, basis=drift.basis)
    elif drift.repair is Repair.CLOSE:
        close(account, work, reason=reason, basis=drift.basis)


def _ask_filing(drift: Drift, work: Work) -> None:
    """Filing looks at the record again, so that plans and claims follow as well."""
    work.outbox.add(
        RecordAsked(
            drift_id=drift.id,
            number=drift.number,
            uscc=drift.uscc,
            organ=drift.organ,
            basis=drift.basis,
            standing=drift.standing,
            lane=drift.lane,
            sequence=drift.sequence,
        )
    )
