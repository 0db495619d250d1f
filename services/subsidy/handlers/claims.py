"""Certificates and claims: what is kept, claimed, reviewed and paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.subsidy.domain.certificate import Certificate, Issued, check_batch
from services.subsidy.domain.claim import (
    Assessment,
    Candidate,
    Claim,
    Payment,
    Review,
    assess,
    opened_as,
)
from services.subsidy.domain.entitlement import Entitlement
from services.subsidy.domain.institution import (
    ClaimingInstitution,
    evaluator_of,
)
from services.subsidy.domain.refusals import RepeatedCertificate, UnknownCertificate
from services.subsidy.handlers.work import Work
from services.subsidy.holders import ShownHolder, masked, seal
from shared.contracts import province
from shared.contracts.subsidy import ClaimPaid, PaidCertificate
from shared.identity import NotYours
from shared.messaging.failures import Gap
from shared.values import CertificateNumber, Uscc


class FilingNotHeardOf(Gap):
    """该机构的备案尚未到达 · The filing of this institution was not heard of yet."""

    code = "NJT-SUB-1014"


async def keep_certificates(message: province.CertificatesIssued, work: Work) -> Sequence[Certificate]:
    """Keep a batch, all of it or nothing; raises FaultyCertificates, or FilingNotHeardOf."""
    bodies = {uscc: await _body(uscc, work) for uscc in {each.uscc for each in message.certificates}}
    placed = [evaluator_of(each.number, bodies[each.uscc]) for each in message.certificates]
    known = await work.certificates.all_numbered([each.number for each in message.certificates])
    batch = [
        Issued(
            number=each.number,
            holder_id=each.holder_id.strip(),
            item=each.occupation,
            issued_on=each.issued_on,
            evaluated_on=each.evaluated_on,
            placed=institution is not None,
        )
        for each, institution in zip(message.certificates, placed, strict=True)
    ]
    check_batch(batch, known={each.number for each in known}, today=work.today)
    kept = [
        _certificate(each, institution, work, batch=message.batch)
        for each, institution in zip(message.certificates, placed, strict=True)
        if institution is not None
    ]
    for certificate in kept:
        work.certificates.add(certificate)
    return kept


@dataclass(frozen=True, kw_only=True)
class OpenClaim:
    """For which certificates which institution claims; `holder` is the USCC of whoever asks."""

    institution_id: UUID
    certificate_numbers: tuple[CertificateNumber, ...]
    holder: str | None


async def open_claim(command: OpenClaim, work: Work) -> Claim:
    """Decide about each certificate at once, and take the claim in; raises what `preview_claim` raises."""
    institution, assessment = await _assess(command, work)
    claim = Claim(
        id=work.new_id(),
        organ=institution.organ,
        institution_id=institution.id,
        uscc=institution.uscc,
        items=assessment.items,
        submitted_at=work.at,
        state=opened_as(assessment.items),
    )
    work.claims.add(claim)
    for holder_index, grant in assessment.grants:
        work.entitlements.add(
            Entitlement(id=work.new_id(), claim_id=claim.id, holder_index=holder_index, grant=grant)
        )
    return claim


async def preview_claim(command: OpenClaim, work: Work) -> Assessment:
    """The same decisions, with nothing kept.

    Raises UnknownInstitution, NotYours, InstitutionSuspended, RepeatedCertificate or UnknownCertificate.
    """
    _, assessment = await _assess(command, work)
    return assessment


@dataclass(frozen=True, kw_only=True)
class OnClaim:
    """Names the claim, the version the officer saw, who the officer is and of which organ."""

    claim_id: UUID
    seen: int
    by: str
    organ: str


async def review_claim(command: OnClaim, work: Work, *, approve: bool, reason: str) -> Claim:
    """审核: what is declined may be claimed again."""
    claim = await work.claims.get(command.claim_id, seen=command.seen)
    review = Review(by=command.by, at=work.at, reason=reason)
    claim.decide_on(approve=approve, review=review, organ=command.organ)
    await _check_standing(claim, work)
    if not approve:
        for entitlement in await work.entitlements.of_claim(claim.id):
            entitlement.release()
    return claim


async def pay_claim(command: OnClaim, work: Work) -> Claim:
    """发放, by another person than the one who reviewed it."""
    claim = await work.claims.get(command.claim_id, seen=command.seen)
    claim.pay(Payment(by=command.by, at=work.at), work.policy, organ=command.organ)
    await _check_standing(claim, work)
    work.outbox.add(_paid(claim))
    return claim


async def read_certificate(number: CertificateNumber, work: Work) -> tuple[Certificate, ShownHolder]:
    """One certificate, its holder masked; raises UnknownCertificate."""
    certificate = await work.certificates.numbered(number)
    return certificate, masked(work.cipher, certificate)


async def _assess(command: OpenClaim, work: Work) -> tuple[ClaimingInstitution, Assessment]:
    institution = await work.institutions.get(command.institution_id)
    if command.holder != institution.uscc:
        raise NotYours("只能为本单位申领 · You may claim for your own body only")
    institution.check_may_claim()
    certificates = await _certificates(command.certificate_numbers, work)
    evaluators = {
        each: await work.institutions.get(each)
        for each in {certificate.institution_id for certificate in certificates}
    }
    candidates = [
        Candidate(
            facts=each.facts(
                evaluators[each.institution_id].evaluator_on(each.evaluated_on), claimant_id=institution.id
            ),
            holder_index=each.holder.index,
        )
        for each in certificates
    ]
    histories = await work.entitlements.histories({each.holder_index for each in candidates})
    return institution, assess(candidates, histories, work.policy, on=work.today)


async def _certificates(numbers: Sequence[CertificateNumber], work: Work) -> list[Certificate]:
    """The certificates in the order of their numbers; a refusal names places (from 0), never a number."""
    if len(set(numbers)) != len(numbers):
        raise RepeatedCertificate
    found = {each.number: each for each in await work.certificates.all_numbered(numbers)}
    missing = [place for place, number in enumerate(numbers) if number not in found]
    if missing:
        places = ", ".join(map(str, missing))
        raise UnknownCertificate(
            f"第 {places} 项未找到（从 0 计）· not found: {places}", extra={"missing": missing}
        )
    return [found[number] for number in numbers]


async def _body(uscc: Uscc, work: Work) -> Sequence[ClaimingInstitution]:
    """The institutions of one body; raises FilingNotHeardOf, so that the message is tried again a little later."""
    found = await work.institutions.of_body(uscc)
    if not found:
        raise FilingNotHeardOf(uscc)
    return found


async def _check_standing(claim: Claim, work: Work) -> None:
    """A claim taken in while the suspension was on its way was not frozen with the others."""
    institution = await work.institutions.get(claim.institution_id)
    institution.check_may_claim()


def _certificate(
    issued: province.IssuedCertificate, institution: ClaimingInstitution, work: Work, *, batch: str
) -> Certificate:
    key = work.new_id()
    return Certificate(
        id=key,
        number=issued.number,
        holder=seal(work.cipher, key, name=issued.holder_name, holder_id=issued.holder_id),
        institution_id=institution.id,
        uscc=institution.uscc,
        organ=institution.organ,
        item=issued.occupation,
        issued_on=issued.issued_on,
        evaluated_on=issued.evaluated_on,
        batch=batch,
    )


def _paid(claim: Claim) -> ClaimPaid:
    paid = tuple(
        PaidCertificate(number=item.certificate_number, level=item.level, amount_fen=item.decision.amount)
        for item in claim.payable
    )
    return ClaimPaid(
        claim_id=claim.id,
        institution_id=claim.institution_id,
        organ=claim.organ,
        basis=claim.basis,
        uscc=claim.uscc,
        certificates=len(paid),
        amount_fen=claim.total,
        items=paid,
    )
