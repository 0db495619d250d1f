"""What subsidy and the province tell each other."""

from uuid import UUID

from services.subsidy.handlers.certificates import keep_certificates, revoke_certificate
from services.subsidy.handlers.knowledge import take_facts
from services.subsidy.handlers.queries import take_certificate_answers
from services.subsidy.handlers.register import freeze_claims, keep_institution, release_claims
from services.subsidy.province import province
from services.subsidy.subscriptions import subscriptions
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.contracts.province import (
    CertificatesIssued,
    MessageCode,
    SubsidyPaidReport,
    SubsidyRecoveredReport,
)
from shared.contracts.queries import (
    CertificateRevoked,
    CertificatesAnswered,
    FactsAnswered,
)
from shared.contracts.subsidy import (
    ClaimFrozen,
    ClaimPaid,
    HowRecovered,
    PaidCertificate,
    RecoveredCertificate,
    SubsidyRecovered,
)
from shared.values import Fen, Level
from simulator.reading import FROM_CITY
from tests.subsidy.builders import EMPLOYER, USCC, number

PAID = ClaimPaid(
    claim_id=UUID(int=77),
    institution_id=EMPLOYER,
    organ="320115",
    basis=("N1.4", "N1.6", "N1.7"),
    uscc=USCC,
    certificates=1,
    amount_fen=Fen(260_000),
    items=(PaidCertificate(number=number(3), level=Level.THREE, amount_fen=Fen(260_000)),),
)


def test_the_province_is_told_what_a_claim_paid_once_in_the_institutions_lane() -> None:
    told = province.dispatch(PAID)
    assert told is not None
    assert (told.code, told.lane) == (MessageCode.SUBSIDY_PAID, USCC)
    assert told.business_key == f"claim:{PAID.claim_id}"
    report = SubsidyPaidReport.model_validate(told.payload)
    assert (report.claim_id, report.organ, report.amount_fen) == (PAID.claim_id, "320115", 260_000)
    assert [(each.number, each.level, each.amount_fen) for each in report.items] == [(number(3), 3, 260_000)]


def test_the_province_is_told_of_each_sum_that_came_back_and_takes_the_report() -> None:
    recovered = SubsidyRecovered(
        recovery_id=UUID(int=9),
        institution_id=EMPLOYER,
        organ="320115",
        basis=("N1.4",),
        uscc=USCC,
        entry_id=UUID(int=10),
        cause="certificate_revoked",
        how=HowRecovered.OFFSET,
        amount_fen=Fen(60_000),
        remaining_fen=Fen(200_000),
        settled=False,
        items=(
            RecoveredCertificate(number=number(3), level=Level.THREE, amount_fen=Fen(60_000), whole=False),
        ),
    )
    told = province.dispatch(recovered)
    assert told is not None
    assert (told.code, told.lane) == (MessageCode.SUBSIDY_RECOVERED, USCC)
    assert told.business_key == f"recovery:{recovered.entry_id}"
    report = FROM_CITY[told.code].model_validate(told.payload)
    assert isinstance(report, SubsidyRecoveredReport)
    assert (report.cause, report.how, report.amount_fen) == ("certificate_revoked", "offset", 60_000)
    assert [(each.number, each.amount_fen, each.whole) for each in report.items] == [
        (number(3), 60_000, False)
    ]


def test_the_province_is_not_told_of_a_freeze() -> None:
    frozen = ClaimFrozen(
        claim_id=UUID(int=77), institution_id=EMPLOYER, organ="320115", basis=("N3.3",), reason="整改逾期"
    )
    assert province.dispatch(frozen) is None


def test_what_is_taken_from_the_province() -> None:
    taken = {
        MessageCode.CERTIFICATES_ISSUED: (CertificatesIssued, keep_certificates),
        MessageCode.CERTIFICATE_REVOKED: (CertificateRevoked, revoke_certificate),
        MessageCode.CERTIFICATES_ANSWERED: (CertificatesAnswered, take_certificate_answers),
        MessageCode.FACTS_ANSWERED: (FactsAnswered, take_facts),
    }
    assert {code: province.taken(code) for code in taken} == taken


def test_what_subsidy_hears_of_the_register() -> None:
    heard = {
        InstitutionRegistered.topic: keep_institution,
        InstitutionRecognized.topic: keep_institution,
        InstitutionSuspended.topic: freeze_claims,
        InstitutionResumed.topic: release_claims,
    }
    assert {topic: subscriptions.handler(topic) for topic in heard} == heard
    assert subscriptions.streams == {"filing.institution", "supervision.plan", "supervision.lead"}
