"""The exchange ledger over HTTP: found by the numbers in a message; what stands in it is shown masked, or with a reason."""

from typing import Any

from shared.contracts.province import MessageCode
from shared.messaging.consumer import Incoming
from tests.builders import a_uscc
from tests.shared.province.certificates import BATCH, NAME, tells_of_the_holder
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, incoming
from tests.shared.service.desk import WHY, Desk
from tests.subsidy.builders import HOLDER, USCC

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def of_a_certificate(office: Desk) -> dict[str, Any]:
    """The line of a message that tells of a person."""
    letter = office.province.write(BATCH, code=MessageCode.CERTIFICATES_ISSUED, lane=str(USCC))
    await office.take(letter)
    (line,) = (await office.seen("/messages", message_id=str(letter.message_id)))["items"]
    found: dict[str, Any] = line
    return found


async def test_a_message_and_its_answers_are_found_by_its_id_and_by_any_number_in_it(desk: Desk) -> None:
    lane = a_uscc()
    (intent,) = await desk.owe(report("备案1号", uscc=lane))
    await desk.send()
    await desk.answer(intent, ACCEPTED, DONE)
    by_id = (await desk.seen("/messages", message_id=str(intent)))["items"]
    assert [(line["direction"], line["code"]) for line in by_id] == [
        ("in", "RECEIPT"),
        ("in", "RECEIPT"),
        ("out", REPORTED),
    ]
    for ref in ("备案1号", str(lane), "filing:备案1号"):
        (line,) = [it for it in (await desk.seen("/messages", ref=ref))["items"] if it["code"] == REPORTED]
        assert line == by_id[-1]
    assert (await desk.seen("/messages", ref="备案2号"))["items"] == []


async def test_a_trace_leads_to_what_crossed_in_it(desk: Desk) -> None:
    letters = [desk.province.write(), desk.province.write()]
    for letter in letters:
        await desk.worker.exchange.process([incoming(letter, traceparent=TRACE)])
    await desk.take(desk.province.write())
    found = (await desk.seen("/messages", trace_id=TRACE[3:35]))["items"]
    assert [line["message_id"] for line in found] == [str(letter.message_id) for letter in letters[::-1]]
    both = await desk.seen("/messages", trace_id=TRACE[3:35], ref=letters[0].lane)
    assert [line["message_id"] for line in both["items"]] == [str(letters[0].message_id)]


async def test_the_ledger_is_read_in_pages_newest_first(desk: Desk) -> None:
    await desk.take(*[desk.province.write() for _ in range(5)])
    first = await desk.seen("/messages", size=3)
    second = await desk.seen("/messages", size=3, cursor=first["next"])
    places = [line["place"] for line in first["items"] + second["items"]]
    assert places == sorted(places, reverse=True)
    assert (len(places), second["next"]) == (5, None)
    for cursor in ("WyItMSJd", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5Il0"):  # ["-1"], ["9999999999999999999"]
        answer = await desk.get("/messages", cursor=cursor)
        assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-1002")


async def test_what_crossed_is_shown_with_whatever_is_personal_masked(office: Desk) -> None:
    line = await of_a_certificate(office)
    assert not tells_of_the_holder(str(line))
    shown = await office.seen(f"/messages/{line['place']}")
    assert not tells_of_the_holder(str(shown))
    (certificate,) = shown["envelope"]["payload"]["certificates"]
    assert certificate["holder_name"] == "测***"
    assert (certificate["number"], shown["raw"]) == (BATCH.certificates[0].number, None)
    assert (await office.entries())[-1] == ("测试员甲", "read_message", None)


async def test_who_says_why_is_shown_the_message_as_it_crossed_and_the_ledger_says_so(office: Desk) -> None:
    line = await of_a_certificate(office)
    shown = await office.seen(f"/messages/{line['place']}", reason=WHY)
    (certificate,) = shown["envelope"]["payload"]["certificates"]
    assert (certificate["holder_name"], certificate["holder_id"]) == (NAME, HOLDER)
    assert NAME in shown["raw"]
    assert (await office.entries())[-1] == ("测试员甲", "read_message", WHY)
    (entry,) = await office.rows(
        "SELECT subject_kind, subject_id FROM ledger_entry WHERE act = 'read_message'"
    )
    assert (entry["subject_kind"], str(entry["subject_id"])) == ("exchange_message", line["message_id"])


async def test_what_nobody_understood_is_shown_with_a_reason_only(desk: Desk) -> None:
    await desk.worker.exchange.process([Incoming(body="测试员甲 \x00".encode())])
    (line,) = (await desk.seen("/messages"))["items"]
    shown = await desk.seen(f"/messages/{line['place']}")
    assert (shown["code"], shown["envelope"], shown["raw"]) == (None, None, None)
    assert "测试员甲" in (await desk.seen(f"/messages/{line['place']}", reason=WHY))["raw"]


async def test_what_is_not_in_the_ledger_is_not_found_and_what_was_altered_is_not_shown(desk: Desk) -> None:
    for place in (999_999, 10**30):
        answer = await desk.get(f"/messages/{place}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-EXC-1058")
    await desk.change(
        "INSERT INTO exchange_message (at, direction, transport, counterpart, outcome, reason_code, refs, body, sha256)"
        " VALUES (now(), 'in', 'amqp', '', 'done', '', '{}', 'altered', sha256('as it was'))"
    )
    (line,) = (await desk.seen("/messages"))["items"]
    answer = await desk.get(f"/messages/{line['place']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-EXC-1059")


async def test_a_reason_is_needed_in_words(desk: Desk) -> None:
    await desk.take(desk.province.write())
    (line,) = (await desk.seen("/messages", size=1))["items"]
    answer = await desk.get(f"/messages/{line['place']}", reason=" ")
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-0422")
