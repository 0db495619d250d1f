"""The province answers queries from its records: what it issued, what it revoked, and what a scenario has it know."""

import json
from datetime import date
from pathlib import Path
from uuid import UUID

from shared.contracts.province import (
    CertificatesIssued,
    IssuedCertificate,
    MessageCode,
    ProvinceEnvelope,
)
from shared.contracts.queries import (
    AnsweredFact,
    CertificateQuery,
    CertificateRevoked,
    CertificatesAnswered,
    FactName,
    FactsAnswered,
    FactsAsked,
    FactsQuery,
    RegisterState,
    sealed_for,
)
from shared.contracts.scope import ScopeItem
from shared.values import CertificateNumber, Edition, Level, OccupationCode, Uscc
from simulator.counterpart import Counterpart
from simulator.scenario import Scenario, play
from tests.builders import CITIZEN_ID
from tests.shared.values.made_up_numbers import uscc_number
from tests.simulator.city import ACCEPTED, USCC, City

NUMBER = CertificateNumber("Y000032000001244000001")
UNKNOWN = CertificateNumber("Y000032000001244000002")
REVOKED = CertificateNumber("Y000032000001244000003")
KEY = "ab" * 32
ISSUED = IssuedCertificate(
    number=NUMBER,
    holder_name="测试员甲",
    holder_id=CITIZEN_ID.lower(),
    uscc=USCC,
    occupation=ScopeItem(
        edition=Edition.Y2015, occupation=OccupationCode("6-18-01-01"), work_type="", level=Level.FOUR
    ),
    issued_on=date(2024, 3, 4),
    evaluated_on=date(2024, 2, 19),
)
BATCH = CertificatesIssued(batch="1", certificates=(ISSUED,))
QUERY = CertificateQuery(query_id=UUID(int=9), key=KEY, numbers=(NUMBER, UNKNOWN, REVOKED))
INSURED = AnsweredFact(number=NUMBER, name=FactName.INSURED_MONTHS, about=date(2024, 3, 1), value=36)
ELSEWHERE = AnsweredFact(
    number=NUMBER,
    name=FactName.EMPLOYMENT,
    about=date(2024, 3, 1),
    value="employee",
    employer=Uscc(uscc_number("91320115MA0000001")),
)


async def answered(city: City, province: Counterpart, code: MessageCode) -> list[ProvinceEnvelope]:
    """What the province sent under this code, once the city has receipted all of it."""
    await city.until(lambda: bool(city.messages(code)))
    for message_id in list(province.sent):
        await province.concluded(message_id)
    return city.messages(code)


async def ask(city: City, code: MessageCode, query: CertificateQuery | FactsQuery) -> None:
    envelope = city.envelope(query, code=code, lane="queries", business_key=f"query:{query.query_id}")
    assert await city.tell(envelope) == list(ACCEPTED)


async def test_certificates_are_told_valid_unknown_or_revoked_and_their_holders_sealed(
    city: City, province: Counterpart
) -> None:
    province.records.learn(BATCH)
    province.records.learn(CertificateRevoked(number=REVOKED, uscc=USCC, revoked_on=date(2024, 5, 6)))
    await ask(city, MessageCode.CERTIFICATE_QUERY, QUERY)
    [answer] = await answered(city, province, MessageCode.CERTIFICATES_ANSWERED)
    assert (answer.lane, answer.business_key) == ("queries", f"query:{QUERY.query_id}")
    told = CertificatesAnswered.model_validate(answer.payload)
    assert told.query_id == QUERY.query_id
    valid, unknown, revoked = told.certificates
    assert [each.state for each in (valid, unknown, revoked)] == [
        RegisterState.VALID,
        RegisterState.UNKNOWN,
        RegisterState.REVOKED,
    ]
    assert valid.holder_name == sealed_for(KEY, "测试员甲")
    assert valid.holder_id == sealed_for(KEY, CITIZEN_ID.upper())
    assert (valid.occupation, valid.issued_on, valid.uscc) == (
        ISSUED.occupation,
        ISSUED.issued_on,
        USCC,
    )
    assert revoked.revoked_on == date(2024, 5, 6)
    assert "测试员甲" not in answer.model_dump_json()
    assert CITIZEN_ID not in answer.model_dump_json().upper()


async def test_a_query_told_twice_is_answered_once(city: City, province: Counterpart) -> None:
    envelope = city.envelope(QUERY, code=MessageCode.CERTIFICATE_QUERY, lane="queries", business_key="q")
    for _ in range(2):
        assert await city.tell(envelope) == list(ACCEPTED)
    assert len(await answered(city, province, MessageCode.CERTIFICATES_ANSWERED)) == 1
    assert len(province.sent) == 1


async def test_facts_are_told_of_whom_and_what_was_asked_and_of_no_other_employer(
    city: City, province: Counterpart
) -> None:
    own = ELSEWHERE.model_copy(update={"employer": USCC})
    for fact in (INSURED, ELSEWHERE, own, INSURED.model_copy(update={"name": FactName.PENSION})):
        province.records.learn(fact)
    asked = FactsAsked(
        number=NUMBER,
        names=(FactName.INSURED_MONTHS, FactName.EMPLOYMENT),
        month=date(2024, 3, 1),
        on=date(2024, 2, 19),
        employer=USCC,
    )
    query = FactsQuery(query_id=UUID(int=10), asked=(asked, asked.model_copy(update={"number": UNKNOWN})))
    await ask(city, MessageCode.FACTS_QUERY, query)
    [answer] = await answered(city, province, MessageCode.FACTS_ANSWERED)
    told = FactsAnswered.model_validate(answer.payload)
    assert told.facts == (INSURED, own)
    assert told.numbers == (NUMBER, UNKNOWN)


async def test_what_a_scenario_has_the_province_know_is_not_sent(
    city: City, province: Counterpart, tmp_path: Path
) -> None:
    known = {"KNOW_CERTIFICATES": BATCH, "KNOW_FACT": INSURED}
    lines = [
        json.dumps(
            {
                "send": code,
                "service": "subsidy",
                "lane": "known",
                "business_key": code,
                "payload": payload.model_dump(mode="json"),
            }
        )
        for code, payload in known.items()
    ]
    path = tmp_path / "story.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    ends = [receipt async for _, receipt in play(province, Scenario(path), seconds=5)]
    assert [receipt.ok for receipt in ends if receipt] == [True, True]
    assert province.records.certificates[str(NUMBER)] == ISSUED
    assert province.records.facts(str(NUMBER)) == [INSURED]
    assert province.sent == {}
    assert city.received == []


async def test_what_is_sent_is_known_from_then_on(city: City, province: Counterpart) -> None:
    await province.send("filing", MessageCode.CERTIFICATES_ISSUED, business_key="1", lane=USCC, payload=BATCH)
    sent = await answered(city, province, MessageCode.CERTIFICATES_ISSUED)
    assert len(sent) == 1
    assert province.records.certificates == {str(NUMBER): ISSUED}
