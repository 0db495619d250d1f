"""指定管辖: the organ above says who handles a case that the organ it came to must not, or cannot, decide (N2.0, N3.2)."""

from datetime import date

from services.filing.domain.filing import Filing
from services.filing.domain.refusals import OutOfTurn
from services.filing.domain.stages import IN_HAND_STATES
from shared.errors import Conflict, Forbidden
from shared.policy import Policy


class NotTheOrganAbove(Forbidden):
    """由上级机关指定管辖 · The organ above designates who handles a case."""

    code = "NJT-FIL-1034"


class NotDesignable(Conflict):
    """不能指定由该机关办理 · The case cannot be given to this organ."""

    code = "NJT-FIL-1035"


def designate(filing: Filing, handled_by: str, policy: Policy, *, organ: str, day: date) -> None:
    """Before the decision, give it to another organ; who is responsible for the applicant stays so (N2.0).

    It may be the organ above or the responsible one, by an assumption of the policy pack: no other district sees the
    case. Raises NotTheOrganAbove, OutOfTurn for what is not in hand, or NotDesignable.
    """
    above = policy.organ(filing.organ).parent
    if organ != above:
        raise NotTheOrganAbove(f"由 {above} 指定 · {above} designates it", basis=("N2.0",))
    if filing.state not in IN_HAND_STATES:
        raise OutOfTurn(f"当前为 {filing.state.label} · only cases in hand are given to another organ")
    allowed = policy.text("filing.designation", day).split("、")
    places = {"上级机关": above, "属地机关": filing.organ}
    others = [places[each] for each in allowed if each in places and places[each] != filing.handled_by]
    if handled_by not in others:
        raise NotDesignable(
            f"可指定 {'、'.join(others)}（假设值：{'、'.join(allowed)}） · may be one of these, an assumption",
            basis=("N2.0",),
        )
    filing.handled_by, filing.officer_id = handled_by, None
