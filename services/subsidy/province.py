"""Subsidy's adapter to the provincial system: takes certificates and answers, tells what was paid and recovered."""

from services.subsidy.handlers import Work
from services.subsidy.handlers.certificates import keep_certificates, revoke_certificate
from services.subsidy.handlers.knowledge import take_facts
from services.subsidy.handlers.queries import take_certificate_answers
from services.subsidy.handlers.shortage import keep_shortage_list
from shared.contracts.instructions import CatalogueUpdated
from shared.contracts.province import (
    CertificatesIssued,
    MessageCode,
    PaidItem,
    RecoveredItem,
    SubsidyPaidReport,
    SubsidyRecoveredReport,
)
from shared.contracts.queries import (
    CertificateRevoked,
    CertificatesAnswered,
    FactsAnswered,
)
from shared.contracts.subsidy import ClaimPaid, SubsidyRecovered
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
        organ=report.organ,
    )


def _recovery_reported(event: SubsidyRecovered) -> Dispatch:
    report = SubsidyRecoveredReport(
        recovery_id=event.recovery_id,
        entry_id=event.entry_id,
        organ=event.organ,
        cause=event.cause,
        how=event.how.value,
        amount_fen=event.amount_fen,
        remaining_fen=event.remaining_fen,
        items=tuple(
            RecoveredItem(number=item.number, level=item.level, amount_fen=item.amount_fen, whole=item.whole)
            for item in event.items
        ),
    )
    return Dispatch(
        code=MessageCode.SUBSIDY_RECOVERED,
        business_key=f"recovery:{event.entry_id}",
        lane=event.uscc,
        payload=report.model_dump(mode="json"),
        organ=report.organ,
    )


province = ProvinceAdapter[Work]("subsidy")
province.takes(MessageCode.CERTIFICATES_ISSUED, CertificatesIssued, keep_certificates)
province.takes(MessageCode.CERTIFICATE_REVOKED, CertificateRevoked, revoke_certificate)
province.takes(MessageCode.CERTIFICATES_ANSWERED, CertificatesAnswered, take_certificate_answers)
province.takes(MessageCode.FACTS_ANSWERED, FactsAnswered, take_facts)
province.takes(MessageCode.CATALOGUE_UPDATED, CatalogueUpdated, keep_shortage_list)
province.tells(ClaimPaid, _payment_reported)
province.tells(SubsidyRecovered, _recovery_reported)
