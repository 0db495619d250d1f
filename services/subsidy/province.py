"""Subsidy's adapter to the provincial system: takes the certificates it issued, reports what was paid for them."""

from services.subsidy.handlers import Work, keep_certificates
from shared.contracts.province import CertificatesIssued, MessageCode, PaidItem, SubsidyPaidReport
from shared.contracts.subsidy import ClaimPaid
from shared.province.adapter import ProvinceAdapter
from shared.province.intents import Dispatch


def _payment_reported(event: ClaimPaid) -> Dispatch:
    report = SubsidyPaidReport(
        claim_id=event.claim_id,
        organ=event.organ,
        amount_fen=event.amount_fen,
        items=tuple(
            PaidItem(number=item.number, level=item.level, amount_fen=item.amount_fen) for item in event.items
        ),
    )
    return Dispatch(
        code=MessageCode.SUBSIDY_PAID,
        business_key=f"claim:{event.claim_id}",
        lane=event.uscc,
        payload=report.model_dump(mode="json"),
    )


province = ProvinceAdapter[Work]("subsidy")
province.takes(MessageCode.CERTIFICATES_ISSUED, CertificatesIssued, keep_certificates)
province.tells(ClaimPaid, _payment_reported)
