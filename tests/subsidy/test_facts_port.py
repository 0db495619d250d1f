"""事实: asked from the province, read from a file or shown by evidence; kept with source and time, never guessed."""

from datetime import date
from typing import Any
from uuid import uuid4

from services.subsidy.handlers.knowledge import stop_waiting
from services.subsidy.sheets import FACTS
from shared.contracts.province import (
    MessageCode,
)
from shared.contracts.queries import (
    AnsweredFact,
    FactName,
    FactsAnswered,
)
from shared.values import parse_certificate_number
from tests.builders import a_uscc
from tests.interfaces import fresh_key
from tests.provincial import receipts
from tests.subsidy.knowing import MARCH, learn, named, sheet, values, wait_for, with_news
from tests.subsidy.registry import EVERYTHING, Registry, a_person, as_xlsx


async def test_the_province_is_asked_by_certificate_and_its_answer_is_news_to_the_claim(
    registry: Registry,
) -> None:
    row = await named(registry)
    claim_id = await wait_for(registry, row["number"])
    learn(
        registry,
        row["number"],
        [
            (FactName.INSURED_MONTHS, date(2024, 3, 31), 36),
            (FactName.INSURED_IN_MONTH, MARCH, True),
            (FactName.EMPLOYMENT, date(2024, 2, 19), "employee"),
        ],
    )
    assert values(await sheet(registry, row["number"])) == {}
    assert claim_id not in await with_news(registry)
    queries = await registry.answer_facts()
    [asked] = [each for query in queries for each in query.asked if str(each.number) == row["number"]]
    assert (asked.month, asked.on, asked.employer) == (MARCH, date(2024, 2, 19), registry.uscc)
    assert row["holder_id"] not in "".join(query.model_dump_json() for query in queries)
    assert values(await sheet(registry, row["number"])) == {
        "insured_months": 36,
        "insured_in_month": True,
        "employment": "employee",
    }
    assert {fact.source for fact in (await sheet(registry, row["number"])).facts} == {"province"}
    assert claim_id in await with_news(registry)


async def test_who_was_asked_about_is_not_asked_about_again_the_same_day(registry: Registry) -> None:
    row = await named(registry)
    await wait_for(registry, row["number"])
    await registry.answer_facts()
    again = await registry.answer_facts()
    assert row["number"] not in {str(each.number) for query in again for each in query.asked}


async def test_a_claim_that_no_longer_waits_has_no_news(registry: Registry) -> None:
    row, other = await named(registry), await named(registry, 2)
    claim_id = await wait_for(registry, row["number"], other["number"])
    learn(registry, row["number"], [(FactName.INSURED_MONTHS, MARCH, 12)])
    async with registry.works(EVERYTHING) as work:
        await stop_waiting([parse_certificate_number(row["number"])], claim_id, work)
    await registry.answer_facts()
    assert claim_id not in await with_news(registry)


async def test_two_claims_that_wait_for_one_person_both_have_news(registry: Registry) -> None:
    person = a_person()
    row, other = await named(registry, holder_id=person), await named(registry, 2, holder_id=person)
    claims = {await wait_for(registry, row["number"]), await wait_for(registry, other["number"])}
    learn(registry, row["number"], [(FactName.INSURED_MONTHS, MARCH, 12)])
    await registry.answer_facts()
    assert claims <= await with_news(registry)


async def test_the_tie_to_another_employer_and_other_months_say_nothing(registry: Registry) -> None:
    row = await named(registry)
    await hand_in(
        registry,
        fact_row(row, about="2024-02-19", employer=str(registry.uscc), employment="employee"),
        fact_row(row, about="2024-02-01", insured_months=11),
        fact_row(row, about="2024-06-04", pension="yes"),
        fact_row(row, about="2024-01-31", enrolled="yes"),
    )
    assert values(await sheet(registry, row["number"])) == {"employment": "employee"}
    assert values(await sheet(registry, row["number"], claimant=a_uscc())) == {}


async def test_a_value_that_cannot_be_is_rejected_and_nothing_of_the_answer_is_kept(
    registry: Registry,
) -> None:
    row = await named(registry)
    number = parse_certificate_number(row["number"])
    answer = FactsAnswered(
        query_id=uuid4(),
        numbers=(number,),
        facts=(
            AnsweredFact(number=number, name=FactName.INSURED_IN_MONTH, about=MARCH, value=True),
            AnsweredFact(number=number, name=FactName.INSURED_MONTHS, about=MARCH, value=-1),
        ),
    )
    message = await registry.send(MessageCode.FACTS_ANSWERED, answer)
    told = await receipts(registry.interfaces, "subsidy", message)
    assert [(each["ok"], each["reason_code"]) for each in told] == [(True, ""), (False, "NJT-SUB-1130")]
    assert values(await sheet(registry, row["number"])) == {}


def fact_row(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"holder_id": row["holder_id"], "about": "2024-03-15"} | changes


async def hand_in(registry: Registry, *rows: dict[str, Any], content: bytes | None = None) -> dict[str, Any]:
    answer = await registry.client.post(
        "/v1/facts/files",
        files={"file": ("facts.xlsx", content or as_xlsx(FACTS, rows))},
        headers=registry.officer | fresh_key(),
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_file_of_the_insurance_office_is_kept_row_by_row(registry: Registry) -> None:
    row, other = await named(registry), await named(registry, 2)
    claim_id = await wait_for(registry, row["number"])
    told = await hand_in(
        registry,
        fact_row(row, insured_months=24, insured_in_month="yes"),
        fact_row(row, employment="employee"),
        fact_row(row),
        fact_row(row, about="2199-01-01", pension="yes"),
        fact_row(row, employment="employee", employer="91320115MA0000001X"),
        fact_row(other, insured_months=-3),
    )
    codes = {each["row"]: each["findings"][0]["code"] for each in told["first_returned"]}
    assert (told["rows"], told["taken"]) == (6, 1)
    assert codes == {
        3: "NJT-SUB-1503",
        4: "NJT-SUB-1504",
        5: "NJT-SUB-1505",
        6: codes[6],
        7: "NJT-SUB-1130",
    }
    assert codes[6].startswith("NJT-VAL-")
    known = await sheet(registry, row["number"])
    assert values(known) == {"insured_months": 24, "insured_in_month": True}
    assert all(fact.source.startswith("file:") for fact in known.facts)
    assert claim_id in await with_news(registry)


async def test_a_later_file_counts_and_the_earlier_one_is_still_there(registry: Registry) -> None:
    row = await named(registry)
    await hand_in(registry, fact_row(row, insured_months=11))
    await hand_in(registry, fact_row(row, insured_months=12))
    known = await sheet(registry, row["number"])
    assert [fact.value for fact in known.facts] == [11, 12]
    assert values(known) == {"insured_months": 12}


async def test_the_provinces_word_counts_before_a_later_file(registry: Registry) -> None:
    row = await named(registry)
    await wait_for(registry, row["number"])
    learn(registry, row["number"], [(FactName.INSURED_MONTHS, MARCH, 12)])
    await registry.answer_facts()
    await hand_in(registry, fact_row(row, insured_months=3))
    assert values(await sheet(registry, row["number"])) == {"insured_months": 12}


async def test_only_an_officer_of_an_organ_hands_in_facts(registry: Registry) -> None:
    answer = await registry.client.post(
        "/v1/facts/files", files={"file": ("facts.xlsx", b"x")}, headers=registry.own | fresh_key()
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")
    template = await registry.client.get("/v1/facts/files/template", headers=registry.officer)
    assert template.status_code == 200
    empty = await registry.client.post(
        "/v1/facts/files",
        files={"file": ("facts.xlsx", template.content)},
        headers=registry.officer | fresh_key(),
    )
    assert empty.status_code == 422


async def test_facts_that_came_back_can_be_corrected(registry: Registry) -> None:
    row = await named(registry)
    told = await hand_in(registry, fact_row(row), fact_row(row, insured_months=1))
    returned = await registry.client.get(
        f"/v1/facts/files/{told['id']}/errors.xlsx", headers=registry.officer
    )
    again = await hand_in(registry, content=returned.content)
    assert (again["rows"], again["taken"]) == (1, 0)
