"""What becomes of an institution on record: by an officer's decision, at its own request, or because its time is up."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.institution import Institution, PostLevel, Standing, SuspendedBy
from services.filing.domain.lifecycle import (
    check_decided_by,
    check_idle,
    check_post_levels,
    idle_before,
)
from services.filing.domain.obligation import ObligationKind
from services.filing.handlers import register
from services.filing.handlers.obligations import owe
from services.filing.handlers.recusal import check_not_recused
from services.filing.handlers.work import Work
from shared.contracts.supervision import EvaluationHeld
from shared.identity import NotYours

_EXPIRED = "有效期届满 · its validity is over"


@dataclass(frozen=True, kw_only=True)
class OnInstitution:
    """Names the institution, the version the caller saw, and the officer's organ ("" for its own people, of `holder`)."""

    institution_id: UUID
    seen: int
    organ: str = ""
    holder: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Why an organ decides so, and on which clauses; the record's own when none is named."""

    reason: str = ""
    basis: tuple[str, ...] = ()


async def suspend_by_organ(command: OnInstitution, decision: Decision, work: Work) -> Institution:
    """暂停: besides supervision's word; raises ProvinceDecides, NotTheHandlingOrgan or Ended."""
    institution = await _decided(command, work)
    await register.suspend(
        institution,
        work,
        reason=decision.reason,
        basis=_basis(decision, institution, work),
        by=SuspendedBy.ORGAN,
    )
    return institution


async def resume_by_organ(command: OnInstitution, decision: Decision, work: Work) -> Institution:
    """恢复: of what the organ itself suspended; raises NotSuspended for what others hold back."""
    institution = await _decided(command, work)
    register.resume(institution, work, basis=_basis(decision, institution, work), by=SuspendedBy.ORGAN)
    return institution


async def revoke(command: OnInstitution, decision: Decision, work: Work) -> Institution:
    """取消备案: for good, and what is unpaid of its claims is frozen."""
    institution = await _decided(command, work)
    basis = _basis(decision, institution, work)
    await _end(institution, Standing.REVOKED, work, reason=decision.reason, basis=basis)
    return institution


async def remove(command: OnInstitution, decision: Decision, work: Work) -> Institution:
    """移出: it evaluated nobody for the years that the policy names; the body is not filed again for a while."""
    institution = await _decided(command, work)
    institution.check_on_record()
    check_idle(institution, work.policy, on=work.today)
    basis = _basis(decision, institution, work)
    await _end(institution, Standing.REMOVED, work, reason=decision.reason, basis=basis)
    return institution


async def cancel(command: OnInstitution, reason: str, work: Work) -> Institution:
    """注销: at its own request, which it makes itself or an officer of the organ that filed it enters."""
    institution = await work.institutions.get(command.institution_id, seen=command.seen)
    check_decided_by(institution, command.organ or institution.filed_by)
    await check_not_recused(institution.uscc, work, organ=institution.filed_by)
    await _end(institution, Standing.CANCELLED, work, reason=reason, basis=institution.basis)
    return institution


async def set_post_levels(command: OnInstitution, levels: Iterable[PostLevel], work: Work) -> Institution:
    """岗位等级: an enterprise's own levels for its own staff, in place of those it had (N1.5); raises NotYours."""
    institution = await work.institutions.get(command.institution_id, seen=command.seen)
    if institution.uscc != command.holder:
        raise NotYours("须由企业自主设置 · the enterprise sets them itself")
    institution.post_levels = check_post_levels(institution, levels, work.policy, on=work.today)
    return institution


async def expire(institution_id: UUID, work: Work) -> Institution:
    """到期 (assumed): its validity is over, and no renewal handed in within it is undecided.

    While one is undecided it stays on record, but may evaluate nothing after its last day.
    """
    institution = await work.institutions.get(institution_id)
    if institution.on_record and institution.valid_until < work.today:
        await _end(institution, Standing.EXPIRED, work, reason=_EXPIRED, basis=institution.basis)
    return institution


async def propose_removal(institution_id: UUID, work: Work) -> Institution:
    """It evaluated nobody for so long that its organ has to look into it, and may remove it (assumed)."""
    institution = await work.institutions.get(institution_id)
    since = institution.last_evaluated_on or institution.valid_from
    if institution.on_record and since < idle_before(work.policy, on=work.today):
        owe(
            ObligationKind.REVIEW_IDLENESS,
            institution,
            work,
            owner=institution.filed_by,
            subject=f"{since}",
        )
    return institution


async def note_evaluation(event: EvaluationHeld, work: Work) -> None:
    """A batch more; whoever was to look into its idleness need not any more."""
    institution = await work.institutions.get(event.institution_id)
    institution.note_evaluation(on=event.held_on)
    for each in await work.obligations.open_of(institution.id, ObligationKind.REVIEW_IDLENESS):
        each.waive(at=work.at, note=f"{event.held_on} 已开展评价 · it held an evaluation")


async def _decided(command: OnInstitution, work: Work) -> Institution:
    institution = await work.institutions.get(command.institution_id, seen=command.seen)
    check_decided_by(institution, command.organ)
    await check_not_recused(institution.uscc, work, organ=command.organ)
    return institution


async def _end(
    institution: Institution, standing: Standing, work: Work, *, reason: str, basis: tuple[str, ...]
) -> None:
    institution.check_on_record()
    await register.end(institution, standing, work, reason=reason, basis=basis)


def _basis(decision: Decision, institution: Institution, work: Work) -> tuple[str, ...]:
    """The clauses named, each known to the policy, or those by which it is on record; raises UnknownDocument."""
    return tuple(work.policy.clause(each).id for each in decision.basis) or institution.basis
