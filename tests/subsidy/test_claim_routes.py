"""The whole way of a claim over HTTP: employer, district, public, accountants and the bank."""

from io import BytesIO
from typing import Any

import httpx
from python_calamine import CalamineWorkbook

from services.subsidy.claim_sheets import CLAIM, RESULT, plain_yuan
from shared.clock import StoryClock
from shared.identity import Permission
from shared.sheets.exporting import csv_rows
from shared.values import Fen
from tests.interfaces import fresh_key
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import ORGAN
from tests.subsidy.desk import ACCOUNT, Desk, approved, opened, publicised


async def sent(desk: Desk, batch: dict[str, Any], rows: list[tuple[str, ...]], **form: str) -> httpx.Response:
    return await desk.client.post(
        f"/v1/payment-batches/{batch['id']}/result",
        headers=desk.accountant("accountant-b") | {"If-Match": f'"{batch["version"]}"'},
        files={"file": ("回盘.csv", b"".join(csv_rows(RESULT, rows)))},
        data={"paid": "4100.00", "returned": "0.00"} | form,
    )


async def test_a_claim_goes_its_whole_way_to_the_bank_and_is_paid(desk: Desk, story: StoryClock) -> None:
    claim = await opened(desk)
    assert [each["amount_fen"] for each in claim["items"]] == [150_000, 260_000]
    assert all(rule["detail"] for each in claim["items"] for rule in each["rules"])
    account = await desk.make(f"/v1/payees/{desk.employer.key}", desk.own, ACCOUNT)
    assert account["number"] == "320***************12"
    claim = await approved(desk, story, claim)
    assert (claim["state"], claim["total_fen"]) == ("approved", 410_000)

    batch = await desk.make("/v1/payment-batches", desk.accountant(), {})
    assert (batch["orders"], batch["total_fen"]) == (1, 410_000)
    path = f"/v1/payment-batches/{batch['id']}"
    early = await desk.client.get(f"{path}/file.csv", headers=desk.accountant())
    assert (early.status_code, early.json()["code"]) == (409, "NJT-SUB-1306")
    batch = await desk.act(f"{path}/release", desk.accountant("accountant-b"), batch)
    content = (await desk.client.get(f"{path}/file.csv", headers=desk.accountant())).text
    assert content.count("32001888123456789012") == 1
    sheet = await desk.client.get(f"{path}/file.xlsx", headers=desk.accountant())
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert rows[1][3:5] == ["32001888123456789012", "4100.00"]

    (order,) = (await desk.read(f"{path}/orders", desk.accountant()))["items"]
    assert order["account_number"] == "320***************12"
    row = (order["id"], plain_yuan(Fen(410_000)), "paid", "", story.now().date().isoformat(), "R1")
    wrong = await sent(desk, batch, [row], paid="4100.01")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "NJT-SUB-1308")
    settled = await sent(desk, batch, [row])
    assert (settled.status_code, settled.json()["state"]) == (200, "settled")
    again = await sent(desk, batch, [row])
    assert again.json() == settled.json()
    paid = await desk.read(f"/v1/claims/{claim['id']}", desk.own)
    assert (paid["state"], {each["state"] for each in paid["items"]}) == ("paid", {"paid"})
    month = f"{story.now():%Y-%m}"
    ledger = await desk.read(f"/v1/ledger/balances?organ={ORGAN}&line=B&month={month}", desk.accountant())
    assert ledger["debits_fen"] == ledger["credits_fen"] >= 3 * 410_000


async def everything_publicised(desk: Desk) -> list[httpx.Response]:
    pages = [await desk.client.get("/v1/public/claim-publicity?size=200")]
    while cursor := pages[-1].json()["next"]:
        again = {"size": 200, "cursor": cursor}
        pages.append(await desk.client.get("/v1/public/claim-publicity", params=again))
    return pages


async def test_anybody_sees_what_is_publicised_masked_and_objects_to_it(
    desk: Desk,
) -> None:
    claim = await publicised(desk, await opened(desk))
    pages = await everything_publicised(desk)
    keys = {each["id"] for each in claim["items"]}
    shown = [each for page in pages for each in page.json()["items"] if each["id"] in keys]
    assert [each["name"] for each in shown] == ["测***", "测***"]
    assert all("*****" in each["certificate"] for each in shown)
    assert not any(each["certificate_number"] in page.text for each in claim["items"] for page in pages)

    item = claim["items"][0]["id"]
    made = await desk.client.post(f"/v1/public/claim-items/{item}/objections", json={"text": "已退休"})
    assert made.status_code == 201, made.text
    answer = f"/v1/public/claim-objections/{made.json()['reference']}"
    assert (await desk.client.get(answer)).json() == {"state": "open", "finding": ""}
    listed = await desk.read(f"/v1/claims/{claim['id']}/objections", desk.officer())
    (objection,) = listed["items"]
    body = {"resolution": "upheld", "finding": "确已退休"}
    path = f"/v1/claim-objections/{objection['id']}/resolution"
    await desk.act(path, desk.officer(), objection, body)
    assert (await desk.client.get(answer)).json() == {"state": "upheld", "finding": "确已退休"}
    items = await desk.read(f"/v1/claims/{claim['id']}/items?state=refused", desk.own)
    assert [each["id"] for each in items["items"]] == [item]


async def test_an_officer_takes_an_objection_down_and_the_claimant_never_sees_it(desk: Desk) -> None:
    claim = await publicised(desk, await opened(desk))
    item = claim["items"][0]["id"]
    body = {"text": "该职工已离职", "channel": "phone", "by": "测试员乙"}
    made = await desk.make(f"/v1/claim-items/{item}/objections", desk.officer(), body)
    assert (made["by"], made["received_by"]) == ("测试员乙", "officer-a")
    refused = await desk.client.get(f"/v1/claims/{claim['id']}/objections", headers=desk.own)
    assert refused.status_code == 403


async def test_who_asks_too_often_without_a_login_waits(desk: Desk) -> None:
    unknown = "/v1/public/claim-objections/AAAAAAAAAAAAAAAA"
    answers = [await desk.client.get(unknown) for _ in range(20)]
    assert [answers[0].status_code, answers[-1].status_code] == [404, 429]


async def test_a_sheet_is_drafted_tried_and_submitted_and_its_wrong_rows_come_back(desk: Desk) -> None:
    numbers = await desk.employer.certified(lathe(4), robot(3))
    template = await desk.client.get("/v1/claims/sheets/template", headers=desk.own)
    assert template.content[:2] == b"PK"
    rows = [(str(numbers[0]), "测试员甲", "employee"), (str(numbers[1]), "测试员丁", "employee")]
    drafted = await desk.client.post(
        "/v1/claims/sheets",
        params={"institution_id": str(desk.employer.key)},
        files={"file": ("申领表.csv", b"".join(csv_rows(CLAIM, rows)))},
        headers=desk.own | fresh_key(),
    )
    assert drafted.status_code == 201, drafted.text
    claim = drafted.json()
    assert (claim["state"], claim["certificates"], claim["faulty"]) == ("draft", 1, 1)
    assert claim["file_name"] == "申领表.csv"
    path = f"/v1/claims/{claim['id']}"
    errors = await desk.client.get(f"{path}/errors.xlsx", headers=desk.own)
    table = CalamineWorkbook.from_filelike(BytesIO(errors.content)).get_sheet_by_index(0).to_python()
    assert "姓名与证书不符" in str(table[1])
    trial = await desk.read(f"{path}/trial", desk.own)
    assert (trial["payable"], trial["total_fen"]) == (1, 150_000)
    claim = await desk.act(f"{path}/submission", desk.own, claim)
    assert (claim["state"], claim["total_fen"]) == ("submitted", 150_000)
    claim = await desk.act(f"{path}/withdrawal", desk.own, claim)
    assert claim["state"] == "withdrawn"


async def test_an_item_is_left_out_over_http(desk: Desk) -> None:
    claim = await opened(desk)
    item = claim["items"][0]["id"]
    path = f"/v1/claims/{claim['id']}/items/{item}/exclusion"
    claim = await desk.act(path, desk.officer(), claim, {"reason": "材料不实"})
    assert (claim["total_fen"], claim["items"][0]["reasons"]) == (260_000, ["材料不实"])


async def test_another_employer_neither_sees_nor_changes_an_account(desk: Desk) -> None:
    await desk.make(f"/v1/payees/{desk.employer.key}", desk.own, ACCOUNT)
    stranger = desk.interfaces.bearer(Permission.CLAIM, holder="91320106MA00000026")
    seen = await desk.client.get(f"/v1/payees/{desk.employer.key}", headers=stranger)
    assert seen.status_code == 404
    changed = await desk.client.put(
        f"/v1/payees/{desk.employer.key}", headers=stranger | {"If-Match": '"1"'}, json=ACCOUNT
    )
    assert changed.status_code == 404
    own = await desk.client.put(
        f"/v1/payees/{desk.employer.key}",
        headers=desk.own | {"If-Match": '"1"'},
        json=ACCOUNT | {"number": "62220000111122223"},
    )
    assert (own.status_code, own.json()["number"]) == (200, "622************23")


async def test_a_batch_is_listed_and_cancelled_over_http(desk: Desk, story: StoryClock) -> None:
    claim = await opened(desk)
    await desk.make(f"/v1/payees/{desk.employer.key}", desk.own, ACCOUNT)
    await approved(desk, story, claim)
    batch = await desk.make("/v1/payment-batches", desk.accountant(), {"line": "B"})
    listed = await desk.read("/v1/payment-batches?state=open", desk.accountant())
    assert batch["id"] in [each["id"] for each in listed["items"]]
    path = f"/v1/payment-batches/{batch['id']}"
    assert (await desk.read(path, desk.accountant()))["state"] == "open"
    cancelled = await desk.act(f"{path}/cancellation", desk.accountant(), batch)
    assert cancelled["state"] == "cancelled"
    template = await desk.client.get("/v1/payment-batches/result-template", headers=desk.accountant())
    assert template.content[:2] == b"PK"
