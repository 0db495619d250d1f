"""A worker claims for its own certificates on the insurance line: what is paid, what waits, and what is refused."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.person import (
    Channel,
    CounterClosed,
    NotAHandlingOrgan,
    NotTheHolders,
    NotTheHoldersAccount,
    UnknownPersonalClaim,
)
from services.subsidy.domain.refusals import RepeatedCertificate
from services.subsidy.handlers.claims import OnOwnClaim, withdraw_claim
from services.subsidy.handlers.personal import (
    change_personal_account,
    find_by_number,
    find_by_reference,
    open_personal_claim,
    withdraw_personal_claim,
)
from services.subsidy.holders import index_of, unsealed
from services.subsidy.payees import unseal_account
from shared.clock import SHANGHAI
from shared.errors import Stale
from shared.identity import NotYours, Scope
from shared.values import InvalidCitizenId, InvalidIdentityDocument
from tests.subsidy.builders import lathe, number, robot
from tests.subsidy.claiming import ORGAN, Claimant
from tests.subsidy.persons import CARD, CITY, Worker, a_citizen


@pytest.fixture
def worker(employer: Claimant) -> Worker:
    return Worker(employer)


async def test_a_trial_decides_the_same_in_the_order_listed_and_keeps_nothing(worker: Worker) -> None:
    numbers = await worker.certified(robot(3), lathe(4), lathe(2))
    await worker.insured()
    tried = await worker.tries(*numbers)
    assert [each.certificate_number for each in tried.items] == numbers
    claim = await worker.claims(*numbers)
    assert [each.decision for each in tried.items] == [
        each.decision for each in await worker.evaluator.items(claim)
    ]
    assert [each.total for each in (claim, await worker.claims(*numbers))] == [410_000, 0]


async def test_who_claims_is_kept_sealed_and_belongs_to_no_institution(worker: Worker) -> None:
    claim = await worker.claimed(lathe(4))
    person = claim.person
    assert person is not None
    assert (claim.organ, claim.institution_id, claim.uscc) == (ORGAN, None, None)
    assert person.number.startswith(f"{ORGAN}-A-20240603-")
    async with worker.works() as work:
        plain = unsealed(work.cipher, claim.id, person.holder)
        assert (plain.name, plain.id) == (worker.name, worker.id)
        assert person.holder.index == index_of(work.cipher, worker.id)
        payee = await work.payees.get(claim.payee_id)
        account = unseal_account(work.cipher, payee.id, payee.account)
        assert (account.name, account.number, payee.uscc) == (worker.name, CARD, None)
        assert payee.account.index == work.cipher.blind_index(CARD)


async def test_the_evaluating_institution_does_not_see_what_a_person_claims(worker: Worker) -> None:
    claim = await worker.claimed(lathe(4))
    own = Scope(actor="employer", act="read", holder=str(worker.evaluator.uscc))
    async with worker.works(own) as work:
        assert await work.items.first(claim.id, most=10) == []
        assert await work.payees.known(claim.payee_id) is None
    district = Scope(actor="officer", act="read", organs=frozenset({ORGAN}))
    async with worker.works(district) as work:
        assert len(await work.items.first(claim.id, most=10)) == 1


async def test_nobody_withdraws_a_persons_claim_as_if_it_were_an_institutions(worker: Worker) -> None:
    claim = await worker.claimed(lathe(4))
    for holder in (None, str(worker.evaluator.uscc)):
        asked = OnOwnClaim(claim_id=claim.id, seen=claim.version, holder=holder)
        with pytest.raises(NotYours):
            async with worker.works() as work:
                await withdraw_claim(asked, work)


WRONG: list[dict[str, Any]] = [
    {"name": "测试员丙"},
    {"id": a_citizen()},
    {"name": "测试员丙", "id": a_citizen()},
]


@pytest.mark.parametrize("wrong", WRONG, ids=["name", "document", "both"])
async def test_a_wrong_name_a_wrong_document_and_an_unknown_number_are_one_refusal(
    worker: Worker, wrong: dict[str, Any]
) -> None:
    numbers = await worker.certified(lathe(4))
    told = set()
    for who, asked in ((replace(worker, **wrong), numbers), (worker, [*numbers, number(4, serial=999_998)])):
        with pytest.raises(NotTheHolders) as refused:
            await who.tries(*asked)
        told.add((refused.value.detail, str(refused.value.extra)))
        with pytest.raises(NotTheHolders):
            await who.claims(*asked)
    assert len(told) == 1
    assert numbers[0] not in told.pop()[0]


@pytest.mark.parametrize("written", [" 测试员 乙", "测 试员乙 ", "测试员\u3000乙"])
async def test_a_name_is_the_same_however_it_is_spaced(worker: Worker, written: str) -> None:
    numbers = await worker.certified(lathe(4))
    await worker.insured()
    applicant = replace(worker.applicant, name=written)
    assert (await worker.tries(*numbers, applicant=applicant)).items[0].decision.payable


async def test_a_document_that_cannot_be_is_refused_as_such(worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    for of, refusal in (
        ("32010319850101001", InvalidIdentityDocument),
        ("320103198501010012", InvalidCitizenId),
    ):
        wrong = replace(worker.applicant, number=of)
        with pytest.raises((refusal, InvalidCitizenId)) as refused:
            await worker.tries(*numbers, applicant=wrong)
        assert of not in str(refused.value)


async def test_a_certificate_is_listed_once(worker: Worker) -> None:
    (known,) = await worker.certified(lathe(4))
    with pytest.raises(RepeatedCertificate):
        await worker.tries(known, known)


async def test_the_card_is_the_holders_own(worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    with pytest.raises(NotTheHoldersAccount):
        async with worker.works() as work:
            await open_personal_claim(worker.asks(*numbers), replace(worker.card, name="测试员丙"), work)


async def test_n2_0_a_person_evaluated_in_one_district_may_claim_in_another(worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    await worker.insured()
    claim = await worker.claims(*numbers, organ="320106")
    assert (claim.organ, claim.total) == ("320106", 150_000)
    elsewhere = Scope(actor="officer", act="read", organs=frozenset({"320106"}))
    async with worker.works(elsewhere) as work:
        assert (await work.claims.get(claim.id)).id == claim.id


async def test_only_a_district_of_the_city_handles_it(worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    with pytest.raises(NotAHandlingOrgan):
        await worker.tries(*numbers, organ=CITY)


@pytest.mark.parametrize(
    "asked",
    [
        {"own": ""},
        {"own": "320106"},
        {"channel": Channel.COUNTER, "own": CITY},
        {"channel": Channel.COUNTER, "own": "320106"},
        {"organ": "999999"},
    ],
)
async def test_n2_0_a_counter_serves_its_own_organ_and_a_portal_those_below_it(
    worker: Worker, asked: dict[str, Any]
) -> None:
    numbers = await worker.certified(lathe(4))
    with pytest.raises(NotYours):
        await worker.tries(*numbers, **asked)


async def test_nj2023_a_counter_takes_nothing_in_on_the_8th_but_tries_it_out_and_a_portal_takes_it(
    worker: Worker,
) -> None:
    numbers = await worker.certified(lathe(4))
    await worker.insured()
    worker.works.at = datetime(2024, 7, 8, 10, tzinfo=SHANGHAI)
    counter = {"channel": Channel.COUNTER, "own": ORGAN}
    assert (await worker.tries(*numbers, **counter)).items[0].decision.payable
    with pytest.raises(CounterClosed) as refused:
        await worker.claims(*numbers, **counter)
    assert refused.value.extra == {"next_day": "2024-07-11"}
    claim = await worker.claims(*numbers)
    assert claim.person is not None
    assert (claim.total, claim.person.channel) == (150_000, Channel.ONLINE)


async def test_its_state_is_told_to_whoever_knows_number_and_document_or_the_code(worker: Worker) -> None:
    claim = await worker.claimed(lathe(4))
    person = claim.person
    assert person is not None
    async with worker.works() as work:
        assert (await find_by_number(person.number, worker.id[-6:].lower(), work)).id == claim.id
        assert (await find_by_reference(person.reference, work)).id == claim.id
    wrong = [(person.number, "000000"), ("320115-A-20240603-FFFFFFF0", worker.id[-6:])]
    told = set()
    for of, tail in wrong:
        with pytest.raises(UnknownPersonalClaim) as refused:
            async with worker.works() as work:
                await find_by_number(of, tail, work)
        told.add(refused.value.detail)
    with pytest.raises(UnknownPersonalClaim):
        async with worker.works() as work:
            await find_by_reference("A" * 16, work)
    assert len(told) == 1


async def test_a_person_withdraws_its_claim_and_claims_again(worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    await worker.insured()
    claim = await worker.claims(*numbers)
    other = Worker(worker.evaluator)
    for wrong in (other.on(claim), worker.on(claim, claim_id=uuid4())):
        with pytest.raises(UnknownPersonalClaim):
            async with worker.works() as work:
                await withdraw_personal_claim(wrong, work)
    with pytest.raises(Stale):
        async with worker.works() as work:
            await withdraw_personal_claim(worker.on(claim, seen=claim.version + 1), work)
    async with worker.works() as work:
        withdrawn = await withdraw_personal_claim(worker.on(claim), work)
    assert withdrawn.state is ClaimState.WITHDRAWN
    assert [each.state for each in await worker.evaluator.items(claim)] == [ItemState.VOID]
    assert (await worker.claims(*numbers)).total == 150_000


async def test_another_account_has_to_be_the_same_persons(worker: Worker) -> None:
    claim = await worker.claimed(lathe(4))
    with pytest.raises(NotTheHoldersAccount):
        async with worker.works() as work:
            await change_personal_account(worker.on(claim), replace(worker.card, name="测试员丙"), work)
    async with worker.works() as work:
        await change_personal_account(
            worker.on(claim), replace(worker.card, number="6217000000000000019"), work
        )
    async with worker.works() as work:
        payee = await work.payees.get(claim.payee_id)
        assert unseal_account(work.cipher, payee.id, payee.account).number == "6217000000000000019"
