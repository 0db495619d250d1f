"""How the exchange stands, and its maintenance: what operators see and do."""

from shared.province.intents import Dispatch
from tests.builders import DISTRICT, OTHER_DISTRICT, a_uscc
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, refused, rejected
from tests.shared.service.desk import WHY, Desk


def elsewhere(key: str, organ: str) -> Dispatch:
    """Something told of another organ's institution, or of none."""
    return Dispatch(code=REPORTED, business_key=key, lane=key, payload={"name": "测试甲公司"}, organ=organ)


async def test_every_state_is_counted_by_kind_and_organ(desk: Desk) -> None:
    told = [report(f"备案{number}号") for number in range(6)]
    ids = [(await desk.owe(each))[0] for each in told]
    await desk.send()
    await desk.answer(ids[0], ACCEPTED)
    await desk.answer(ids[1], ACCEPTED, DONE)
    await desk.answer(ids[2], ACCEPTED, rejected())
    await desk.answer(ids[3], refused())
    await desk.owe(report("备案9号"), elsewhere("城", ""), elsewhere("彼", OTHER_DISTRICT))
    status = await desk.seen("/status")
    (ours,) = [each for each in status["kinds"] if each["organ"] == DISTRICT]
    counted = {name: ours[name] for name in ours if name not in ("code", "organ", "oldest")}
    assert counted == {
        "owed": 1,
        "delivered": 2,
        "accepted": 1,
        "done": 1,
        "rejected": 1,
        "refused": 1,
        "overdue": 0,
    }
    assert (ours["code"], ours["oldest"][:16]) == (REPORTED, "2024-03-04T01:00")
    assert [each["organ"] for each in status["kinds"]] == ["", OTHER_DISTRICT, DISTRICT]
    assert (status["counterpart"], status["transport"], status["pause"]) == ("320000", "amqp", None)
    assert (status["missing"], status["parked"]) == ([], 0)


async def test_what_is_asked_about_too_often_counts_as_overdue(desk: Desk) -> None:
    await desk.owe(report("备案1号"))
    await desk.send()
    for _ in range(3):
        desk.forward(hours=2)
        await desk.worker.chaser.ask_fates()
    (kind,) = (await desk.seen("/status"))["kinds"]
    assert (kind["overdue"], kind["delivered"]) == (1, 1)
    (found,) = (await desk.seen("/intents", overdue=True))["items"]
    assert (found["overdue"], found["queries"]) == (True, 3)
    assert (await desk.seen("/intents", overdue=False))["items"] == []


async def test_a_district_sees_the_messages_about_its_own_and_nothing_else(desk: Desk) -> None:
    await desk.owe(report("备案1号"), elsewhere("城", ""), elsewhere("彼", OTHER_DISTRICT))
    status = await desk.seen("/status", desk.district)
    assert [each["organ"] for each in status["kinds"]] == [DISTRICT]
    assert (status["missing"], status["parked"]) == (None, None)


async def test_numbers_that_are_missing_are_named_by_lane(desk: Desk) -> None:
    lane = str(a_uscc())
    await desk.take(desk.province.write(sequence=3, lane=lane))
    desk.forward(minutes=6)
    await desk.worker.chaser.ask_missing()
    (missing,) = (await desk.seen("/status"))["missing"]
    assert (missing["lane"], missing["first"], missing["last"], missing["asks"]) == (lane, 1, 2, 1)


async def test_paused_it_piles_up_and_resumed_it_drains_at_the_rate(desk: Desk) -> None:
    begun = await desk.acted("/pause")
    assert (begun["by"], begun["reason"], begun["resumed_at"]) == ("测试员甲", WHY, None)
    await desk.owe(*[report(f"备案{number}号") for number in range(5)])
    assert await desk.send() == []
    assert (await desk.seen("/status", desk.district))["pause"]["reason"] == WHY
    resumed = await desk.acted("/resume", {"rate_per_second": 0.02})
    assert resumed["rate_per_second"] == 0.02
    left = []
    for _ in range(6):
        desk.forward(seconds=51)
        left.append(len(await desk.send()))
    assert left == [1, 1, 1, 1, 1, 0]
    assert (await desk.seen("/status"))["pause"] is None
    assert [(act, why) for _, act, why in await desk.entries()] == [
        ("pause_exchange", WHY),
        ("resume_exchange", None),
    ]


async def test_nobody_pauses_what_is_paused_or_resumes_what_is_not(desk: Desk) -> None:
    assert (await desk.post("/resume", {"rate_per_second": 1})).json()["code"] == "NJT-EXC-1006"
    await desk.acted("/pause")
    assert (await desk.post("/pause")).json()["code"] == "NJT-EXC-1005"
    for rate in (0, -1, 1e-9, 100_001):
        answer = await desk.post("/resume", {"rate_per_second": rate})
        assert (answer.status_code, answer.json()["code"]) == (422, "NJT-EXC-1007")
