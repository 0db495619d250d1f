"""One of everything that belongs to a district, for whoever tries to cross."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

from services.filing.domain.campaign import Campaign, CampaignState
from services.filing.domain.ceremony import Ceremony
from services.filing.domain.commendation import Commendation
from services.filing.domain.objection import Statement, object_to
from services.filing.domain.obligation import ObligationKind
from services.filing.domain.officer import Recusal
from services.filing.domain.review import Review
from services.filing.domain.stages import FilingState
from services.filing.handlers.integrity import EnterRecord, enter_record
from services.filing.repository.reviews import SqlReviews
from services.supervision.domain.lead import Lead
from services.supervision.domain.plan import EvaluationPlan
from shared.identity import Scope
from shared.objects import key_of
from shared.policy import Audience
from tests.accounts.drifting import a_drift
from tests.builders import (
    AT,
    DISTRICT,
    PROVINCE,
    a_filing,
    a_material,
    a_uscc,
    an_account,
    an_institution,
    an_item,
)
from tests.filing import network
from tests.filing.casework import PAPER
from tests.filing.catalogue import an_edition
from tests.filing.importing import INSTITUTIONS, Desk
from tests.filing.owing import an_obligation
from tests.filing.panelwork import a_panel, an_accepted, an_expert
from tests.interfaces import Interfaces
from tests.journeys.claimed import claims_of
from tests.journeys.exchanged import sent_back_to_the_district
from tests.journeys.recovered import paid_of_the_district
from tests.supervision import fakes as supervision
from tests.supervision.provincial import a_task, an_order

Belongings = dict[tuple[str, str], str]
"""What stands for a path parameter of a service."""

EVERYTHING = Scope(actor="test", act="test", everything=True)
OWN = a_uscc()
HANDED_IN = "management_rules"
"""The kind of document that the district's case has a file of."""


async def of_the_district(interfaces: Interfaces) -> Belongings:
    """Add one of everything to the district; its id for each path parameter of each service."""
    found: Belongings = {}
    for add in (
        _filing,
        _assessment,
        _network,
        _campaign,
        _import,
        _honours,
        _catalogue,
        _accounts,
        _supervision,
        _provincial,
    ):
        found |= await add(interfaces)
    for add_more in (paid_of_the_district, sent_back_to_the_district):
        found |= await add_more(interfaces)
    return found | await claims_of(OWN, interfaces)


async def _filing(interfaces: Interfaces) -> Belongings:
    runtime = interfaces.suite.runtimes["filing"]
    await interfaces.suite.apps["filing"].state.objects.put(key_of(PAPER), PAPER)
    handed_in = replace(a_material(HANDED_IN), sha256=key_of(PAPER))
    filing, institution = a_filing(materials=(handed_in,)), an_institution()
    owed = an_obligation(runtime.policy, ObligationKind.CHECK_PLEDGE)
    async with runtime.works(EVERYTHING) as work:
        work.filings.add(filing)
        work.institutions.add(institution)
        work.obligations.add(owed)
    return {
        ("filing", "filing_id"): str(filing.id),
        ("filing", "kind"): HANDED_IN,
        ("filing", "institution_id"): str(institution.id),
        ("filing", "obligation_id"): str(owed.id),
    }


async def _assessment(interfaces: Interfaces) -> Belongings:
    """A panel with its experts, an objection and an integrity record, of cases of their own."""
    runtime, expert = interfaces.suite.runtimes["filing"], an_expert()
    assessed = an_accepted(materials=(replace(a_material(HANDED_IN), sha256=key_of(PAPER)),))
    panel = a_panel(assessed, runtime.policy, [expert, an_expert(subject="tester"), an_expert()])
    publicised = a_filing(state=FilingState.PUBLICITY, publicity_until=AT)
    statement = Statement(text="测试异议")
    objection = object_to(
        publicised, statement, runtime.policy, key=uuid4(), reference=uuid4().hex[:16], at=AT
    )
    async with runtime.works(EVERYTHING) as work:
        work.experts.add(expert)
        work.filings.add(assessed)
        work.panels.add(panel)
        work.objections.add(objection)
        known = EnterRecord(uscc=a_uscc(), name="测试甲公司", reason="虚假证明", organ=DISTRICT)
        record = await enter_record(known, work)
    return {
        ("filing", "record_id"): str(record.id),
        ("filing", "expert_id"): str(expert.id),
        ("filing", "panel_id"): str(panel.id),
        ("filing", "objection_id"): str(objection.id),
    }


async def _network(interfaces: Interfaces) -> Belongings:
    """An office, an officer at it who is recused, and whom it is recused from."""
    office, recused = network.an_office(), a_uscc()
    officer = network.an_officer(office_id=office.id, recusals=(Recusal(uscc=recused, reason="亲属"),))
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        work.offices.add(office)
        work.officers.add(officer)
    return {
        ("filing", "office_id"): str(office.id),
        ("filing", "officer_id"): str(officer.id),
        ("filing", "uscc"): recused,
    }


async def _campaign(interfaces: Interfaces) -> Belongings:
    """A campaign with a review. One of an organ's runs at a time, so it is no city's: another test may open that."""
    institution = an_institution()
    campaign = Campaign(
        id=uuid4(),
        opened_by=PROVINCE,
        title="测试核定",
        effective_on=date(2099, 1, 1),
        opened_at=AT,
        due_at=AT,
        institutions=1,
        left_out=0,
        state=CampaignState.OPEN,
    )
    review = Review(
        id=uuid4(),
        campaign_id=campaign.id,
        institution_id=institution.id,
        organ=DISTRICT,
        uscc=institution.uscc,
        name=institution.name,
        number=institution.number,
        items=institution.scope,
    )
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        work.institutions.add(institution)
        work.campaigns.add(campaign)
        assert isinstance(work.reviews, SqlReviews)
        work.reviews.add(review)
    return {("filing", "campaign_id"): str(campaign.id), ("filing", "review_id"): str(review.id)}


async def _import(interfaces: Interfaces) -> Belongings:
    """An import with a row that is wrong, so that there is something to give back."""
    desk = Desk(interfaces)
    view = await desk.previewed(INSTITUTIONS, desk.record(occupation="9-99-99-99"), desk.record())
    assert (view["good"], view["bad"]) == (1, 1)
    return {("filing", "import_id"): view["id"]}


async def _honours(interfaces: Interfaces) -> Belongings:
    """An institution held up as an example, and a ceremony."""
    institution = an_institution()
    commendation = Commendation(
        id=uuid4(),
        institution_id=institution.id,
        organ=DISTRICT,
        uscc=institution.uscc,
        title="先进典型",
        experience="经验做法",
        named_by=DISTRICT,
        named_at=AT,
        published_from=date(2024, 3, 4),
    )
    ceremony = Ceremony(
        id=uuid4(),
        organ=DISTRICT,
        title="授证仪式",
        place="演示路1号",
        held_on=date(2024, 3, 4),
        recorded_by="tester",
        recorded_at=AT,
        invited=1,
    )
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        work.institutions.add(institution)
        work.commendations.add(commendation)
        work.ceremonies.add(ceremony)
    return {
        ("filing", "commendation_id"): str(commendation.id),
        ("filing", "ceremony_id"): str(ceremony.id),
    }


async def _catalogue(interfaces: Interfaces) -> Belongings:
    """An edition of the occupation catalogue, as if the district decided on it."""
    edition = an_edition(organ=DISTRICT)
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        work.editions.add(edition)
    return {("filing", "edition_id"): str(edition.id)}


async def _accounts(interfaces: Interfaces) -> Belongings:
    account = an_account()
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        work.accounts.add(account)
        drift = a_drift()
        work.drifts.add(drift)
    return {
        ("accounts", "drift_id"): str(drift.id),
        ("accounts", "account_id"): str(account.id),
        ("accounts", "institution_id"): str(account.institution_id),
    }


async def _supervision(interfaces: Interfaces) -> Belongings:
    institution = supervision.an_institution()
    inspection, rectification = supervision.an_inspection(), supervision.a_rectification()
    plan = EvaluationPlan(
        id=uuid4(),
        institution_id=institution.id,
        organ=DISTRICT,
        uscc=OWN,
        item=an_item(),
        audience=Audience.OWN_STAFF,
        planned_on=date(2026, 4, 1),
        submitted_at=AT,
    )
    lead = Lead(
        id=uuid4(),
        signal_id=uuid4(),
        kind="pass_rate",
        label="批次合格率异常 · Unusual pass rate",
        organ=DISTRICT,
        institution_id=institution.id,
        institution_uscc=OWN,
        evidence={"count": 40, "of": 40},
        revision=1,
        raised_at=AT,
    )
    async with interfaces.suite.runtimes["supervision"].works(EVERYTHING) as work:
        work.institutions.add(institution)
        work.inspections.add(inspection)
        work.rectifications.add(rectification)
        work.plans.add(plan)
        work.leads.add(lead)
    return {
        ("supervision", "institution_id"): str(institution.id),
        ("supervision", "inspection_id"): str(inspection.id),
        ("supervision", "rectification_id"): str(rectification.id),
        ("supervision", "plan_id"): str(plan.id),
        ("supervision", "lead_id"): str(lead.id),
    }


async def _provincial(interfaces: Interfaces) -> Belongings:
    """What the province asks the district for, and orders."""
    task, order = a_task(), an_order()
    async with interfaces.suite.runtimes["supervision"].works(EVERYTHING) as work:
        work.tasks.add(task)
        work.orders.add(order)
    return {
        ("supervision", "task_id"): str(task.id),
        ("supervision", "order_id"): str(order.id),
    }
