"""Step 5: certificates arrive, the employer claims for its own staff, each amount explains itself."""

from datetime import datetime
from typing import Any

from cli.demo.cast import LATHE_OPERATOR, MUNICIPAL, ROBOT_MAINTAINER, certificate
from cli.demo.portal import Answer, Portal
from cli.demo.stage import Stage
from cli.demo.telling import Step, Tale
from shared.clock import SHANGHAI
from shared.contracts.province import CertificatesIssued, MessageCode
from shared.observability import current_traceparent
from shared.values import Fen

CERTIFICATES = (
    certificate(1, level=4, occupation=LATHE_OPERATOR),
    certificate(2, level=3, occupation=ROBOT_MAINTAINER),
    certificate(3, level=3, occupation=LATHE_OPERATOR),
    certificate(4, level=4, occupation=LATHE_OPERATOR),
)
_EXPECTED = (
    ("四级，标准", False, 150_000, None),
    ("三级，紧缺职业，上浮 30%", True, 260_000, "N1.7"),
    ("三级，非紧缺职业，标准", False, 200_000, None),
)


async def claims(stage: Stage, step: Step, tale: Tale) -> None:
    """Level 4 at the standard, level 3 in a shortage occupation at 130 %, level 3 elsewhere at the standard."""
    stage.clock.set(datetime(2024, 4, 1, 10, tzinfo=SHANGHAI))
    await _certificates_arrive(stage, step)
    employer, officer = stage.portals[MUNICIPAL.client_id], stage.portals["demo-district-officer"]
    institution = await _institution(officer)
    numbers = [str(each.number) for each in CERTIFICATES[:3]]
    wanted = {"institution_id": institution, "certificate_numbers": numbers}
    preview = await employer.post("subsidy", "/v1/claims/preview", wanted)
    step.tell(employer.name, "试算", f"{Fen(preview.body['total_fen']).yuan} 元", basis=["N1.6"])
    claim = await employer.create("subsidy", "/v1/claims", wanted)
    step.check("申领被受理", claim.ok)
    for item, expected in zip(claim.body["items"], _EXPECTED, strict=True):
        _check_item(step, item, expected)
    again = await employer.create(
        "subsidy", "/v1/claims", {"institution_id": institution, "certificate_numbers": numbers[:1]}
    )
    refused = again.body["items"][0]
    step.tell(employer.name, "同一证书再次申领", "；".join(refused["reasons"]), basis=refused["basis"])
    step.check("同一证书不得重复申领", refused["outcome"] == "refused" and refused["amount_fen"] == 0)
    paid = await _reviewed_and_paid(stage, step, claim)
    outcomes = ["paid" if paid.ok else each["outcome"] for each in claim.body["items"]]
    for item, outcome in zip((*claim.body["items"], refused), (*outcomes, "refused"), strict=True):
        kept = {name: item[name] for name in ("level", "shortage", "amount_fen", "basis")}
        tale.claims.append({**kept, "outcome": outcome})
    told = await stage.province.heard(MessageCode.SUBSIDY_PAID)
    amount = told.envelope.payload["amount_fen"]
    step.tell("市级系统", "上报 SUBSIDY_PAID", f"{Fen(amount).yuan} 元")
    step.check("上报金额与发放金额一致", amount == sum(expected[2] for expected in _EXPECTED))


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


async def _reviewed_and_paid(stage: Stage, step: Step, claim: Answer) -> Answer:
    officer, accountant = stage.portals["demo-district-officer"], stage.portals["demo-district-accountant"]
    path = f"/v1/claims/{claim.body['id']}"
    reviewed = await officer.change("subsidy", f"{path}/review", {"approve": True}, seen=claim)
    step.tell(officer.name, "审核", reviewed.body.get("state", reviewed.body.get("title", "")))
    paid = await accountant.change("subsidy", f"{path}/payment", seen=reviewed)
    step.check("审核与发放由两人完成并发放成功", reviewed.ok and paid.ok)
    total = Fen(paid.body["total_fen"]).yuan if paid.ok else paid.body["title"]
    step.tell(accountant.name, "发放", f"{total} 元", basis=["N1.6"])
    return paid
