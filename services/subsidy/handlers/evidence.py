"""证明材料: handed in by the claimant for a fact that nobody else told, and checked by an officer."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.subsidy.domain.evidence import Checked, Document, Evidence
from services.subsidy.domain.fact import MONTHLY, Fact, FactKind, Value
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.knowledge import FactInFuture, facts_arrived, keep_fact
from services.subsidy.handlers.work import Work
from shared.identity import NotYours


@dataclass(frozen=True, kw_only=True)
class HandInEvidence:
    """What a claimant states about the holder of a certificate, and the document; `holder` is the claimant's USCC."""

    certificate_number: AnyNumber
    kind: FactKind
    value: Value
    about: date
    document: Document
    holder: str | None
    by: str


async def hand_in_evidence(command: HandInEvidence, work: Work) -> Evidence:
    """Keep it until it is checked; raises UnknownCertificate, NotYours, FaultyFact or FactInFuture."""
    certificate = await work.certificates.numbered(command.certificate_number)
    if command.holder != certificate.uscc:
        raise NotYours("只能为本单位的证书提供证明 · For your own certificates only")
    if command.about > work.today:
        raise FactInFuture
    key = work.new_id()
    about = command.about.replace(day=1) if command.kind in MONTHLY else command.about
    stated = Fact(
        kind=command.kind,
        value=command.value,
        about=about,
        source=f"evidence:{key}",
        obtained_at=work.at,
    )
    evidence = Evidence(
        id=key,
        organ=certificate.organ,
        uscc=certificate.uscc,
        certificate_number=certificate.number,
        holder_index=certificate.holder.index,
        kind=stated.kind,
        value=stated.value,
        about=stated.about,
        document=command.document,
        by=command.by,
        at=work.at,
    )
    work.evidence.add(evidence)
    return evidence


@dataclass(frozen=True, kw_only=True)
class OnEvidence:
    """Names the evidence, the version the officer saw, who the officer is and of which organ."""

    evidence_id: UUID
    seen: int
    by: str
    organ: str
    reason: str = ""


async def accept_evidence(command: OnEvidence, work: Work, *, value: Value | None) -> Evidence:
    """What it shows is a fact from now on, with what the officer read in it, or as it was stated.

    Raises UnknownEvidence, NotTheHandlingOrgan, EvidenceSettled or FaultyFact.
    """
    evidence = await work.evidence.get(command.evidence_id, seen=command.seen)
    read = evidence.value if value is None else value
    fact = evidence.accept(read, _checked(command, work))
    employer = evidence.uscc if fact.kind is FactKind.EMPLOYMENT else ""
    keep_fact(fact, holder_index=evidence.holder_index, employer=employer, work=work)
    await facts_arrived({evidence.holder_index}, work)
    return evidence


async def reject_evidence(command: OnEvidence, work: Work) -> Evidence:
    """It shows nothing. Raises UnknownEvidence, NotTheHandlingOrgan, EvidenceSettled or ReasonMissing."""
    evidence = await work.evidence.get(command.evidence_id, seen=command.seen)
    evidence.reject(_checked(command, work))
    return evidence


def _checked(command: OnEvidence, work: Work) -> Checked:
    return Checked(by=command.by, at=work.at, organ=command.organ, reason=command.reason)
