"""Filing's adapter to the provincial system: takes what the province has filed, reports what districts and city have."""

from services.filing.handlers import Work
from services.filing.handlers.register import recognize_institution
from shared.contracts.filing import InstitutionRegistered
from shared.contracts.province import FilingReport, InstitutionFiled, MessageCode
from shared.province.adapter import ProvinceAdapter
from shared.province.intents import Dispatch


def _filing_reported(event: InstitutionRegistered) -> Dispatch:
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
    return Dispatch(
        code=MessageCode.FILING_REPORTED,
        business_key=f"filing:{event.filing_number}",
        lane=event.uscc,
        payload=report.model_dump(mode="json"),
    )


province = ProvinceAdapter[Work]("filing")
province.takes(MessageCode.INSTITUTION_FILED, InstitutionFiled, recognize_institution)
province.tells(InstitutionRegistered, _filing_reported)
