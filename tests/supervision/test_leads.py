"""What looks wrong in subsidy is looked into here, and closed with a finding (N3.3)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.supervision.domain.lead import (
    Lead,
    LeadClosed,
    LeadFinding,
    LeadState,
    NobodyToInspect,
    Officer,
    OtherInstitution,
    UnknownLead,
)
from services.supervision.domain.refusals import NotTheSupervisingOrgan, UnknownInspection
from services.supervision.leads import (
    OnLead,
    assign_lead,
    close_lead,
    inspect_lead,
    note_signal_lapsed,
    note_signal_raised,
)
from shared.contracts.subsidy import SignalEvidence, SignalLapsed, SignalRaised
from shared.contracts.supervision import SignalClosed
from shared.errors import Stale
from shared.identity import Permission, Scope
from shared.policy import Policy
from tests.builders import a_uscc
from tests.interfaces import Headers, Interfaces
from tests.supervision.fakes import (
    AT,
    CITY,
    DISTRICT,
    OTHER_DISTRICT,
    OWN,
    VISIT,
    Desk,
    an_inspection,
    an_institution,
)

EVERYTHING = Scope(actor="test", act="test", everything=True)
HOUR = timedelta(hours=1)
SIGNAL = UUID(int=9)


@pytest.fixture
def desk(policy: Policy) -> Desk:
    """An institution that is supervised."""
    desk = Desk(policy=policy)
    desk.institutions.add(an_institution())
    return desk


def a_signal(institution_id: UUID | None, **changes: Any) -> SignalRaised:
    given: dict[str, Any] = {
        "signal_id": SIGNAL,
        "institution_id": institution_id,
        "uscc": OWN if institution_id else None,
        "organ": DISTRICT,
        "basis": ("N3.3",),
        "kind": "pass_rate",
        "label": "批次合格率异常 · Unusual pass rate",
        "revision": 1,
        "evidence": SignalEvidence(count=40, of=40, day=date(2026, 2, 2)),
    }
    return SignalRaised(**(given | changes))


def lapsed(signal_id: UUID = SIGNAL) -> SignalLapsed:
    return SignalLapsed(signal_id=signal_id, institution_id=None, uscc=None, organ=DISTRICT, basis=("N3.3",))


async def heard(desk: Desk, **changes: Any) -> Lead:
    (institution,) = desk.institutions.held
    return await note_signal_raised(a_signal(institution, **changes), desk.at(AT))


def on(lead: Lead, organ: str = DISTRICT, *, seen: int = 0) -> OnLead:
    return OnLead(lead_id=lead.id, seen=seen, by=Officer(name="officer", organ=organ))


async def closed(desk: Desk, lead: Lead, organ: str = DISTRICT) -> Lead:
    return await close_lead(on(lead, organ), LeadFinding.CONFIRMED, "全员合格，阅卷放水", desk.at(AT))


async def test_a_signal_is_kept_as_one_lead_and_what_is_found_later_is_added_to_it(desk: Desk) -> None:
    lead = await heard(desk)
    assert (lead.state, lead.evidence["count"], lead.revision) == (LeadState.NEW, 40, 1)
    assert await heard(desk, revision=2, evidence=SignalEvidence(count=41)) is lead
    assert (list(desk.leads.held.values()), lead.revision, lead.evidence["count"]) == ([lead], 2, 41)


async def test_what_subsidy_finds_no_more_is_noted_and_found_again_is_as_before(desk: Desk) -> None:
    lead = await heard(desk)
    await note_signal_lapsed(lapsed(), desk.at(AT + HOUR))
    assert (lead.state, lead.lapsed_at) == (LeadState.NEW, AT + HOUR)
    await heard(desk, revision=2)
    assert lead.lapsed_at is None
    with pytest.raises(UnknownLead):
        await note_signal_lapsed(lapsed(uuid4()), desk.at(AT))


async def test_it_is_given_to_an_officer_and_to_another(desk: Desk) -> None:
    lead = await heard(desk)
    for name in ("测试督导甲", "测试督导乙"):
        await assign_lead(on(lead), name, desk.at(AT))
        assert (lead.state, lead.assigned_to, lead.assigned_by) == (LeadState.ASSIGNED, name, "officer")


async def test_n3_3_an_inspection_is_entered_from_it_or_one_there_is_is_linked(desk: Desk) -> None:
    lead = await heard(desk)
    await inspect_lead(on(lead), VISIT, desk.at(AT))
    (inspection,) = desk.inspections.held.values()
    assert (lead.state, lead.inspection_id) == (LeadState.INSPECTING, inspection.id)
    assert (inspection.institution_id, inspection.visit, inspection.inspected_by) == (
        lead.institution_id,
        VISIT,
        DISTRICT,
    )
    other = an_inspection()
    other.institution_id = inspection.institution_id
    desk.inspections.add(other)
    await inspect_lead(on(lead), other.id, desk.at(AT))
    assert lead.inspection_id == other.id
    await assign_lead(on(lead), "测试督导甲", desk.at(AT))
    assert lead.state is LeadState.INSPECTING


async def test_an_inspection_of_somebody_else_or_of_nobody_is_not_linked(desk: Desk) -> None:
    lead, elsewhere = await heard(desk), an_inspection()
    desk.inspections.add(elsewhere)
    with pytest.raises(OtherInstitution):
        await inspect_lead(on(lead), elsewhere.id, desk.at(AT))
    with pytest.raises(UnknownInspection):
        await inspect_lead(on(lead), uuid4(), desk.at(AT))
    of_people = await note_signal_raised(a_signal(None, signal_id=uuid4()), desk.at(AT))
    with pytest.raises(NobodyToInspect):
        await inspect_lead(on(of_people), VISIT, desk.at(AT))
    assert (lead.state, of_people.state) == (LeadState.NEW, LeadState.NEW)


@pytest.mark.parametrize("organ", [DISTRICT, CITY])
async def test_n3_3_closed_by_who_supervises_it_subsidy_is_told_what_was_found(
    desk: Desk, organ: str
) -> None:
    lead = await heard(desk, revision=3)
    await closed(desk, lead, organ)
    assert (lead.state, lead.finding, lead.closed_by) == (LeadState.CLOSED, LeadFinding.CONFIRMED, "officer")
    (told,) = desk.outbox.events
    assert isinstance(told, SignalClosed)
    assert (told.subject, told.signal_id, told.revision, told.finding) == (lead.id, SIGNAL, 3, "confirmed")
    assert (told.organ, told.basis, told.reason) == (DISTRICT, ("N3.3",), "全员合格，阅卷放水")


@pytest.mark.parametrize("organ", [OTHER_DISTRICT, ""])
async def test_n2_0_nobody_acts_on_a_lead_whose_organ_does_not_supervise_it(desk: Desk, organ: str) -> None:
    lead = await heard(desk)
    with pytest.raises(NotTheSupervisingOrgan):
        await closed(desk, lead, organ)
    with pytest.raises(NotTheSupervisingOrgan):
        await assign_lead(on(lead, organ), "测试督导甲", desk.at(AT))
    with pytest.raises(NotTheSupervisingOrgan):
        await inspect_lead(on(lead, organ), VISIT, desk.at(AT))
    assert (lead.state, desk.outbox.events) == (LeadState.NEW, [])


async def test_nothing_is_done_about_a_closed_one_until_more_is_found(desk: Desk) -> None:
    lead = await heard(desk)
    await assign_lead(on(lead), "测试督导甲", desk.at(AT))
    await closed(desk, lead)
    with pytest.raises(LeadClosed):
        await closed(desk, lead)
    with pytest.raises(LeadClosed):
        await assign_lead(on(lead), "测试督导乙", desk.at(AT))
    with pytest.raises(LeadClosed):
        await inspect_lead(on(lead), VISIT, desk.at(AT))
    await heard(desk, revision=2)
    assert (lead.state, lead.finding) == (LeadState.ASSIGNED, LeadFinding.CONFIRMED)
    await closed(desk, lead)
    with pytest.raises(Stale):
        await assign_lead(on(lead, seen=4), "测试督导甲", desk.at(AT))


async def kept(interfaces: Interfaces, **changes: Any) -> Lead:
    """A lead on record, about an institution of its own."""
    uscc, key = a_uscc(), uuid4()
    institution = an_institution(key=key)
    institution.uscc = uscc
    event = a_signal(key, **({"signal_id": uuid4(), "uscc": uscc} | changes))
    async with interfaces.suite.runtimes["supervision"].works(EVERYTHING) as work:
        work.institutions.add(institution)
        lead: Lead = await note_signal_raised(event, work)
    return lead


class Asking:
    """An officer of the district who asks about one lead."""

    def __init__(self, interfaces: Interfaces, lead: Lead) -> None:
        self.client = interfaces.clients["supervision"]
        self.who = interfaces.bearer(Permission.SUPERVISE, organ=DISTRICT, subject="officer")
        self.path = f"/v1/leads/{lead.id}"

    async def read(self, who: Headers | None = None) -> httpx.Response:
        return await self.client.get(self.path, headers=who or self.who)

    async def act(self, step: str, body: dict[str, Any], *, seen: int) -> httpx.Response:
        headers = self.who | {"If-Match": f'"{seen}"'}
        return await self.client.post(f"{self.path}/{step}", headers=headers, json=body)

    async def found(self, query: str) -> list[str]:
        answer = await self.client.get(f"/v1/leads?{query}", headers=self.who)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]


async def test_over_http_it_is_assigned_inspected_and_closed(interfaces: Interfaces) -> None:
    lead = await kept(interfaces)
    asking = Asking(interfaces, lead)
    shown = (await asking.read()).json()
    assert (shown["state"], shown["evidence"]["of"], shown["label"]) == ("new", 40, lead.label)
    assigned = await asking.act("assignment", {"officer": "测试督导甲"}, seen=1)
    assert (assigned.status_code, assigned.json()["assigned_to"]) == (200, "测试督导甲")
    visit = {"kind": "special", "supervisors": ["测试督导甲", "测试督导乙"], "visited_on": "2026-11-02"}
    inspected = await asking.act("inspection", {"visit": visit}, seen=2)
    assert (inspected.status_code, inspected.json()["state"]) == (200, "inspecting")
    inspection = inspected.json()["inspection_id"]
    linked = await asking.act("inspection", {"inspection_id": inspection}, seen=2)
    assert (linked.status_code, linked.json()["code"]) == (412, "NJT-GEN-0412")
    closing = {"finding": "unfounded", "reason": "考生均经培训，阅卷无误"}
    done = await asking.act("closing", closing, seen=3)
    assert (done.status_code, done.json()["state"], done.json()["closed_by"]) == (200, "closed", "officer")
    again = await asking.act("closing", closing, seen=4)
    assert (again.status_code, again.json()["code"]) == (409, "NJT-SUP-1026")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("inspection", {}),
        ("inspection", {"inspection_id": str(SIGNAL), "visit": {}}),
        ("closing", {"finding": "unfounded", "reason": " "}),
        ("closing", {"finding": "guilty", "reason": "已核查"}),
        ("assignment", {"officer": ""}),
    ],
)
async def test_what_says_too_little_or_too_much_is_not_taken(
    interfaces: Interfaces, step: str, body: dict[str, Any]
) -> None:
    asking = Asking(interfaces, await kept(interfaces))
    assert (await asking.act(step, body, seen=1)).status_code == 422


async def test_leads_are_listed_by_kind_state_institution_organ_and_officer(interfaces: Interfaces) -> None:
    lead = await kept(interfaces)
    asking = Asking(interfaces, lead)
    await asking.act("assignment", {"officer": "测试督导丙"}, seen=1)
    of = f"institution_id={lead.institution_id}"
    for narrowed in ("kind=pass_rate", "state=assigned", f"organ={DISTRICT}", "assigned_to=测试督导丙"):
        assert await asking.found(f"{of}&{narrowed}") == [str(lead.id)]
    for narrowed in ("kind=pensioner", "state=new", f"organ={OTHER_DISTRICT}", "assigned_to=测试督导丁"):
        assert await asking.found(f"{of}&{narrowed}") == []


async def test_neither_the_institution_nor_another_district_sees_a_lead(interfaces: Interfaces) -> None:
    lead = await kept(interfaces)
    asking = Asking(interfaces, lead)
    for reach in ({"holder": str(lead.institution_uscc)}, {"organ": OTHER_DISTRICT}):
        answer = await asking.read(interfaces.bearer(**reach))
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-SUP-1025")
    city = await asking.read(interfaces.bearer(Permission.SUPERVISE, organ=CITY))
    assert (city.status_code, city.json()["id"]) == (200, str(lead.id))
    reader = interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT)
    assert (await asking.read(reader)).status_code == 403
