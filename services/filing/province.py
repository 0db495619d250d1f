"""Filing's adapter to the provincial system: takes what the province has filed, reports what districts and city have."""

from dataclasses import replace

from services.filing.handlers import Work
from services.filing.handlers.catalogue import keep_edition
from services.filing.handlers.provincial import follow_province
from services.filing.handlers.reporting import action_of, conclude_report, note_report_taken_up, report_key
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionChange,
    InstitutionEnded,
    InstitutionRegistered,
    InstitutionRenewed,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
    RecordFact,
    ReportRepeated,
)
from shared.contracts.instructions import CatalogueUpdated
from shared.contracts.province import FilingReport, InstitutionFiled, MessageCode
from shared.policy import DutyOwner
from shared.province.adapter import Conclusion, ProvinceAdapter
from shared.province.intents import Dispatch

_LONGEST_REASON = 500
Change = (
    InstitutionRescoped
    | InstitutionAmended
    | InstitutionRenewed
    | InstitutionSuspended
    | InstitutionResumed
    | InstitutionEnded
)


def _registered(event: InstitutionRegistered) -> Dispatch:
    report = FilingReport(
        institution_id=event.institution_id,
        filing_number=event.filing_number,
        name=event.name,
        uscc=event.uscc,
        category=event.category,
        audience=event.audience,
        organ=event.organ,
        scope=event.scope,
        valid_from=event.valid_from,
        valid_until=event.valid_until,
    )
    return _dispatch(report, report_key(event.filing_number))


def _changed(event: Change) -> Dispatch | None:
    """Told of what a district or the city filed; what the province filed is reported by account and supervision."""
    record = event.record
    if record is None or record.filed_by == DutyOwner.PROVINCE:
        return None
    action = action_of(event)
    report = _report(event, record).model_copy(
        update={
            "action": action,
            "revision": event.revision,
            "reason": getattr(event, "reason", "")[:_LONGEST_REASON],
            "effective_on": getattr(event, "on", None) or getattr(event, "valid_from", None),
        }
    )
    return _dispatch(report, report_key(record.number, revision=event.revision, action=action))


def _repeated(event: ReportRepeated) -> Dispatch | None:
    if event.record is None:
        return None
    told = {
        "action": event.action,
        "revision": event.revision,
        "reason": event.reason[:_LONGEST_REASON],
        "effective_on": event.on,
    }
    again = _dispatch(_report(event, event.record).model_copy(update=told), event.business_key)
    return replace(again, takes_up=event.takes_up)


def _report(event: InstitutionChange, record: RecordFact) -> FilingReport:
    return FilingReport(
        institution_id=event.institution_id,
        filing_number=record.number,
        name=record.name,
        uscc=record.uscc,
        category=record.category,
        audience=record.audience,
        organ=event.organ,
        scope=record.scope,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        standing=record.standing,
        station_codes=record.station_codes,
    )


def _dispatch(report: FilingReport, business_key: str) -> Dispatch:
    return Dispatch(
        code=MessageCode.FILING_REPORTED,
        business_key=business_key,
        lane=report.uscc,
        payload=report.model_dump(mode="json"),
        organ=report.organ,
    )


async def _concluded(conclusion: Conclusion, work: Work) -> None:
    """The province has carried out a report, or rejected it with a reason."""
    problem = "" if conclusion.ok else f"{conclusion.reason_code} {conclusion.reason}".strip()
    await conclude_report(conclusion.business_key, problem or ("" if conclusion.ok else "—"), work)


province = ProvinceAdapter[Work]("filing")
province.takes(MessageCode.INSTITUTION_FILED, InstitutionFiled, follow_province)
province.takes(MessageCode.CATALOGUE_UPDATED, CatalogueUpdated, keep_edition)
province.tells(InstitutionRegistered, _registered)
province.tells(InstitutionRescoped, _changed)
province.tells(InstitutionAmended, _changed)
province.tells(InstitutionRenewed, _changed)
province.tells(InstitutionSuspended, _changed)
province.tells(InstitutionResumed, _changed)
province.tells(InstitutionEnded, _changed)
province.tells(ReportRepeated, _repeated)
province.concludes(MessageCode.FILING_REPORTED, _concluded)
province.hears_taken_up(MessageCode.FILING_REPORTED, note_report_taken_up)
