"""Supervision's adapter to the provincial system: reports which suspensions began and which ended."""

from services.supervision.handlers import Work
from shared.contracts.province import MessageCode, SupervisionReport
from shared.contracts.supervision import (
    InstitutionSanctioned,
    RevocationOrdered,
    SanctionFact,
    SanctionLifted,
)
from shared.province.adapter import ProvinceAdapter
from shared.province.intents import Dispatch


def _imposed(event: InstitutionSanctioned) -> Dispatch:
    report = SupervisionReport(
        institution_id=event.institution_id, organ=event.organ, measure="suspended", reason=event.reason
    )
    return _dispatch(event, report, business_key=f"sanction:{event.rectification_id}:imposed")


def _lifted(event: SanctionLifted) -> Dispatch:
    report = SupervisionReport(institution_id=event.institution_id, organ=event.organ, measure="lifted")
    return _dispatch(event, report, business_key=f"sanction:{event.rectification_id}:lifted")


def _revoked(event: RevocationOrdered) -> Dispatch:
    report = SupervisionReport(
        institution_id=event.institution_id,
        organ=event.organ,
        measure="revocation_ordered",
        reason=event.reason,
    )
    return _dispatch(event, report, business_key=f"sanction:{event.rectification_id}:revocation")


def _dispatch(event: SanctionFact, report: SupervisionReport, *, business_key: str) -> Dispatch:
    return Dispatch(
        code=MessageCode.SUPERVISION_RESULT,
        business_key=business_key,
        lane=event.uscc,
        payload=report.model_dump(mode="json"),
    )


province = ProvinceAdapter[Work]("supervision")
province.tells(InstitutionSanctioned, _imposed)
province.tells(SanctionLifted, _lifted)
province.tells(RevocationOrdered, _revoked)
