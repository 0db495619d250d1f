"""A claim from a spreadsheet: vetted row by row, tried out, decided in chunks, each item once."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from services.subsidy.claim_sheets import CLAIM
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.faults import Fault, NothingGood
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.upload import Sheet
from services.subsidy.handlers import items as deciding
from services.subsidy.handlers.claims import (
    DraftClaim,
    OnOwnClaim,
    draft_claim,
    preview_claim,
    submit_claim,
    try_claim,
    withdraw_claim,
)
from services.subsidy.handlers.items import chunks_to_decide, decide_chunk
from services.subsidy.sheets import read_sheet
from shared.sheets.exporting import csv_rows, workbook
from tests.subsidy.builders import lathe, number, robot
from tests.subsidy.claiming import Claimant

Line = tuple[str, str, str]


def sheet_of(rows: Sequence[Line], *, encoding: str = "utf-8-sig") -> Sheet:
    content = b"".join(csv_rows(CLAIM, rows)).decode("utf-8-sig").encode(encoding)
    return read_sheet(content, CLAIM, most_rows=5000, most_bytes=10**7)


def row(certificate: str, *, name: str = "测试员甲", tie: str = "employee") -> Line:
    return certificate, name, tie


async def drafted(employer: Claimant, sheet: Sheet) -> Claim:
    command = DraftClaim(
        institution_id=employer.key, holder=employer.uscc, file_name="申领表.csv", sheet=sheet
    )
    async with employer.works() as work:
        return await draft_claim(command, work)


async def killed_while_deciding(employer: Claimant, claim: Claim) -> None:
    async with employer.works() as work:
        await decide_chunk(claim.id, work)
        raise ConnectionError


async def submitted(employer: Claimant, claim: Claim) -> Claim:
    async with employer.works() as work:
        own = OnOwnClaim(claim_id=claim.id, seen=claim.version, holder=employer.uscc)
        return await submit_claim(own, work)


async def faults(employer: Claimant, claim: Claim) -> list[tuple[int, str]]:
    async with employer.works() as work:
        return [(each.row, each.findings[0].code) for each in await work.faults.of_claim(claim.id)]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a handful of items makes a large claim."""
    monkeypatch.setattr(deciding, "CHUNK", 3)
    monkeypatch.setattr("services.subsidy.handlers.claims.CHUNK", 3)
    monkeypatch.setattr("services.subsidy.handlers.claims.AT_ONCE", 3)


async def test_good_rows_are_drafted_and_the_others_given_back_with_their_reasons(employer: Claimant) -> None:
    first, second = await employer.certified(lathe(4), robot(3))
    unknown = str(number(4, serial=999_998))
    sheet = sheet_of(
        [
            row(first),
            row(second, name="测试员乙"),
            row(unknown),
            row(first),
            row("Y000032700001244O00001"),
            row(second),
        ]
    )
    claim = await drafted(employer, sheet)
    assert (claim.state, claim.tally.certificates, claim.faulty) == (ClaimState.DRAFT, 2, 4)
    assert [each.certificate_number for each in await employer.items(claim)] == [first, second]
    assert await faults(employer, claim) == [
        (3, Fault.OTHER_HOLDER),
        (4, Fault.UNKNOWN),
        (5, Fault.REPEATED),
        (6, Fault.NO_NUMBER),
    ]


async def test_what_stood_in_rows_given_back_is_kept_sealed(employer: Claimant) -> None:
    (first,) = await employer.certified(lathe(4))
    claim = await drafted(employer, sheet_of([row(first), row(first, name="测试员丙")]))
    async with employer.works.engine.connect() as connection:
        raw = await connection.exec_driver_sql("SELECT set_config('njt.everything', 'on', false)")
        assert raw.scalar() == "on"
        wanted = text("SELECT returned FROM claim_fault WHERE claim_id = :claim")
        kept = await connection.execute(wanted, {"claim": claim.id})
        assert "测试员丙".encode() not in bytes(kept.scalar_one())
        await connection.rollback()


async def test_a_gbk_file_is_read_as_well(employer: Claimant) -> None:
    (first,) = await employer.certified(lathe(4))
    claim = await drafted(employer, sheet_of([row(first)], encoding="gb18030"))
    assert (claim.tally.certificates, claim.faulty) == (1, 0)


async def test_a_workbook_is_read_as_well(employer: Claimant) -> None:
    (first,) = await employer.certified(lathe(4))
    content = b"".join(workbook(CLAIM, [row(first)]))
    claim = await drafted(employer, read_sheet(content, CLAIM, most_rows=10, most_bytes=10**6))
    assert claim.tally.certificates == 1


async def test_a_sheet_without_a_good_row_is_no_claim(employer: Claimant) -> None:
    with pytest.raises(NothingGood):
        await drafted(employer, sheet_of([row("123")]))


async def test_a_number_typed_as_a_number_is_a_row_given_back(employer: Claimant) -> None:
    (first,) = await employer.certified(lathe(4))
    content = b'[{"number": 1.23e21, "holder_name": "\xe7\x94\xb2", "employment": "employee"}]'
    sheet = read_sheet(content, CLAIM, most_rows=10, most_bytes=10**6)
    good = sheet_of([row(first)])
    both = Sheet(sha256=good.sha256, source="JSON", values=good.values, cells=good.cells, wrong=sheet.wrong)
    assert (await drafted(employer, both)).faulty == 1


async def test_a_small_draft_is_decided_when_it_is_submitted(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4), robot(3))
    claim = await submitted(employer, await drafted(employer, sheet_of([row(each) for each in numbers])))
    assert (claim.state, claim.total, claim.tally.undecided) == (ClaimState.SUBMITTED, 410_000, 0)


@pytest.mark.usefixtures("small_chunks")
async def test_a_large_draft_is_decided_in_chunks_as_all_at_once(employer: Claimant) -> None:
    person = await employer.certified(lathe(5), lathe(4), robot(4), robot(3), holder="E30000001")
    others = await employer.certified(*[lathe(4)] * 7)
    numbers = [*person, *others]
    async with employer.works() as work:
        at_once = await preview_claim(employer.asks(*numbers), work)
    draft = await drafted(employer, sheet_of([row(each) for each in numbers]))
    claim = await submitted(employer, draft)
    assert (claim.state, claim.tally.undecided) == (ClaimState.DECIDING, 11)
    async with employer.works() as work:
        chunks = [each for each in await chunks_to_decide(work) if each == claim.id]
    assert len(chunks) == 4
    for chunk in chunks:
        async with employer.works() as work:
            await decide_chunk(chunk, work)
    decided = await employer.now(claim)
    assert decided.state is ClaimState.SUBMITTED
    assert [
        (each.amount, each.decision and each.decision.outcome) for each in await employer.items(claim)
    ] == [(each.decision.amount, each.decision.outcome) for each in at_once.items]


@pytest.mark.usefixtures("small_chunks")
async def test_a_worker_that_is_killed_in_a_chunk_leaves_it_to_be_decided_once(employer: Claimant) -> None:
    numbers = await employer.certified(*[lathe(4)] * 5)
    claim = await submitted(employer, await drafted(employer, sheet_of([row(each) for each in numbers])))
    async with employer.works() as work:
        await decide_chunk(claim.id, work)
    with pytest.raises(ConnectionError):
        await killed_while_deciding(employer, claim)
    assert (await employer.now(claim)).tally.undecided == 2
    async with employer.works() as work:
        await decide_chunk(claim.id, work)
    async with employer.works() as work:
        assert await decide_chunk(claim.id, work) is None
    decided = await employer.now(claim)
    assert (decided.state, decided.total) == (ClaimState.SUBMITTED, 5 * 150_000)
    assert {each.version for each in await employer.items(claim)} == {2}


@pytest.mark.usefixtures("small_chunks")
async def test_two_workers_never_decide_the_same_chunk(employer: Claimant) -> None:
    numbers = await employer.certified(*[lathe(4)] * 5)
    claim = await submitted(employer, await drafted(employer, sheet_of([row(each) for each in numbers])))
    async with employer.works() as first:
        assert await decide_chunk(claim.id, first) is not None
        async with employer.works() as second:
            assert await decide_chunk(claim.id, second) is None


@pytest.mark.usefixtures("small_chunks")
async def test_a_draft_is_tried_out_with_nothing_kept(employer: Claimant) -> None:
    person = await employer.certified(lathe(5), lathe(4), robot(4), robot(3), robot(2), holder="E30000002")
    others = await employer.certified(lathe(4), lathe(3))
    draft = await drafted(employer, sheet_of([row(each) for each in (*person, *others)]))
    async with employer.works() as work:
        trial = await try_claim(draft.id, employer.uscc, work)
    claim = await submitted(employer, await employer.now(draft))
    for _ in range(3):
        async with employer.works() as work:
            await decide_chunk(claim.id, work)
    decided = await employer.now(claim)
    refused = sum(each.state is ItemState.REFUSED for each in await employer.items(claim))
    assert (trial.total, trial.payable, trial.refused) == (decided.total, decided.tally.payable, refused)


async def test_a_draft_that_is_withdrawn_claims_nothing(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    draft = await drafted(employer, sheet_of([row(each) for each in numbers]))
    async with employer.works() as work:
        own = OnOwnClaim(claim_id=draft.id, seen=draft.version, holder=employer.uscc)
        await withdraw_claim(own, work)
    assert [each.state for each in await employer.items(draft)] == [ItemState.VOID]
    assert (await employer.claims(*numbers)).total == 150_000
