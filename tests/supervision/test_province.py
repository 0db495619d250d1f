"""What the province is told of suspensions."""

from uuid import UUID

from services.supervision.province import province
from shared.contracts.province import MessageCode, SupervisionReport
from shared.contracts.supervision import InstitutionSanctioned, SanctionLifted
from tests.supervision.fakes import DISTRICT, OWN

INSTITUTION, RECTIFICATION = UUID(int=1), UUID(int=2)


def test_a_suspension_and_its_end_are_reported_in_the_institutions_lane() -> None:
    about = {
        "institution_id": INSTITUTION,
        "uscc": OWN,
        "organ": DISTRICT,
        "basis": ("N3.3",),
        "rectification_id": RECTIFICATION,
    }
    imposed = province.dispatch(InstitutionSanctioned(**about, reason="整改逾期未完成"))
    lifted = province.dispatch(SanctionLifted(**about))
    assert imposed is not None
    assert lifted is not None
    assert {imposed.code, lifted.code} == {MessageCode.SUPERVISION_RESULT}
    assert {imposed.lane, lifted.lane} == {OWN}
    assert imposed.business_key == f"sanction:{RECTIFICATION}:imposed"
    assert lifted.business_key == f"sanction:{RECTIFICATION}:lifted"
    told = SupervisionReport.model_validate(imposed.payload)
    assert (told.measure, told.reason) == ("suspended", "整改逾期未完成")
    assert (told.institution_id, told.organ) == (INSTITUTION, DISTRICT)
    assert SupervisionReport.model_validate(lifted.payload).measure == "lifted"
