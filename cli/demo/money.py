"""Step 5: certificates arrive, the employer claims for its own staff, each amount explains itself, and is paid."""

from datetime import datetime
from typing import Any

from cli.demo.cast import LATHE_OPERATOR, MUNICIPAL, ROBOT_MAINTAINER, certificate
from cli.demo.payment import paid_by_the_bank, publicised_and_approved
from cli.demo.portal import Answer, Portal
from cli.demo.stage import Stage
from cli.demo.telling import Step, Tale
from shared.clock import SHANGHAI
from shared.contracts.province import CertificatesIssued, IssuedCertificate, MessageCode
from shared.observability import current_traceparent
from shared.values import Fen

CERTIFICATES = (
    certificate(1, level=4, occupation=LATHE_OPERATOR),
    certificate(2, level=3, occupation=ROBOT_MAINTAINER),
    certificate(3, level=3, occupation=LATHE_OPERATOR),
    certificate(4, level=4, occupation=LATHE_OPERATOR),
)
_ACCOUNT = "32001888000000000012"
_EXPECTED = (
    ("四级，标准", False, 150_000, None),
    ("三级，紧缺职业，上浮 30%", True, 260_000, "N1.7"),
    ("三级，非紧缺职业，标准", False, 200_000, None),
)


async def claims(stage: Stage, step: Step, tale: Tale) -> None:
    """Level 4 at the standard, level 3 in a shortage occupation at 130 %, level 3 elsewhere at the standard."""
    stage.clock.set(datetime(2024, 4, 11, 10, tzinfo=SHANGHAI))
    await _certificates_arrive(stage, step)
    employer, officer = stage.portals[MUNICIPAL.client_id], stage.portals["demo-district-officer"]
    institution = await _institution(officer)
    claim = await _claimed(stage, step, institution)
    refused = await _claimed_again(employer, step, institution)
    await _account_given(employer, step, institution)
    approved = await publicised_and_approved(stage, step, claim)
    paid = await paid_by_the_bank(stage, step, approved)
    for item in (*paid.body["items"], refused):
        kept = {name: item[name] for name in ("level", "shortage", "amount_fen", "basis")}
        tale.claims.append({**kept, "outcome": item["state"]})
    told = await stage.province.heard(MessageCode.SUBSIDY_PAID)
    amount = told.envelope.payload["amount_fen"]
    step.tell("市级系统", "上报 SUBSIDY_PAID", f"{Fen(amount).yuan} 元")
    step.check("上报金额与发放金额一致", amount == sum(expected[2] for expected in _EXPECTED))


async def _claimed(stage: Stage, step: Step, institution: str) -> Answer:
    """Tried out, then claimed; what was decided about each certificate, with its reasons."""
    employer = stage.portals[MUNICIPAL.client_id]
    wanted = _wanted(institution, *CERTIFICATES[:3])
    preview = await employer.post("subsidy", "/v1/claims/preview", wanted)
    step.tell(employer.name, "试算", f"{Fen(preview.body['total_fen']).yuan} 元", basis=["N1.6"])
    opened = await employer.create("subsidy", "/v1/claims", wanted)
    step.check("申领被受理", opened.ok)

    async def decided() -> Answer | None:
        claim = await employer.get("subsidy", f"/v1/claims/{opened.body['id']}")
        return claim if claim.body.get("state") == "submitted" else None

    claim = await stage.until(decided) or opened
    step.tell(
        employer.name, "申领，申报均为本单位职工", f"{len(claim.body['items'])} 项已核算", basis=["N1.6"]
    )
    step.check("每项均已核算", claim.body["undecided"] == claim.body["pending"] == 0)
    step.check("试算与核算一致", claim.body["total_fen"] == preview.body["total_fen"])
    for item, expected in zip(claim.body["items"], _EXPECTED, strict=True):
        _check_item(step, item, expected)
    return claim


async def _claimed_again(employer: Portal, step: Step, institution: str) -> dict[str, Any]:
    """The item of a second claim for the first certificate."""
    again = await employer.create("subsidy", "/v1/claims", _wanted(institution, CERTIFICATES[0]))
    item: dict[str, Any] = again.body["items"][0]
    step.tell(employer.name, "同一证书再次申领", "；".join(item["reasons"]), basis=item["basis"])
    step.check("同一证书不得重复申领", item["outcome"] == "refused" and item["amount_fen"] == 0)
    return item


def _wanted(institution: str, *certificates: IssuedCertificate) -> dict[str, Any]:
    """A claim of an employer for people it declares to be its own employees."""
    return {
        "institution_id": institution,
        "certificate_numbers": [str(each.number) for each in certificates],
        "employment": "employee",
    }


async def _account_given(employer: Portal, step: Step, institution: str) -> None:
    account = {"name": employer.name, "bank": "演示银行江宁支行", "number": _ACCOUNT}
    given = await employer.create("subsidy", f"/v1/payees/{institution}", account)
    step.tell(employer.name, "登记收款账户", given.body.get("number", given.body.get("title", "")))
    step.check("收款账号只显示首尾", given.ok and _ACCOUNT not in given.body["number"])


def _check_item(step: Step, item: dict[str, Any], expected: tuple[str, bool, int, str | None]) -> None:
    what, shortage, amount, clause = expected
    step.tell("补贴服务", what, f"{Fen(item['amount_fen']).yuan} 元", basis=item["basis"])
    step.check(f"{what}：金额", item["amount_fen"] == amount)
    step.check(f"{what}：是否紧缺", item["shortage"] is shortage)
    step.check(f"{what}：依据 N1.6", "N1.6" in item["basis"])
    step.check(f"{what}：上浮依据", (clause is None) != ("N1.7" in item["basis"]))
    step.check(f"{what}：说明理由", item["rules"] and all(rule["detail"] for rule in item["rules"]))


async def _certificates_arrive(stage: Stage, step: Step) -> None:
    batch = CertificatesIssued(batch="演示批次-2024-03", certificates=CERTIFICATES)
    sent = await stage.province.send(
        "subsidy",
        MessageCode.CERTIFICATES_ISSUED,
        business_key=batch.batch,
        lane=MUNICIPAL.uscc,
        payload=batch,
        traceparent=current_traceparent(),
    )
    receipt = await stage.province.concluded(sent)
    outcome = f"{len(CERTIFICATES)} 本入库" if receipt.ok else receipt.reason
    step.tell("省人社厅", "下发证书 CERTIFICATES_ISSUED", outcome, basis=["N1.4"])
    step.check("证书入库", receipt.ok)


async def _institution(officer: Portal) -> str:
    register = await officer.get("filing", "/v1/institutions")
    return next(str(each["id"]) for each in register.body["items"] if each["uscc"] == MUNICIPAL.uscc)
