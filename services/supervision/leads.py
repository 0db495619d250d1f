"""What supervision does about the signals of subsidy: keeps each as a lead, has it looked into, closes it (N3.3)."""

from dataclasses import dataclass
from uuid import UUID

from services.supervision.domain.inspection import Visit
from services.supervision.domain.lead import BASIS, Lead, LeadFinding, Officer, UnknownLead
from services.supervision.handlers import RecordInspection, Work, record_inspection
from shared.contracts.subsidy import SignalLapsed, SignalRaised
from shared.contracts.supervision import SignalClosed


async def note_signal_raised(event: SignalRaised, work: Work) -> Lead:
    """A new lead, or more about one there is."""
    evidence = event.evidence.model_dump(mode="json")
    lead = await work.leads.of_signal(event.signal_id)
    if lead is not None:
        lead.raise_again(evidence, revision=event.revision)
        return lead
    lead = Lead(
        id=work.new_id(),
        signal_id=event.signal_id,
        kind=event.kind,
        label=event.label,
        organ=event.organ,
        institution_id=event.institution_id,
        institution_uscc=event.uscc,
        evidence=evidence,
        revision=event.revision,
        raised_at=work.at,
    )
    work.leads.add(lead)
    return lead


async def note_signal_lapsed(event: SignalLapsed, work: Work) -> None:
    lead = await work.leads.of_signal(event.signal_id)
    if lead is None:
        raise UnknownLead(str(event.signal_id))
    lead.lapse(at=work.at)


@dataclass(frozen=True, kw_only=True)
class OnLead:
    """Names the lead, the version the officer saw, and the officer."""

    lead_id: UUID
    seen: int
    by: Officer


async def assign_lead(command: OnLead, officer: str, work: Work) -> Lead:
    """Raises UnknownLead, NotTheSupervisingOrgan or LeadClosed."""
    lead = await work.leads.get(command.lead_id, seen=command.seen)
    lead.assign(officer, work.policy, by=command.by, at=work.at)
    return lead


async def inspect_lead(command: OnLead, inspection: UUID | Visit, work: Work) -> Lead:
    """Link an inspection there is, or enter the visit of a new one.

    Raises what `record_inspection` raises, UnknownLead, UnknownInspection, LeadClosed, NobodyToInspect or
    OtherInstitution.
    """
    lead = await work.leads.get(command.lead_id, seen=command.seen)
    institution_id = lead.check_may_be_inspected(work.policy, by=command.by)
    if isinstance(inspection, UUID):
        found = await work.inspections.get(inspection)
    else:
        visit = RecordInspection(institution_id=institution_id, organ=command.by.organ, visit=inspection)
        found = await record_inspection(visit, work)
    lead.inspect(found, work.policy, by=command.by)
    return lead


async def close_lead(command: OnLead, finding: LeadFinding, reason: str, work: Work) -> Lead:
    """Close it and tell subsidy what was found; raises UnknownLead, NotTheSupervisingOrgan or LeadClosed."""
    lead = await work.leads.get(command.lead_id, seen=command.seen)
    lead.close(finding, reason, work.policy, by=command.by, at=work.at)
    work.outbox.add(
        SignalClosed(
            lead_id=lead.id,
            signal_id=lead.signal_id,
            institution_id=lead.institution_id,
            uscc=lead.institution_uscc,
            organ=lead.organ,
            basis=BASIS,
            revision=lead.revision,
            finding=finding.value,
            reason=reason,
        )
    )
    return lead
