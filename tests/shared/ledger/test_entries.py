"""One entry for every act: who, on what, from which state to which, by which clauses, in which trace."""

import json
from typing import Any

import asyncpg

from services.filing.domain.filing import Filing
from services.filing.domain.queue import Wanted
from services.filing.handlers import Work
from shared.identity import Scope
from shared.observability import TelemetrySettings, start_telemetry
from shared.persistence.unit_of_work import Works
from tests.builders import AT, DISTRICT, a_filing, a_material, an_institution, registered

FilingWorks = Works[Work]
OFFICER = Scope(actor="jiangning", act="accept_filing", organs=frozenset({DISTRICT}))


async def entries(superuser: asyncpg.Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in await superuser.fetch("SELECT * FROM ledger_entry ORDER BY id")]


async def kept(works: FilingWorks, filing: Filing, scope: Scope = OFFICER) -> None:
    async with works(scope) as work:
        work.filings.add(filing)


async def test_an_entry_says_who_did_what_to_which_thing_and_when(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    filing = a_filing()
    await kept(works, filing)
    (entry,) = await entries(superuser)
    assert (entry["actor"], entry["act"], entry["on_behalf_of"]) == ("jiangning", "accept_filing", None)
    assert (entry["subject_kind"], entry["subject_id"], entry["at"]) == ("filing", filing.id, AT)
    assert entry["before_digest"] is None
    assert len(entry["after_digest"]) == 32
    assert (entry["basis"], entry["reason"], entry["sealed"]) == ([], None, False)


async def test_a_portal_and_the_officer_it_acts_for_are_both_named(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    portal = Scope(actor="portal", act="draft", on_behalf_of="officer-7", organs=frozenset({DISTRICT}))
    await kept(works, a_filing(), portal)
    (entry,) = await entries(superuser)
    assert (entry["actor"], entry["on_behalf_of"]) == ("portal", "officer-7")


async def test_each_state_begins_where_the_one_before_ended(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    filing = a_filing(materials=(a_material(),), submitted_at=AT)
    await kept(works, filing)
    for name in ("乙公司", "丙公司"):
        async with works(OFFICER) as work:
            found = await work.filings.get(filing.id)
            found.filing_number = name
    states = [(entry["before_digest"], entry["after_digest"]) for entry in await entries(superuser)]
    assert len(states) == 3
    assert states[0][1] == states[1][0]
    assert states[1][1] == states[2][0]
    assert len({after for _, after in states}) == 3


async def test_looking_is_no_act(works: FilingWorks, superuser: asyncpg.Connection) -> None:
    filing = a_filing()
    await kept(works, filing)
    async with works(OFFICER) as work:
        await work.filings.get(filing.id)
        await work.filings.queue(Wanted(), cursor=None, size=10)
    assert len(await entries(superuser)) == 1


async def test_an_act_names_the_clauses_of_what_it_announced_once_each(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    async with works(OFFICER) as work:
        work.filings.add(a_filing())
        work.institutions.add(an_institution())
        work.outbox.add(registered(basis=("N2.4", "N2.8"), filing_number="甲"))
        work.outbox.add(registered(basis=("N2.8", "N3.3"), filing_number="乙"))
    assert [entry["basis"] for entry in await entries(superuser)] == [["N2.4", "N2.8", "N3.3"]] * 2


async def test_acts_of_one_transaction_keep_their_names_clauses_and_order(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    first, second, third = a_filing(), a_filing(), a_filing()
    async with works.transaction(OFFICER) as transaction:
        work = works.bind(transaction)
        work.filings.add(first)
        work.outbox.add(registered(basis=("N2.1",), filing_number="丙"))
        await transaction.note("first")
        work.filings.add(second)
        await transaction.note("second")
        transaction.ledger.reason = "抽查"
        work.filings.add(third)
    told = [(entry["act"], entry["subject_id"], entry["basis"]) for entry in await entries(superuser)]
    assert told == [
        ("first", first.id, ["N2.1"]),
        ("second", second.id, []),
        ("accept_filing", third.id, []),
    ]
    assert {entry["reason"] for entry in await entries(superuser)} == {"抽查"}


async def test_an_entry_carries_the_trace_it_was_made_in(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    telemetry = start_telemetry("test", TelemetrySettings(), prometheus=False)
    with telemetry.span("request") as span:
        await kept(works, a_filing())
    await kept(works, a_filing())
    traces = [entry["trace_id"] for entry in await entries(superuser)]
    assert traces == [f"{span.get_span_context().trace_id:032x}", None]


async def test_the_ledger_holds_digests_and_none_of_the_values(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    filing = a_filing()
    await kept(works, filing)
    stored = json.dumps(await entries(superuser), default=repr, ensure_ascii=False)
    assert filing.applicant.uscc not in stored
    assert filing.applicant.name not in stored


async def test_an_access_that_changed_nothing_may_be_entered_too(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    filing = a_filing()
    async with works.transaction(OFFICER) as transaction:
        transaction.ledger.reason = "投诉核查"
        transaction.ledger.changed("filing", filing.id)
    (entry,) = await entries(superuser)
    assert (entry["before_digest"], entry["after_digest"]) == (None, None)
    assert entry["reason"] == "投诉核查"
