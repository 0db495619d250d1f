"""Who sits on a panel, what a sheet must hold, and what the sheets together decide (N1.2)."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.filing.domain.panel import (
    AlreadyScored,
    ExpertRecused,
    NamedTwice,
    NotOnPanel,
    Panel,
    PanelConcluded,
    Viewer,
)
from services.filing.domain.refusals import NotTheHandlingOrgan, OutOfTurn
from services.filing.domain.seating import (
    Candidate,
    ExpertNotAvailable,
    PanelNotOdd,
    UnknownRelation,
    convene,
    recusal_relations,
    seat,
)
from services.filing.domain.sheet import MarksNotValid, NotAVetoItem
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Applicant
from shared.policy import FilingKind, Policy, load_policy
from shared.settings import PolicySettings
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT, a_uscc
from tests.filing.panelwork import a_panel, a_sheet, a_veto, an_accepted, an_expert, marks_of

POLICY = load_policy(PolicySettings().folder)
RUBRIC = POLICY.rubric(AT.date())
DAY = date(2024, 3, 4)
OFFICER = Viewer(subject="tester", official=True)
FULL = {item.id: item.points for item in RUBRIC.items()}


def filled(panel: Panel, *totals: int, **first: Any) -> None:
    """Enter sheets with these totals, the changes on the first of them."""
    for member, total in zip(panel.members, totals, strict=False):
        panel.enter(a_sheet(member.expert_id, marks_of(total, RUBRIC), **first), POLICY)
        first = {}


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_a_panel_is_odd_and_has_at_least_three_experts(size: int) -> None:
    with pytest.raises(PanelNotOdd):
        a_panel(an_accepted(), POLICY, [an_expert() for _ in range(size)])
    for odd in (3, 5, 7):
        assert len(a_panel(an_accepted(), POLICY, [an_expert() for _ in range(odd)]).members) == odd


def test_each_expert_sits_on_a_panel_once() -> None:
    twice = an_expert()
    with pytest.raises(NamedTwice, match=str(twice.id)):
        a_panel(an_accepted(), POLICY, [twice, an_expert(), twice])


def test_only_the_handling_organ_convenes() -> None:
    called = [Candidate(expert=an_expert()) for _ in range(3)]
    with pytest.raises(NotTheHandlingOrgan):
        convene(an_accepted(), called, POLICY, key=uuid4(), organ=OTHER_DISTRICT, at=AT)


@pytest.mark.parametrize("state", [each for each in FilingState if each is not FilingState.ACCEPTED])
def test_a_panel_is_convened_for_an_accepted_case_only(state: FilingState) -> None:
    with pytest.raises(OutOfTurn):
        a_panel(an_accepted(state=state), POLICY)


@pytest.mark.parametrize("kind", [FilingKind.RENEWAL, FilingKind.CHANGE])
def test_experts_do_not_assess_renewals_and_changes(kind: FilingKind) -> None:
    with pytest.raises(OutOfTurn):
        a_panel(an_accepted(kind=kind), POLICY)


@pytest.mark.parametrize(
    ("organ", "active", "free"),
    [(DISTRICT, True, True), (CITY, True, True), (OTHER_DISTRICT, True, False), (DISTRICT, False, False)],
)
def test_experts_come_from_the_handling_organ_or_from_one_above_it(
    organ: str, *, active: bool, free: bool
) -> None:
    candidate = Candidate(expert=an_expert(organ=organ, active=active))
    if free:
        assert seat(candidate, an_accepted(), POLICY, day=DAY).name == "测试专家甲"
    else:
        with pytest.raises(ExpertNotAvailable):
            seat(candidate, an_accepted(), POLICY, day=DAY)


@pytest.mark.parametrize(
    ("tie", "reason"),
    [
        ({"employer_uscc": a_uscc(9_000_001)}, "任职于申请单位"),
        ({"employer": "测试甲公司"}, "任职于申请单位"),
        ({"recused_from": frozenset({a_uscc(9_000_001)})}, "已声明对该单位回避"),
        ({"name": "测试法人"}, "同名"),
    ],
)
def test_an_expert_with_a_tie_to_the_applicant_is_refused_naming_it(tie: dict[str, Any], reason: str) -> None:
    applicant = Applicant(name="测试甲公司", uscc=a_uscc(9_000_001), legal_representative="测试法人")
    with pytest.raises(ExpertRecused, match=reason):
        seat(Candidate(expert=an_expert(**tie)), an_accepted(applicant=applicant), POLICY, day=DAY)


def test_an_unnamed_representative_and_employer_are_no_tie() -> None:
    expert = an_expert(name="测试专家乙", employer="")
    applicant = Applicant(name="", uscc=a_uscc())
    member = seat(Candidate(expert=expert), an_accepted(applicant=applicant), POLICY, day=DAY)
    assert member.expert_id == expert.id


def test_an_expert_that_declares_a_relation_is_refused_naming_it() -> None:
    for relation in recusal_relations(POLICY, DAY):
        with pytest.raises(ExpertRecused, match=relation):
            seat(Candidate(expert=an_expert(), relations=(relation,)), an_accepted(), POLICY, day=DAY)


def test_only_relations_of_the_policy_can_be_declared() -> None:
    with pytest.raises(UnknownRelation, match="近亲属"):
        seat(Candidate(expert=an_expert(), relations=("邻居",)), an_accepted(), POLICY, day=DAY)


def test_nothing_is_put_into_a_members_mouth_that_it_did_not_state() -> None:
    plain = seat(Candidate(expert=an_expert()), an_accepted(), POLICY, day=DAY)
    assert plain.statement == (
        "未申报回避关系（任职、近亲属、师生、师徒、同事） · declared none of these relations"
    )
    own = seat(Candidate(expert=an_expert(), statement="已签回避声明"), an_accepted(), POLICY, day=DAY)
    assert own.statement == "已签回避声明"


def test_every_item_must_be_marked_and_nothing_else() -> None:
    panel = a_panel(an_accepted(), POLICY)
    member = panel.members[0].expert_id
    for wrong in ({}, FULL | {"charm": 1}, {name: FULL[name] for name in list(FULL)[1:]}):
        with pytest.raises(MarksNotValid):
            panel.enter(a_sheet(member, wrong), POLICY)
    assert panel.sheets == ()


@given(item=st.sampled_from(sorted(FULL)), off=st.integers(1, 1000), above=st.booleans())
def test_no_item_is_given_less_than_nothing_or_more_than_its_points(
    item: str, off: int, *, above: bool
) -> None:
    panel = a_panel(an_accepted(), POLICY)
    wrong = FULL | {item: FULL[item] + off if above else -off}
    with pytest.raises(MarksNotValid) as refused:
        panel.enter(a_sheet(panel.members[0].expert_id, wrong), POLICY)
    assert refused.value.extra["out_of_range"] == [f"{item} 0–{FULL[item]}"]


@pytest.mark.parametrize("vetoes", [(a_veto("examiners"),), (a_veto("charm"),), (a_veto(), a_veto())])
def test_a_veto_is_cast_once_and_on_veto_items_only(vetoes: tuple[Any, ...]) -> None:
    panel = a_panel(an_accepted(), POLICY)
    with pytest.raises(NotAVetoItem, match="truthful_materials"):
        panel.enter(a_sheet(panel.members[0].expert_id, FULL, vetoes=vetoes), POLICY)


def test_only_members_score_and_each_of_them_once() -> None:
    panel = a_panel(an_accepted(), POLICY)
    filled(panel, 90)
    with pytest.raises(AlreadyScored):
        filled(panel, 95)
    with pytest.raises(NotOnPanel):
        panel.enter(a_sheet(uuid4(), FULL), POLICY)
    with pytest.raises(NotOnPanel):
        panel.seat_of("nobody")


SHEET = st.fixed_dictionaries({item.id: st.integers(0, item.points) for item in RUBRIC.items()})


@given(sheets=st.lists(SHEET, min_size=3, max_size=3), veto=st.booleans())
def test_whatever_is_given_the_sum_of_all_marks_decides_and_a_veto_outweighs_it(
    sheets: list[dict[str, int]], *, veto: bool
) -> None:
    filing = an_accepted()
    panel = a_panel(filing, POLICY)
    for member, marks in zip(panel.members, sheets, strict=True):
        vetoes = (a_veto(),) if veto and member is panel.members[0] else ()
        panel.enter(a_sheet(member.expert_id, marks, vetoes=vetoes), POLICY)
    panel.conclude(filing, POLICY, at=AT)

    total = sum(sum(marks.values()) for marks in sheets)
    assert panel.tally is not None
    assert (panel.tally.total, panel.tally.average) == (total, round(total / 3, 2))
    expected = (
        FilingState.FAILED
        if veto or total < 180
        else (FilingState.PASSED if total >= 240 else FilingState.MENDING)
    )
    assert panel.outcome is filing.state is expected
    assert panel.tally.vetoes == (("信用良好，无违法失信记录",) if veto else ())


def test_a_middling_panel_fails_a_case_that_was_mended_already() -> None:
    filing = an_accepted(rounds=1)
    panel = a_panel(filing, POLICY)
    assert panel.round == 2
    filled(panel, 70, 70, 70)
    panel.conclude(filing, POLICY, at=AT)
    assert filing.state is FilingState.FAILED


def test_the_report_tells_the_result_each_block_and_the_remarks_but_no_names() -> None:
    filing = an_accepted()
    panel = a_panel(filing, POLICY)
    filled(panel, 100, 100, 100, vetoes=(a_veto(),), comment="设备台账待补充")
    panel.conclude(filing, POLICY, at=AT)
    for told in (
        "总分 300，平均 100 分：评估未通过",
        "机构资质：平均 20 / 20 分",
        "有违法失信记录",
        "设备台账待补充",
    ):
        assert told in panel.report
    assert "测试专家" not in panel.report


@given(order=st.permutations(range(3)))
def test_until_the_last_sheet_is_in_each_expert_sees_its_own_and_nobody_else_sees_any(
    order: list[int],
) -> None:
    filing = an_accepted()
    panel = a_panel(filing, POLICY, [an_expert(subject=f"expert-{each}") for each in range(3)])
    viewers = [Viewer(subject=f"expert-{each}", official=False) for each in range(3)]
    applicant = Viewer(subject="applicant", official=False)
    for entered, place in enumerate(order):
        for outsider in (OFFICER, applicant):
            assert panel.sheets_seen_by(outsider) == ()
        for number, viewer in enumerate(viewers):
            own = [sheet.expert_id for sheet in panel.sheets_seen_by(viewer)]
            assert own == ([panel.members[number].expert_id] if number in order[:entered] else [])
        assert panel.tally is None
        panel.enter(a_sheet(panel.members[place].expert_id, FULL), POLICY)
    panel.conclude(filing, POLICY, at=AT)
    assert panel.sheets_seen_by(applicant) == ()
    for each in (OFFICER, *viewers):
        assert len(panel.sheets_seen_by(each)) == 3


def test_a_member_that_has_not_scored_may_be_replaced_and_the_panel_stays_as_large() -> None:
    panel = a_panel(an_accepted(), POLICY)
    filled(panel, 90)
    leaving = panel.members[1].expert_id
    panel.exchange(leaving, _member(), "临时出差", at=AT)
    assert len(panel.members) == 3
    assert leaving not in {each.expert_id for each in panel.members}
    assert [(each.expert_id, each.reason) for each in panel.withdrawn] == [(leaving, "临时出差")]


def test_nobody_is_replaced_who_has_scored_or_is_not_on_the_panel() -> None:
    panel = a_panel(an_accepted(), POLICY)
    filled(panel, 90)
    with pytest.raises(AlreadyScored):
        panel.exchange(panel.members[0].expert_id, _member(), "出差", at=AT)
    with pytest.raises(NotOnPanel):
        panel.exchange(uuid4(), _member(), "出差", at=AT)


def test_nobody_is_seated_who_sits_there_already_or_left_before() -> None:
    panel = a_panel(an_accepted(), POLICY)
    first, second, _ = panel.members
    with pytest.raises(NamedTwice):
        panel.exchange(first.expert_id, second, "出差", at=AT)
    with pytest.raises(ExpertRecused):
        panel.exchange(first.expert_id, first, "出差", at=AT)
    panel.exchange(first.expert_id, _member(), "出差", at=AT)
    with pytest.raises(ExpertRecused):
        panel.exchange(second.expert_id, first, "出差", at=AT)


def test_a_concluded_panel_takes_nothing_more() -> None:
    filing = an_accepted()
    panel = a_panel(filing, POLICY)
    filled(panel, 90, 90, 90)
    panel.conclude(filing, POLICY, at=AT)
    with pytest.raises(PanelConcluded):
        filled(panel, 90)
    with pytest.raises(PanelConcluded):
        panel.exchange(panel.members[0].expert_id, _member(), "出差", at=AT)


def test_scores_are_by_the_rubric_of_the_day_on_which_the_panel_was_convened(policy: Policy) -> None:
    assert a_panel(an_accepted(), policy).rubric_on == AT.date()


def _member() -> Any:
    return seat(Candidate(expert=an_expert(name="测试专家丁")), an_accepted(), POLICY, day=DAY)
