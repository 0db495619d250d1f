"""What filing does with what it hears, as its worker applies it to a real database."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.filing.domain.institution import Institution, Standing
from services.filing.subscriptions import subscriptions
from shared.contracts.event import Event
from shared.contracts.supervision import RevocationOrdered
from shared.messaging.consumer import Incoming
from tests.builders import DISTRICT, a_message, account_opened, an_institution, lifted, registered, sanctioned
from tests.filing.casework import registered as registered_case
from tests.filing.works import EVERYTHING, keep
from tests.interfaces import Interfaces


async def hear(interfaces: Interfaces, *facts: tuple[Event, int]) -> None:
    """What the broker would hand over in one batch."""
    messages = [Incoming(body=a_message(event, sequence=sequence)) for event, sequence in facts]
    await interfaces.suite.workers["filing"].events.process(messages)


async def institution(interfaces: Interfaces, key: UUID) -> Institution:
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        found: Institution = await work.institutions.get(key)
    return found


@pytest.fixture
async def known(interfaces: Interfaces) -> Institution:
    on_record = an_institution()
    await keep(interfaces.suite.runtimes["filing"].works, on_record)
    return on_record


def test_filing_hears_accounts_and_supervision_and_not_itself() -> None:
    assert subscriptions.streams >= {"accounts.account", "supervision.institution"}
    topics = subscriptions.queue("filing").routing_keys
    assert not [topic for topic in topics if topic.startswith("filing.")]
    assert subscriptions.handler(registered().topic) is None


async def test_an_opened_account_fulfils_what_the_district_owed(interfaces: Interfaces) -> None:
    case, view = await registered_case(interfaces)
    await hear(interfaces, (account_opened(UUID(view["institution_id"])), 1))
    after = (await case.read(case.officer())).json()
    states = {each["kind"]: (each["state"], bool(each["settled_at"])) for each in after["obligations"]}
    assert states == {
        "open_account": ("done", True),
        "hand_over": ("open", False),
        "tell_province": ("open", False),
    }
    assert not after["complete"]


async def test_a_sanction_suspends_and_its_end_resumes_in_one_batch(
    interfaces: Interfaces, known: Institution
) -> None:
    await hear(interfaces, (sanctioned(known.id), 1))
    suspended = await institution(interfaces, known.id)
    assert (suspended.standing, suspended.suspended_for) == (Standing.SUSPENDED, "逾期未整改")
    await hear(interfaces, (lifted(known.id), 2), (sanctioned(known.id), 3), (lifted(known.id), 4))
    assert (await institution(interfaces, known.id)).standing is Standing.ACTIVE


async def test_a_fact_heard_twice_counts_once(interfaces: Interfaces, known: Institution) -> None:
    fact = (sanctioned(known.id), 1)
    await hear(interfaces, fact, fact)
    await hear(interfaces, fact)
    assert (await institution(interfaces, known.id)).version == 2


async def test_every_fact_is_an_act_of_its_own_in_the_ledger(
    interfaces: Interfaces, known: Institution
) -> None:
    await hear(interfaces, (sanctioned(known.id), 1), (lifted(known.id), 2))
    async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT actor, act, basis FROM ledger_entry WHERE subject_id = :id ORDER BY id"),
            {"id": known.id},
        )
        entries = [tuple(row) for row in rows]
    assert entries[1:] == [
        ("service:filing", "supervision.institution-sanctioned.v1", ["N3.3"]),
        ("service:filing", "supervision.sanction-lifted.v1", ["N3.3"]),
    ]


async def test_a_sanction_that_came_before_its_institution_is_held(interfaces: Interfaces) -> None:
    unknown = an_institution()
    await hear(interfaces, (sanctioned(unknown.id), 1))
    async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
        held = await connection.execute(
            text("SELECT state, code FROM held_message WHERE subject = :id"), {"id": unknown.id}
        )
        assert [tuple(row) for row in held] == [("waiting", "NJT-FIL-1002")]


@pytest.mark.parametrize(
    ("filed_by", "standing"), [(DISTRICT, Standing.REVOKED), ("province", Standing.ACTIVE)]
)
async def test_n3_3_by_supervisions_word_what_the_city_or_a_district_filed_is_revoked(
    interfaces: Interfaces, filed_by: str, standing: Standing
) -> None:
    on_record = an_institution(filed_by=filed_by)
    await keep(interfaces.suite.runtimes["filing"].works, on_record)
    ordered = RevocationOrdered(
        institution_id=on_record.id,
        uscc=on_record.uscc,
        organ=DISTRICT,
        basis=("N3.3",),
        rectification_id=uuid4(),
        reason="逾期六个月未整改",
    )
    await hear(interfaces, (ordered, 1), (ordered, 2))
    assert (await institution(interfaces, on_record.id)).standing is standing
