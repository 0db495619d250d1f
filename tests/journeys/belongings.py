"""One of everything that belongs to a district, and the bodies that speak of it, for whoever tries to cross."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import ClaimState
from services.subsidy.holders import seal
from services.supervision.domain.plan import EvaluationPlan
from shared.identity import Scope
from shared.policy import Audience
from shared.privacy import FieldCipher
from tests.builders import (
    AT,
    CITIZEN_ID,
    DISTRICT,
    TURNER,
    a_filing,
    a_uscc,
    an_account,
    an_institution,
    an_item,
    new_filing,
)
from tests.interfaces import Interfaces
from tests.subsidy import builders as subsidy
from tests.supervision import fakes as supervision

Belongings = dict[tuple[str, str], str]
"""What stands for a path parameter of a service."""

EVERYTHING = Scope(actor="test", act="test", everything=True)
OWN = a_uscc()


async def of_the_district(interfaces: Interfaces) -> Belongings:
    """Add one of everything to the district; its id for each path parameter of each service."""
    found: Belongings = {}
    for add in (_filing, _accounts, _supervision, _subsidy):
        found |= await add(interfaces)
    return found


async def _filing(interfaces: Interfaces) -> Belongings:
    filing, institution = a_filing(), an_institution()
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        work.filings.add(filing)
        work.institutions.add(institution)
    return {("filing", "filing_id"): str(filing.id), ("filing", "institution_id"): str(institution.id)}


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
    claim = subsidy.claim(id=uuid4(), uscc=OWN, institution_id=institution.id, state=ClaimState.SUBMITTED)
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


BODIES: dict[tuple[str, str], Callable[[Belongings], dict[str, Any]]] = {
    ("filing", "/v1/filings"): lambda _: new_filing(OWN),
    ("filing", "/v1/filings/{filing_id}/materials"): lambda _: {
        "kind": "application_form",
        "file_name": "a.pdf",
        "sha256": "0" * 64,
    },
    ("filing", "/v1/filings/{filing_id}/assessment"): lambda _: {"scores": [{"expert": "甲", "mark": 1}]},
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
