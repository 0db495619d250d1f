"""One of everything that belongs to a district, and the bodies that speak of it, for whoever tries to cross."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from services.filing.domain.objection import Statement, object_to
from services.filing.domain.obligation import ObligationKind
from services.filing.domain.stages import FilingState
from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import ClaimState
from services.subsidy.holders import seal
from services.supervision.domain.plan import EvaluationPlan
from shared.identity import Scope
from shared.objects import key_of
from shared.policy import Audience
from shared.privacy import FieldCipher
from tests.builders import (
    AT,
    CITIZEN_ID,
    DISTRICT,
    TURNER,
    a_filing,
    a_material,
    a_uscc,
    an_account,
    an_institution,
    an_item,
    new_filing,
)
from tests.filing.casework import PAPER
from tests.filing.owing import an_obligation
from tests.filing.panelwork import a_panel, an_accepted, an_expert
from tests.interfaces import Interfaces
from tests.subsidy import builders as subsidy
from tests.supervision import fakes as supervision

Belongings = dict[tuple[str, str], str]
"""What stands for a path parameter of a service."""

EVERYTHING = Scope(actor="test", act="test", everything=True)
OWN = a_uscc()
HANDED_IN = "management_rules"
"""The kind of document that the district's case has a file of."""


async def of_the_district(interfaces: Interfaces) -> Belongings:
    """Add one of everything to the district; its id for each path parameter of each service."""
    found: Belongings = {}
    for add in (_filing, _assessment, _accounts, _supervision, _subsidy):
        found |= await add(interfaces)
    return found


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
    """A panel with its experts, and an objection, of cases of their own."""
    runtime, expert = interfaces.suite.runtimes["filing"], an_expert()
    panel = a_panel(an_accepted(), runtime.policy, [expert, an_expert(), an_expert()])
    publicised = a_filing(state=FilingState.PUBLICITY, publicity_until=AT)
    statement = Statement(text="测试异议")
    objection = object_to(
        publicised, statement, runtime.policy, key=uuid4(), reference=uuid4().hex[:16], at=AT
    )
    async with runtime.works(EVERYTHING) as work:
        work.experts.add(expert)
        work.panels.add(panel)
        work.objections.add(objection)
    return {
        ("filing", "expert_id"): str(expert.id),
        ("filing", "panel_id"): str(panel.id),
        ("filing", "objection_id"): str(objection.id),
    }


async def _accounts(interfaces: Interfaces) -> Belongings:
    account = an_account()
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        work.accounts.add(account)
    return {
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
    async with interfaces.suite.runtimes["supervision"].works(EVERYTHING) as work:
        work.institutions.add(institution)
        work.inspections.add(inspection)
        work.rectifications.add(rectification)
        work.plans.add(plan)
    return {
        ("supervision", "institution_id"): str(institution.id),
        ("supervision", "inspection_id"): str(inspection.id),
        ("supervision", "rectification_id"): str(rectification.id),
        ("supervision", "plan_id"): str(plan.id),
    }


async def _subsidy(interfaces: Interfaces) -> Belongings:
    institution = subsidy.institution(id=uuid4(), uscc=OWN)
    claim = subsidy.claim((), id=uuid4(), uscc=OWN, institution_id=institution.id, state=ClaimState.SUBMITTED)
    key = uuid4()
    cipher = FieldCipher.from_file(interfaces.plan.home.privacy_keys)
    certificate = Certificate(
        id=key,
        number=subsidy.number(4, serial=int(key) % 999_999 + 1),
        holder=seal(cipher, key, name="测试员甲", holder_id=CITIZEN_ID),
        institution_id=institution.id,
        uscc=OWN,
        organ=DISTRICT,
        item=an_item(),
        issued_on=date(2024, 3, 4),
        evaluated_on=date(2024, 2, 19),
        batch="测试批次",
    )
    async with interfaces.suite.runtimes["subsidy"].works(EVERYTHING) as work:
        work.institutions.add(institution)
        work.claims.add(claim)
        work.certificates.add(certificate)
    return {
        ("subsidy", "institution_id"): str(institution.id),
        ("subsidy", "claim_id"): str(claim.id),
        ("subsidy", "number"): str(certificate.number),
    }


def _claim(of: Belongings) -> dict[str, Any]:
    return {
        "institution_id": of["subsidy", "institution_id"],
        "certificate_numbers": [of["subsidy", "number"]],
    }


def _plan(of: Belongings) -> dict[str, Any]:
    item = {"edition": "2015", "occupation": TURNER, "level": 4}
    return {
        "institution_id": of["supervision", "institution_id"],
        "item": item,
        "audience": "own_staff",
        "planned_on": "2026-12-01",
    }


def _inspection(of: Belongings) -> dict[str, Any]:
    return {
        "institution_id": of["supervision", "institution_id"],
        "kind": "on_site",
        "supervisors": ["测试员甲", "测试员乙"],
        "visited_on": "2026-11-02",
    }


FILES = {("filing", "/v1/filings/{filing_id}/materials/{kind}"): {"file": ("a.pdf", PAPER)}}
"""What is handed in as a file."""
BODIES: dict[tuple[str, str], Callable[[Belongings], dict[str, Any]]] = {
    ("filing", "/v1/filings"): lambda _: new_filing(OWN),
    ("filing", "/v1/filings/of-institution/{institution_id}"): lambda _: {
        "kind": "change",
        "particulars": {"name": "改名"},
    },
    ("filing", "/v1/filings/{filing_id}"): lambda _: {"training": ["work_for_training"]},
    ("filing", "/v1/filings/{filing_id}/correction-notice"): lambda _: {
        "items": [{"field": "scope", "reason": "等级有误"}]
    },
    ("filing", "/v1/filings/{filing_id}/refusal"): lambda _: {"reason": "材料不实"},
    ("filing", "/v1/obligations/{obligation_id}/settlement"): lambda _: {"note": "已发放"},
    ("filing", "/v1/filings/{filing_id}/pledges/{kind}"): lambda _: {"text_version": "0" * 12},
    ("filing", "/v1/filings/{filing_id}/pledges/{kind}/check"): lambda _: {
        "kept": False,
        "finding": "不实",
    },
    ("filing", "/v1/obligations/{obligation_id}/pledge-check"): lambda _: {
        "kept": False,
        "finding": "不实",
    },
    ("filing", "/v1/experts"): lambda _: {"organ": DISTRICT, "name": "测试专家甲"},
    ("filing", "/v1/experts/{expert_id}"): lambda _: {"active": False},
    ("filing", "/v1/filings/{filing_id}/panel"): lambda of: {
        "members": [{"expert_id": of["filing", "expert_id"]}]
    },
    ("filing", "/v1/panels/{panel_id}/sheets"): lambda _: {"marks": {"credit": 4}},
    ("filing", "/v1/panels/{panel_id}/paper-sheets"): lambda of: {
        "expert_id": of["filing", "expert_id"],
        "marks": {"credit": 4},
    },
    ("filing", "/v1/panels/{panel_id}/replacement"): lambda of: {
        "leaving": of["filing", "expert_id"],
        "reason": "出差",
        "entering": {"expert_id": of["filing", "expert_id"]},
    },
    ("filing", "/v1/filings/{filing_id}/objections"): lambda _: {"text": "异议", "channel": "phone"},
    ("filing", "/v1/objections/{objection_id}/resolution"): lambda _: {
        "outcome": "dismissed",
        "finding": "不成立",
    },
    ("accounts", "/v1/clients"): lambda _: {
        "client_id": f"intruder-{uuid4().hex[:8]}",
        "permissions": ["register:read"],
        "organ": DISTRICT,
    },
    ("subsidy", "/v1/claims"): _claim,
    ("subsidy", "/v1/claims/preview"): _claim,
    ("subsidy", "/v1/claims/{claim_id}/review"): lambda _: {"approve": True},
    ("supervision", "/v1/evaluation-plans"): _plan,
    ("supervision", "/v1/inspections"): _inspection,
    ("supervision", "/v1/inspections/{inspection_id}/findings"): lambda _: {
        "findings": [{"category": "process_irregular", "severity": "serious", "text": "问题"}]
    },
    ("supervision", "/v1/rectifications/{rectification_id}/completion"): lambda _: {"report": "已改"},
    ("supervision", "/v1/rectifications/{rectification_id}/verification"): lambda _: {"passed": True},
}
"""A valid body of every operation that takes one and speaks of something of the district."""
