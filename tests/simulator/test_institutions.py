"""The province answers for its own register of institutions, page by page, and a scenario may have it know more."""

import sqlite3
from pathlib import Path
from uuid import UUID

from shared.contracts.province import FilingChange, MessageCode
from shared.contracts.queries import (
    ProvincialStanding,
    RegisterAnswered,
    RegisterQuery,
    scope_digest,
)
from simulator.institutions import Institutions
from simulator.records import Records
from simulator.scenario import Scenario
from simulator.store import Store
from tests.simulator.city import institution_filed

ASKED = UUID(int=5)
SHIPPED = Path("simulator/scenarios/provincial_acts.jsonl")


def page(institutions: Institutions, after: str = "", size: int = 2) -> RegisterAnswered:
    return institutions.answer(RegisterQuery(query_id=ASKED, after=after, size=size))


def test_the_register_is_told_by_numbers_page_by_page() -> None:
    records = Records()
    for number in ("苏3", "苏1", "苏2"):
        records.learn(institution_filed().model_copy(update={"provincial_number": number}))
    first = page(records.institutions)
    assert ([it.provincial_number for it in first.institutions], first.next) == (["苏1", "苏2"], "苏2")
    rest = page(records.institutions, after="苏2")
    assert ([it.provincial_number for it in rest.institutions], rest.next) == (["苏3"], None)
    records.institutions.forget("苏3")
    assert page(records.institutions, after="苏2").institutions == ()


def test_each_change_is_told_as_the_record_stands_then() -> None:
    records, filed = Records(), institution_filed()
    told = []
    for change in (FilingChange.FILED, FilingChange.SUSPENDED, FilingChange.CHANGED, FilingChange.REVOKED):
        records.learn(filed.model_copy(update={"change": change, "name": str(change)}))
        (entry,) = page(records.institutions).institutions
        told.append((entry.standing, entry.name))
    standing = ProvincialStanding
    assert told == [
        (standing.ACTIVE, "filed"),
        (standing.SUSPENDED, "suspended"),
        (standing.SUSPENDED, "changed"),
        (standing.REVOKED, "revoked"),
    ]
    assert (entry.scope_digest, entry.lane, entry.sequence) == (scope_digest(filed.scope), "", 0)


def test_a_query_is_answered_under_its_own_code() -> None:
    answer = Records().answer(RegisterQuery(query_id=ASKED))
    assert answer is not None
    assert answer[0] is MessageCode.REGISTER_ANSWERED


def test_a_store_of_the_first_version_is_opened_and_has_a_register_from_then_on(tmp_path: Path) -> None:
    place = tmp_path / "province.db"
    Store(place).close()
    old = sqlite3.connect(place)
    old.execute("DROP INDEX sent_act")
    old.execute("DROP TABLE institution")
    old.execute("ALTER TABLE signing_key DROP COLUMN algorithm")
    old.execute("PRAGMA user_version = 1")
    old.close()
    store = Store(place)
    Records(store).learn(institution_filed())
    assert len(page(Institutions(store)).institutions) == 1
    store.close()


def test_the_shipped_scenario_can_be_read_and_sends_every_new_message() -> None:
    steps = list(Scenario(SHIPPED))
    assert {"SUPERVISION_TASK", "SANCTION_ORDERED", "CATALOGUE_UPDATED", "KNOW_INSTITUTION"} <= {
        each.send for each in steps
    }
