"""Step 5, on to the bank: review, sampling, publicity, approval, a payment batch and the bank's word on it."""

from datetime import date, datetime, timedelta

from cli.demo.portal import Answer, Portal
from cli.demo.stage import Stage
from cli.demo.telling import Step
from services.subsidy.claim_sheets import RESULT, plain_yuan
from shared.clock import SHANGHAI
from shared.sheets.exporting import csv_rows
from shared.values import Fen

_FORBIDDEN, _CONFLICT = 403, 409


async def publicised_and_approved(stage: Stage, step: Step, claim: Answer) -> Answer:
    """The district reviews it and looks at the sample; after publicity the city approves it."""
    officer, approver = stage.portals["demo-district-officer"], stage.portals["demo-city-accountant"]
    path = f"/v1/claims/{claim.body['id']}"
    claim = await officer.change("subsidy", f"{path}/review", {"approve": True}, seen=claim)
    step.tell(officer.name, "审核", _outcome(claim))
    step.check("审核通过，进入抽查", claim.body.get("state") == "reviewed")
    claim = await _sample_checked(officer, step, claim)
    until = datetime.fromisoformat(claim.body["publicity_until"]).astimezone(SHANGHAI)
    step.tell("补贴服务", "公示（5 个工作日，假设值）", f"至 {until:%Y-%m-%d}")
    early = await approver.change("subsidy", f"{path}/approval", {}, seen=claim)
    step.tell(approver.name, "公示期内核准", _outcome(early))
    step.check("公示期未满不得核准", early.status == _CONFLICT)
    stage.clock.set(until + timedelta(hours=10))
    approved = await approver.change("subsidy", f"{path}/approval", {"reason": "公示无异议"}, seen=claim)
    step.tell(approver.name, f"公示期满（{until:%Y-%m-%d}），核准", _outcome(approved))
    step.check("由审核人以外的人核准", approved.ok and _two_people(approved))
    return approved


async def paid_by_the_bank(stage: Stage, step: Step, claim: Answer) -> Answer:
    """Drawn up by one person, released by another, paid by the bank on the pay day; the claim as it is then."""
    accountant, releaser = stage.portals["demo-district-accountant"], stage.portals["demo-city-accountant"]
    batch = await accountant.create("subsidy", "/v1/payment-batches", {"line": "B"})
    step.tell(accountant.name, f"制单 {batch.body.get('number', '')}", _outcome(batch, "total_fen"))
    step.check("批次金额与申领金额一致", batch.ok and batch.body["total_fen"] == claim.body["total_fen"])
    path = f"/v1/payment-batches/{batch.body['id']}"
    own = await accountant.change("subsidy", f"{path}/release", seen=batch)
    step.tell(accountant.name, "自行放行", own.body.get("detail", ""))
    step.check("制单人不得放行", own.status == _FORBIDDEN)
    batch = await releaser.change("subsidy", f"{path}/release", seen=batch)
    step.tell(releaser.name, "放行", _outcome(batch))
    step.check("制单与放行由两人完成", batch.body.get("state") == "released")
    pay_on = date.fromisoformat(batch.body["pay_on"])
    stage.clock.set(datetime(pay_on.year, pay_on.month, pay_on.day, 16, tzinfo=SHANGHAI))
    settled = await _result_booked(accountant, pay_on, batch)
    step.tell(accountant.name, f"银行回盘入账（{pay_on}）", _outcome(settled))
    step.check("回盘与批次相符，已结清", settled.body.get("state") == "settled")
    paid = await accountant.get("subsidy", f"/v1/claims/{claim.body['id']}")
    step.tell("补贴服务", "已发放", _outcome(paid, "total_fen"), basis=["N1.6"])
    step.check(
        "申领及每项均已发放",
        {paid.body["state"], *(each["state"] for each in paid.body["items"])} == {"paid"},
    )
    return paid


async def _sample_checked(officer: Portal, step: Step, claim: Answer) -> Answer:
    """Every item of the sample is found in order."""
    sampled = [each for each in claim.body["items"] if each["sampled"]]
    step.check("至少抽查一项", sampled)
    for item in sampled:
        path = f"/v1/claims/{claim.body['id']}/items/{item['id']}/check"
        claim = await officer.change("subsidy", path, {"passed": True}, seen=claim)
        step.tell(officer.name, f"抽查第 {item['place'] + 1} 项", _outcome(claim))
    step.check("抽查完毕，进入公示", claim.body.get("state") == "publicity")
    return claim


async def _result_booked(accountant: Portal, on: date, batch: Answer) -> Answer:
    """The bank's file says that it paid every order."""
    path = f"/v1/payment-batches/{batch.body['id']}"
    orders = (await accountant.get("subsidy", f"{path}/orders")).body["items"]
    rows = [
        (each["id"], plain_yuan(Fen(each["amount_fen"])), "paid", "", on.isoformat(), f"DEMO{place}")
        for place, each in enumerate(orders, 1)
    ]
    said = {"paid": plain_yuan(Fen(batch.body["total_fen"])), "returned": "0.00"}
    content = b"".join(csv_rows(RESULT, rows))
    return await accountant.send_sheet("subsidy", f"{path}/result", content, form=said, seen=batch)


def _two_people(claim: Answer) -> bool:
    return bool(claim.body["review"]["by"] != claim.body["approval"]["by"])


def _outcome(answer: Answer, amount: str = "") -> str:
    """What it is now, or what it comes to; why not, where it was refused."""
    if not answer.ok:
        return str(answer.body["title"])
    return f"{Fen(answer.body[amount]).yuan} 元" if amount else str(answer.body["state"])
