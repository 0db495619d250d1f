"""What an operation is sent that is about something of a district."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from cli.suite.database import SERVICES
from tests.builders import CITIZEN_ID, CITY, DISTRICT, TURNER, new_filing
from tests.filing.casework import PAPER
from tests.filing.importing import INSTITUTIONS, Desk, as_csv
from tests.interfaces import Interfaces
from tests.journeys.belongings import OWN, Belongings
from tests.journeys.exchanged import repairs_of
from tests.journeys.recovered import ALONE
from tests.subsidy.desk import ACCOUNT


def _claim(of: Belongings) -> dict[str, Any]:
    return {
        "institution_id": of["subsidy", "institution_id"],
        "certificate_numbers": [of["subsidy", "number"]],
    }


def _in_person(of: Belongings) -> dict[str, Any]:
    return HOLDER | {"organ": DISTRICT, "certificate_numbers": [of["subsidy", "number"]]}


def _paid(of: Belongings) -> dict[str, Any]:
    return {"items": [{"item_id": of["subsidy", "paid_item_id"]}]}


def _plan(of: Belongings) -> dict[str, Any]:
    return {
        "institution_id": of["supervision", "institution_id"],
        "item": ITEM,
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


ITEM = {"edition": "2015", "occupation": TURNER, "level": 4}
OFFICE = {
    "organ": DISTRICT,
    "name": "越界经办点",
    "working_group": "工作组",
    "address": "演示路1号",
    "phone": "025-00000000",
    "hours": "工作日",
    "channels": ["online"],
    "valid_from": "2024-01-01",
}
HOLDER = {"holder_name": "测试员甲", "holder_id": CITIZEN_ID}
CARD = {"name": "测试员甲", "bank": "测试银行", "number": "6217000000000000002"}
CLAIMED = "证书编号,姓名,用工关系\nY000032000001244000001,测试员甲,本单位职工\n"
NAMED = (
    "证书编号,姓名,证件号码,大典版本,职业编码,工种,等级,核发日期,评价日期\n"
    f"Y000032000001244999998,测试员甲,{CITIZEN_ID},2015,{TURNER},,中级工,2024-03-04,2024-02-19\n"
)
KNOWN = (
    "证件号码,所属日期,累计缴费月数,当月正常缴费或领金,单位信用代码,用工关系,领取养老待遇,全日制在校\n"
    f"{CITIZEN_ID},2024-03-01,12,,,,,\n"
)
RETURNED = f"指令号,金额（元）,结果,退票原因,日期,银行流水号\n{uuid4()},1000.00,退票,户名不符,2024-07-15,1\n"
RELEASE = {
    "document": {"title": "测试文件", "status": "cited"},
    "content": {
        "kind": "rates",
        "entries": [{"line": "B", "by_class": {"A": {"3": 2200, "4": 1400}}, "effective_from": "2024-01-01"}],
    },
}
QUERIES: dict[tuple[str, str], Callable[[Belongings], dict[str, str]]] = {
    ("supervision", "/v1/inspection-samples"): lambda _: {"seed": "7"},
    ("filing", "/v1/imports"): lambda _: {"kind": INSTITUTIONS.value},
    ("subsidy", "/v1/claims/sheets"): lambda of: {"institution_id": of["subsidy", "institution_id"]},
    ("subsidy", "/v1/certificates/rosters"): lambda of: {"institution_id": of["subsidy", "institution_id"]},
    ("subsidy", "/v1/statistics"): lambda _: {"organ": DISTRICT} | ALONE,
    ("subsidy", "/v1/certificates/gaps"): lambda _: {"station": "Y000032000001", "year": "2024"},
    **{
        (service, "/v1/exchange/batches/{batch_id}/file"): lambda _: {"reason": "送交省级"}
        for service in SERVICES
    },
}
"""What is asked besides the path."""


def sheet(interfaces: Interfaces) -> bytes:
    """A row that speaks of a body of the district."""
    return as_csv(INSTITUTIONS, [Desk(interfaces).record(uscc=OWN)])


FILES: dict[tuple[str, str], Callable[[Interfaces], tuple[str, bytes]]] = {
    ("filing", "/v1/filings/{filing_id}/materials/{kind}"): lambda _: ("a.pdf", PAPER),
    ("filing", "/v1/imports"): lambda interfaces: ("a.csv", sheet(interfaces)),
    ("subsidy", "/v1/claims/sheets"): lambda _: ("a.csv", CLAIMED.encode()),
    ("subsidy", "/v1/certificates/rosters"): lambda _: ("a.csv", NAMED.encode()),
    ("subsidy", "/v1/facts/files"): lambda _: ("a.csv", KNOWN.encode()),
    ("subsidy", "/v1/evidence"): lambda _: ("a.pdf", PAPER),
    ("subsidy", "/v1/payment-batches/{batch_id}/result"): lambda _: ("a.csv", RETURNED.encode()),
    **{(service, "/v1/exchange/batches/imports"): lambda _: ("a.zip", b"PK") for service in SERVICES},
}
"""What is handed in as a file."""
FORMS: dict[tuple[str, str], Callable[[Belongings], dict[str, str]]] = {
    ("subsidy", "/v1/evidence"): lambda of: {
        "certificate_number": of["subsidy", "number"],
        "kind": "insured_months",
        "value": "36",
        "about": "2024-03-01",
    },
    ("subsidy", "/v1/payment-batches/{batch_id}/result"): lambda _: {"paid": "0.00", "returned": "1000.00"},
}
"""What is said beside the file."""
BODIES: dict[tuple[str, str], Callable[[Belongings], dict[str, Any]]] = {
    **{place: body for service in SERVICES for place, body in repairs_of(service).items()},
    **{(service, "/v1/exchange/batches"): lambda _: {"format": "csv"} for service in SERVICES},
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
    ("filing", "/v1/panels/{panel_id}/voiding"): lambda of: {
        "leaving": of["filing", "expert_id"],
        "reason": "近亲属任职",
        "entering": {"expert_id": of["filing", "expert_id"]},
    },
    ("filing", "/v1/panels/{panel_id}/declining"): lambda _: {"reason": "时间冲突"},
    ("filing", "/v1/filings/{filing_id}/objections"): lambda _: {"text": "异议", "channel": "phone"},
    ("filing", "/v1/objections/{objection_id}/resolution"): lambda _: {
        "outcome": "dismissed",
        "finding": "不成立",
    },
    ("filing", "/v1/filings/{filing_id}/assignment"): lambda of: {
        "officer_id": of["filing", "officer_id"],
        "reason": "改派",
    },
    ("filing", "/v1/filings/{filing_id}/designation"): lambda _: {"handled_by": CITY, "reason": "均须回避"},
    ("filing", "/v1/institutions/{institution_id}/suspension"): lambda _: {"reason": "测试"},
    ("filing", "/v1/institutions/{institution_id}/resumption"): lambda _: {},
    ("filing", "/v1/institutions/{institution_id}/revocation"): lambda _: {"reason": "测试"},
    ("filing", "/v1/institutions/{institution_id}/removal"): lambda _: {"reason": "测试"},
    ("filing", "/v1/institutions/{institution_id}/cancellation"): lambda _: {"reason": "测试"},
    ("filing", "/v1/institutions/{institution_id}/post-levels"): lambda _: {"levels": []},
    ("filing", "/v1/campaigns"): lambda _: {"title": "越界核定", "effective_on": "2099-01-01"},
    ("filing", "/v1/campaigns/{campaign_id}/confirmations"): lambda of: {
        "review_ids": [of["filing", "review_id"]]
    },
    ("filing", "/v1/integrity-records/{record_id}/annulment"): lambda _: {"reason": "越界"},
    ("filing", "/v1/campaigns/{campaign_id}/closing"): lambda _: {"forced_because": "越界"},
    ("filing", "/v1/reviews/{review_id}/opinion"): lambda _: {"opinion": "异议"},
    ("filing", "/v1/reviews/{review_id}/decision"): lambda _: {"confirmed": [ITEM]},
    ("filing", "/v1/offices"): lambda _: OFFICE,
    ("filing", "/v1/offices/{office_id}"): lambda _: {"name": "改名经办点"},
    ("filing", "/v1/officers"): lambda of: {
        "office_id": of["filing", "office_id"],
        "name": "测试员甲",
        "subject": "intruder",
    },
    ("filing", "/v1/officers/{officer_id}"): lambda _: {"active": False},
    ("filing", "/v1/officers/{officer_id}/leave"): lambda _: {"first": "2024-03-04", "last": "2024-03-05"},
    ("filing", "/v1/officers/{officer_id}/recusals"): lambda _: {"uscc": OWN, "reason": "亲属"},
    ("filing", "/v1/commendations"): lambda of: {
        "institution_id": of["filing", "institution_id"],
        "title": "先进典型",
        "experience": "经验做法",
    },
    ("filing", "/v1/commendations/{commendation_id}/withdrawal"): lambda _: {"reason": "越界"},
    ("filing", "/v1/ceremonies"): lambda of: {
        "organ": DISTRICT,
        "title": "授证仪式",
        "place": "演示路1号",
        "held_on": "2024-03-04",
        "obligation_ids": [of["filing", "obligation_id"]],
    },
    ("supervision", "/v1/rectifications/{rectification_id}/revocation"): lambda _: {"reason": "逾期未整改"},
    ("supervision", "/v1/leads/{lead_id}/assignment"): lambda _: {"officer": "测试督导甲"},
    ("supervision", "/v1/leads/{lead_id}/inspection"): lambda of: {
        "inspection_id": of["supervision", "inspection_id"]
    },
    ("supervision", "/v1/leads/{lead_id}/closing"): lambda _: {"finding": "unclear", "reason": "未能查实"},
    ("accounts", "/v1/accounts/{account_id}/operator"): lambda _: {"client_id": f"a-{uuid4().hex[:12]}"},
    ("accounts", "/v1/drift-checks"): lambda _: {},
    ("accounts", "/v1/drift/{drift_id}/proposal"): lambda _: {"repair": "refollow", "reason": "越界"},
    ("accounts", "/v1/drift/{drift_id}/decision"): lambda _: {"accepted": True, "opinion": "越界"},
    ("filing", "/v1/catalogue-editions/{edition_id}/proposal"): lambda _: {"reason": "越界"},
    ("filing", "/v1/catalogue-editions/{edition_id}/decision"): lambda _: {
        "accepted": False,
        "opinion": "越界",
    },
    ("supervision", "/v1/provincial-tasks/{task_id}/inspection"): lambda of: {
        "inspection_id": of["supervision", "inspection_id"]
    },
    ("supervision", "/v1/provincial-tasks/{task_id}/report"): lambda _: {"report": "越界"},
    ("accounts", "/v1/clients"): lambda _: {
        "client_id": f"intruder-{uuid4().hex[:8]}",
        "permissions": ["register:read"],
        "organ": DISTRICT,
    },
    ("subsidy", "/v1/claims"): _claim,
    ("subsidy", "/v1/claims/preview"): _claim,
    ("subsidy", "/v1/personal-claims/trials"): _in_person,
    ("subsidy", "/v1/personal-claims"): lambda of: _in_person(of) | {"account": CARD},
    ("subsidy", "/v1/personal-claims/inquiries"): lambda of: {"reference": of["subsidy", "reference"]},
    ("subsidy", "/v1/personal-claims/{claim_id}/account"): lambda _: HOLDER | {"account": CARD},
    ("subsidy", "/v1/personal-claims/{claim_id}/withdrawal"): lambda _: HOLDER,
    ("subsidy", "/v1/claims/{claim_id}/review"): lambda _: {"approve": True},
    ("subsidy", "/v1/claims/{claim_id}/items/{item_id}/exclusion"): lambda _: {"reason": "越界"},
    ("subsidy", "/v1/claims/{claim_id}/items/{item_id}/check"): lambda _: {"passed": True},
    ("subsidy", "/v1/claims/{claim_id}/approval"): lambda _: {"reason": "越界"},
    ("subsidy", "/v1/claim-items/{item_id}/objections"): lambda _: {"text": "异议", "channel": "phone"},
    ("subsidy", "/v1/claim-objections/{objection_id}/resolution"): lambda _: {
        "resolution": "upheld",
        "finding": "越界",
    },
    ("subsidy", "/v1/recoveries/preview"): _paid,
    ("subsidy", "/v1/recoveries"): lambda of: (
        _paid(of) | {"cause": "error", "reason": "越界", "evidence": ["越界记录"]}
    ),
    ("subsidy", "/v1/recoveries/{recovery_id}/cancellation"): lambda _: {"reason": "越界"},
    ("subsidy", "/v1/recoveries/{recovery_id}/statement"): lambda _: {"text": "越界"},
    ("subsidy", "/v1/recoveries/{recovery_id}/received-statement"): lambda _: {
        "text": "越界",
        "of": "测试员甲",
    },
    ("subsidy", "/v1/recoveries/{recovery_id}/answer"): lambda _: {"upheld": True, "answer": "越界"},
    ("subsidy", "/v1/recoveries/{recovery_id}/plan"): lambda _: {
        "instalments": [{"due_on": "2024-05-06", "amount_fen": 100_000}]
    },
    ("subsidy", "/v1/recoveries/{recovery_id}/repayments"): lambda _: {
        "amount_fen": 1,
        "received_on": "2024-03-04",
        "reference": "越界流水",
    },
    ("subsidy", "/v1/recoveries/{recovery_id}/write-off"): lambda _: {"reason": "越界"},
    ("subsidy", "/v1/recoveries/{recovery_id}/write-off/refusal"): lambda _: {"reason": "越界"},
    ("subsidy", "/v1/payees/{institution_id}"): lambda _: ACCOUNT,
    ("subsidy", "/v1/payment-batches"): lambda _: {"organ": DISTRICT, "line": "B"},
    ("subsidy", "/v1/evidence/{evidence_id}/acceptance"): lambda _: {"value": 36},
    ("subsidy", "/v1/evidence/{evidence_id}/rejection"): lambda _: {"reason": "越界"},
    ("subsidy", "/v1/policy-releases"): lambda _: RELEASE,
    ("supervision", "/v1/evaluation-plans"): _plan,
    ("supervision", "/v1/evaluation-plans/{plan_id}/evaluation"): lambda _: {
        "held_on": "2026-04-01",
        "candidates": 3,
    },
    ("supervision", "/v1/inspections"): _inspection,
    ("supervision", "/v1/inspections/{inspection_id}/findings"): lambda _: {
        "findings": [{"category": "process_irregular", "severity": "serious", "text": "问题"}]
    },
    ("supervision", "/v1/rectifications/{rectification_id}/completion"): lambda _: {"report": "已改"},
    ("supervision", "/v1/rectifications/{rectification_id}/verification"): lambda _: {"passed": True},
}
"""A valid body of every operation that takes one and speaks of something of the district."""
