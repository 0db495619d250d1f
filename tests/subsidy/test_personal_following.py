"""A person follows its claim over HTTP, mends its account and withdraws; nobody else does, and nobody guesses."""

import pytest

from tests.subsidy.builders import lathe
from tests.subsidy.desk import Desk
from tests.subsidy.persons import Worker
from tests.subsidy.portals import CLAIMS, asked, claimed, counter, inquired, portal


@pytest.fixture
def worker(desk: Desk) -> Worker:
    return Worker(desk.employer)


async def test_a_claim_is_asked_after_a_few_times_a_minute_each_for_itself(
    desk: Desk, worker: Worker
) -> None:
    view = await claimed(desk, worker)
    guesses = [await inquired(desk, {"number": view["number"], "id_tail": f"{n:06d}"}) for n in range(6)]
    assert {each.status_code for each in guesses} == {404}
    right = {"number": view["number"], "id_tail": worker.id[-6:]}
    seventh = await inquired(desk, right)
    assert (seventh.status_code, seventh.json()["code"]) == (429, "NJT-GEN-0429")
    assert int(seventh.headers["retry-after"]) > 0
    other = await claimed(desk, Worker(desk.employer))
    assert (await inquired(desk, {"reference": other["reference"]})).status_code == 200


async def test_a_person_is_tried_out_a_few_times_a_minute(desk: Desk, worker: Worker) -> None:
    (number,) = await worker.certified(lathe(4))
    body = {name: value for name, value in asked(worker, number).items() if name != "account"}
    answers = [
        await desk.client.post(
            f"{CLAIMS}/trials", headers=portal(desk), json=body | {"holder_name": f"测试员{n}"}
        )
        for n in range(7)
    ]
    assert [each.status_code for each in answers] == [404] * 6 + [429]


async def test_no_other_district_is_told_how_a_claim_stands(desk: Desk, worker: Worker) -> None:
    view = await claimed(desk, worker)
    for body in (
        {"number": view["number"], "id_tail": worker.id[-6:]},
        {"reference": view["reference"]},
    ):
        answer = await inquired(desk, body, portal(desk, "320106"))
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-SUB-2105")
    assert (await inquired(desk, {"reference": view["reference"]}, counter(desk))).status_code == 200


async def test_a_person_changes_the_account_and_withdraws_at_the_version_seen(
    desk: Desk, worker: Worker
) -> None:
    view = await claimed(desk, worker)
    holder = {"holder_name": worker.name, "holder_id": worker.id}
    account = {"name": worker.name, "bank": "测试银行", "number": "6217000000000000019"}
    path = f"{CLAIMS}/{view['id']}"
    unseen = await desk.client.put(
        f"{path}/account", headers=portal(desk), json=holder | {"account": account}
    )
    assert unseen.status_code == 428
    changed = await desk.client.put(
        f"{path}/account",
        headers=portal(desk) | {"If-Match": f'"{view["version"]}"'},
        json=holder | {"account": account},
    )
    assert (changed.status_code, changed.json()["account"]) == (200, "621**************19")
    stranger = Worker(desk.employer)
    wrong = await desk.ask(
        f"{path}/withdrawal",
        portal(desk),
        view["version"],
        {"holder_name": stranger.name, "holder_id": stranger.id},
    )
    assert (wrong.status_code, wrong.json()["code"]) == (404, "NJT-SUB-2105")
    withdrawn = await desk.act(f"{path}/withdrawal", portal(desk), changed.json(), holder)
    assert (withdrawn["state"], withdrawn["items"][0]["state"]) == ("withdrawn", "void")


async def test_a_declined_claim_says_why(desk: Desk, worker: Worker) -> None:
    view = await claimed(desk, worker)
    body = {"approve": False, "reason": "证书与本人不符"}
    await desk.act(f"/v1/claims/{view['id']}/review", desk.officer(), view, body)
    told = (await inquired(desk, {"reference": view["reference"]})).json()
    assert (told["state"], told["decline_reason"], told["total_fen"]) == ("declined", "证书与本人不符", 0)
