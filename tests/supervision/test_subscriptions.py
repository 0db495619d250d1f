"""What supervision hears, and what it keeps of it."""

from datetime import date
from uuid import uuid4

import pytest

from services.supervision import register
from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.refusals import UnknownInstitution
from services.supervision.domain.terms import Standing
from services.supervision.revocations import note_certificate_revoked, note_subsidy_recovered
from services.supervision.subscriptions import subscriptions
from shared.contracts import filing, subsidy
from shared.policy import Audience, Category, Policy
from shared.values import Fen
from tests.supervision.fakes import AT, DISTRICT, OWN, TURNER, Desk, an_institution


@pytest.fixture
def desk(policy: Policy) -> Desk:
    return Desk(policy=policy)


def test_supervision_hears_the_register_what_was_paid_and_what_looks_wrong() -> None:
    assert subscriptions.streams == {
        "filing.institution",
        "subsidy.claim",
        "subsidy.certificate",
        "subsidy.recovery",
        "subsidy.signal",
    }


async def test_n2_1_what_a_district_registers_and_the_province_files_is_supervised_alike(desk: Desk) -> None:
    facts = {
        "organ": DISTRICT,
        "name": "示例机械有限公司",
        "uscc": OWN,
        "category": Category.CENTRAL_ENTERPRISE,
        "audience": Audience.OWN_STAFF,
        "scope": (TURNER,),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2028, 12, 31),
    }
    registered = filing.InstitutionRegistered(
        **facts, basis=("N2.2",), institution_id=uuid4(), filing_id=uuid4(), filing_number="示例1号"
    )
    recognized = filing.InstitutionRecognized(
        **facts, basis=("N2.1",), institution_id=uuid4(), provincial_number="示例2号", station_codes=()
    )
    for event in (registered, recognized):
        await register.keep_institution(event, desk.at(AT))
        kept = await desk.institutions.get(event.institution_id)
        assert (kept.name, kept.uscc, kept.organ, kept.audience) == (
            event.name,
            OWN,
            DISTRICT,
            event.audience,
        )
        assert (kept.scope, kept.valid_from, kept.valid_until) == (
            (TURNER,),
            event.valid_from,
            event.valid_until,
        )
        assert (kept.standing, kept.paid_certificates, kept.paid_fen) == (Standing.ACTIVE, 0, 0)


async def test_the_registers_word_on_standing_is_kept(desk: Desk) -> None:
    institution = an_institution()
    desk.institutions.add(institution)
    about = {"institution_id": institution.id, "organ": DISTRICT, "basis": ("N3.3",)}
    await register.note_suspended(filing.InstitutionSuspended(**about, reason="整改逾期"), desk.at(AT))
    stood = institution.standing
    await register.note_resumed(filing.InstitutionResumed(**about), desk.at(AT))
    assert (stood, institution.standing) == (Standing.SUSPENDED, Standing.ACTIVE)


async def test_what_was_paid_on_its_certificates_adds_up(desk: Desk) -> None:
    institution = an_institution()
    desk.institutions.add(institution)
    for certificates, amount in ((3, 450_000), (2, 300_001)):
        await register.note_claim_paid(a_payment(institution, certificates, amount), desk.at(AT))
    assert (institution.paid_certificates, institution.paid_fen) == (5, 750_001)


async def test_a_payment_for_an_institution_not_heard_of_yet_waits_for_it(desk: Desk) -> None:
    with pytest.raises(UnknownInstitution):
        await register.note_claim_paid(a_payment(an_institution(), 1, 1), desk.at(AT))


def a_payment(institution: SupervisedInstitution, certificates: int, amount: int) -> subsidy.ClaimPaid:
    return subsidy.ClaimPaid.model_validate(
        {
            "organ": DISTRICT,
            "basis": ["N1.6"],
            "claim_id": uuid4(),
            "institution_id": institution.id,
            "uscc": OWN,
            "certificates": certificates,
            "amount_fen": Fen(amount),
            "items": [],
        }
    )


async def test_certificates_that_the_province_revoked_are_counted(desk: Desk) -> None:
    institution = an_institution()
    desk.institutions.add(institution)
    event = subsidy.CertificateRevoked(
        certificate_id=uuid4(),
        institution_id=institution.id,
        organ=institution.organ,
        basis=("N1.4",),
        uscc=institution.uscc,
        number="Y000032000001244000001",
        revoked_on=date(2024, 5, 6),
        reason="成绩造假",
    )
    for _ in range(2):
        await note_certificate_revoked(event, desk.at(AT))
    assert institution.revoked_certificates == 2


@pytest.mark.parametrize(
    ("how", "recovered", "kept"),
    [("repaid", 200_000, 250_000), ("offset", 200_000, 250_000), ("written_off", 0, 450_000)],
)
async def test_n3_3_what_came_back_is_kept_and_what_was_written_off_did_not_come_back(
    desk: Desk, how: str, recovered: int, kept: int
) -> None:
    institution = an_institution()
    desk.institutions.add(institution)
    await register.note_claim_paid(a_payment(institution, 3, 450_000), desk.at(AT))
    await note_subsidy_recovered(a_recovery(institution, how, 200_000), desk.at(AT))
    assert (institution.paid_fen, institution.recovered_fen, institution.kept_fen) == (
        450_000,
        recovered,
        kept,
    )


async def test_what_came_back_before_the_payment_was_heard_of_leaves_nothing_below_nought(desk: Desk) -> None:
    institution = an_institution()
    desk.institutions.add(institution)
    await note_subsidy_recovered(a_recovery(institution, "repaid", 150_000), desk.at(AT))
    assert institution.kept_fen == 0
    await register.note_claim_paid(a_payment(institution, 1, 150_000), desk.at(AT))
    assert (institution.paid_fen, institution.kept_fen) == (150_000, 0)


def a_recovery(institution: SupervisedInstitution, how: str, amount: int) -> subsidy.SubsidyRecovered:
    return subsidy.SubsidyRecovered.model_validate(
        {
            "organ": DISTRICT,
            "basis": ["N1.4"],
            "recovery_id": uuid4(),
            "institution_id": institution.id,
            "uscc": OWN,
            "entry_id": uuid4(),
            "cause": "certificate_revoked",
            "how": how,
            "amount_fen": Fen(amount),
            "remaining_fen": Fen(0),
            "settled": True,
            "items": [],
        }
    )
