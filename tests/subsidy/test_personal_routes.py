"""A person's claim over HTTP: through a portal or at a counter, followed by its number, masked wherever it is shown."""

from datetime import datetime
from typing import Any

import pytest

from shared.clock import SHANGHAI, StoryClock
from shared.identity import Permission
from tests.interfaces import fresh_key
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import ORGAN, Claimant
from tests.subsidy.desk import Desk, approved, publicised
from tests.subsidy.persons import CARD, CITY, Worker
from tests.subsidy.portals import CLAIMS, asked, claimed, counter, inquired, portal


@pytest.fixture
def worker(desk: Desk) -> Worker:
    return Worker(desk.employer)


async def test_a_person_claims_and_follows_the_claim_until_it_is_publicised(
    desk: Desk, worker: Worker
) -> None:
    numbers = await worker.certified(robot(3))
    await worker.insured()
    body = asked(worker, *numbers)
    tried = await desk.client.post(
        f"{CLAIMS}/trials",
        headers=portal(desk),
        json={name: value for name, value in body.items() if name != "account"},
    )
    assert (tried.status_code, tried.json()["total_fen"]) == (200, 260_000)
    assert all(rule["detail"] for rule in tried.json()["items"][0]["rules"])
    key = fresh_key()
    made = await desk.client.post(CLAIMS, headers=portal(desk) | key, json=body)
    again = await desk.client.post(CLAIMS, headers=portal(desk) | key, json=body)
    assert (made.status_code, again.json()) == (201, made.json())
    view = made.json()
    assert (view["state"], view["total_fen"], view["channel"]) == ("submitted", 260_000, "online")
    known = {"number": view["number"], "id_tail": worker.id[-6:]}
    for by in (known, {"reference": view["reference"]}):
        answer = await inquired(desk, by)
        assert answer.headers["etag"] == f'"{view["version"]}"'
        assert answer.json() == {name: each for name, each in view.items() if name != "reference"}

    whole = await desk.read(f"/v1/claims/{view['id']}", desk.officer())
    assert (whole["institution_id"], whole["uscc"], whole["person"]["name"]) == (None, None, "测***")
    assert whole["person"]["taken_by"] == "portal"
    listed = await desk.read("/v1/claims?size=200", desk.officer())
    assert view["number"] in {each["number"] for each in listed["items"]}
    claim = await publicised(desk, whole)
    public = (await desk.client.get("/v1/public/claim-publicity?size=200")).json()["items"]
    shown = next(each for each in public if each["id"] == claim["items"][0]["id"])
    assert (shown["institution"], shown["name"], shown["amount_fen"]) == (None, "测***", 260_000)
    assert (await inquired(desk, known)).json()["state"] == "publicity"


async def test_what_is_personal_is_in_no_answer(desk: Desk, worker: Worker, story: StoryClock) -> None:
    view = await claimed(desk, worker)
    number = {"number": view["number"], "id_tail": worker.id[-6:]}
    answers = [str(view), (await inquired(desk, number)).text]
    whole = await desk.read(f"/v1/claims/{view['id']}", desk.officer())
    await approved(desk, story, whole)
    answers.append(str(await desk.read(f"/v1/claims/{view['id']}", desk.officer())))
    batch = await desk.make("/v1/payment-batches", desk.accountant(), {"line": "A"})
    orders = await desk.read(f"/v1/payment-batches/{batch['id']}/orders", desk.accountant())
    assert [each["uscc"] for each in orders["items"] if each["claim_id"] == view["id"]] == [None]
    for answer in (*answers, str(orders)):
        assert worker.id not in answer
        assert CARD not in answer
    assert worker.name not in "".join(answers)
    assert view["reference"] not in "".join(answers[1:])


async def test_the_bank_is_told_the_card_in_full(desk: Desk, worker: Worker, story: StoryClock) -> None:
    view = await claimed(desk, worker)
    await approved(desk, story, await desk.read(f"/v1/claims/{view['id']}", desk.officer()))
    batch = await desk.make("/v1/payment-batches", desk.accountant(), {"line": "A"})
    path = f"/v1/payment-batches/{batch['id']}"
    await desk.act(f"{path}/release", desk.accountant("accountant-b"), batch)
    content = (await desk.client.get(f"{path}/file.csv", headers=desk.accountant())).text
    assert content.count(CARD) == 1
    assert worker.name in content


async def test_nj2023_a_counter_is_closed_on_the_8th_and_a_portal_is_not(
    desk: Desk, worker: Worker, story: StoryClock
) -> None:
    numbers = await worker.certified(lathe(4))
    await worker.insured()
    body = asked(worker, *numbers)
    story.set(datetime(2024, 7, 8, 10, tzinfo=SHANGHAI))
    for who in (counter(desk), portal(desk, ORGAN, act_for="clerk")):
        closed = await desk.client.post(CLAIMS, headers=who | fresh_key(), json=body)
        assert (closed.status_code, closed.json()["code"]) == (409, "NJT-SUB-2104")
        assert closed.json()["extra"] == {"next_day": "2024-07-11"}
    story.set(datetime(2024, 7, 11, 10, tzinfo=SHANGHAI))
    made = await desk.make(CLAIMS, counter(desk), body)
    assert (made["channel"], made["total_fen"]) == ("counter", 150_000)


@pytest.mark.parametrize("organ", ["320106", "320000"])
async def test_n2_0_a_counter_serves_its_own_district_alone(desk: Desk, worker: Worker, organ: str) -> None:
    numbers = await worker.certified(lathe(4))
    answer = await desk.client.post(
        CLAIMS, headers=counter(desk, organ) | fresh_key(), json=asked(worker, *numbers)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")


async def test_an_institution_claims_for_no_person(desk: Desk, worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    body = asked(worker, *numbers)
    granted = await desk.client.post(CLAIMS, headers=desk.own | fresh_key(), json=body)
    assert (granted.status_code, granted.json()["code"]) == (403, "NJT-IDN-0403")
    holder = desk.interfaces.bearer(Permission.CLAIM_IN_PERSON, holder=str(desk.employer.uscc))
    reached = await desk.client.post(CLAIMS, headers=holder | fresh_key(), json=body)
    assert (reached.status_code, reached.json()["code"]) == (403, "NJT-IDN-0001")


async def test_what_does_not_match_is_one_answer_without_what_was_given(desk: Desk, worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    other = Worker(desk.employer)
    answers = [
        await desk.client.post(
            CLAIMS, headers=portal(desk) | fresh_key(), json=asked(worker, *numbers) | wrong
        )
        for wrong in (
            {"holder_name": "测试员丁"},
            {"holder_id": other.id},
            {"certificate_numbers": ["Y000032000001244999997"]},
        )
    ]
    told = {answer.text.replace(answer.json()["trace_id"] or "-", "") for answer in answers}
    assert len(told) == 1
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(404, "NJT-SUB-2101")}
    assert worker.id not in told.pop()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"holder_id": "320103199005010011"}, "NJT-VAL-1002"),
        ({"holder_id": "110105949123100"}, "NJT-VAL-1002"),
        ({"id_kind": "passport", "holder_id": "护照一号号"}, "NJT-VAL-1003"),
        ({"certificate_numbers": ["YO00032000001244000001"]}, "NJT-GEN-0422"),
        ({"certificate_numbers": []}, "NJT-GEN-0422"),
        ({"organ": CITY}, "NJT-SUB-2103"),
        ({"account": {"name": "测试员丁", "bank": "测试银行", "number": CARD}}, "NJT-SUB-2102"),
        (
            {"account": {"name": "测试员乙", "bank": "测试银行", "number": "62I7000000000000002"}},
            "NJT-GEN-0422",
        ),
        ({"channel": "online"}, "NJT-GEN-0422"),
    ],
)
async def test_bad_input_is_refused_with_its_reason(
    desk: Desk, worker: Worker, wrong: dict[str, Any], code: str
) -> None:
    numbers = await worker.certified(lathe(4))
    answer = await desk.client.post(
        CLAIMS, headers=portal(desk) | fresh_key(), json=asked(worker, *numbers) | wrong
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert worker.id not in answer.text


async def test_a_receipt_is_had_in_the_district_that_handles_the_claim(desk: Desk, worker: Worker) -> None:
    """The certificate is another district's, and stays out of that officer's reach."""
    (number,) = await worker.certified(robot(3))
    await worker.insured()
    view = await desk.make(CLAIMS, portal(desk), asked(worker, number, organ="320106"))
    granted = (Permission.REVIEW_CLAIMS, Permission.READ_REGISTER)
    officer = desk.interfaces.bearer(*granted, organ="320106", subject="officer-c")
    receipt = await desk.read(f"/v1/claims/{view['id']}/items/{number}/receipt", officer)
    assert receipt["content"]["institution"] is None
    assert (receipt["content"]["amount_fen"], receipt["content"]["line"]["code"]) == (260_000, "A")
    paper = await desk.client.get(f"/v1/claims/{view['id']}/items/{number}/receipt.pdf", headers=officer)
    assert paper.status_code == 200
    hidden = await desk.client.get(f"/v1/certificates/{number}", headers=officer)
    assert hidden.status_code == 404
    other = await desk.client.get(f"/v1/claims/{view['id']}/items/{number}/receipt", headers=desk.officer())
    assert other.status_code == 404


async def test_the_employers_claim_and_the_persons_are_told_apart_in_the_queue(
    desk: Desk, worker: Worker
) -> None:
    view = await claimed(desk, worker)
    employer: Claimant = desk.employer
    other = await employer.claimed(lathe(4))
    listed = (await desk.read("/v1/claims?size=200", desk.officer()))["items"]
    by_id = {each["id"]: (each["number"], each["uscc"], each["line"]) for each in listed}
    assert by_id[view["id"]] == (view["number"], None, "A")
    assert by_id[str(other.id)] == (None, str(employer.uscc), "B")
