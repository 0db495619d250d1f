"""`njt bench subsidy` in miniature: the same fen from all, every row explained, and one winner of fifty."""

from array import array
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from cli.bench.actors import Actor, on_stage
from cli.bench.contest import NothingMeasured
from cli.bench.registry import BENCHES, QUICK_BENCHES
from cli.bench.subsidy import openfisca, ours, peers
from cli.bench.subsidy.cohort import AT_ONCE, Cohort
from cli.bench.subsidy.contest import Sizes, Stage
from cli.bench.subsidy.ground import PEER, Ground, prepared
from cli.bench.subsidy.records import WORKER, working
from services.subsidy.domain.desk import Desks
from services.subsidy.domain.item import Item
from services.subsidy.domain.terms import Outcome
from services.subsidy.domain.verdict import Verdict
from services.subsidy.handlers import Work
from shared.persistence.unit_of_work import Works
from shared.policy import load_policy
from shared.settings import PolicySettings

COUNT = 400


def unheard(text: str) -> None:
    assert text


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return Cohort(load_policy(PolicySettings().folder), COUNT)


@pytest.fixture(scope="module")
def sums(cohort: Cohort) -> peers.Sums:
    return peers.Sums(columns=cohort.columns(), rates=cohort.rates(), uplift=cohort.uplift())


@pytest.fixture(scope="module")
async def ground() -> AsyncIterator[Ground]:
    async with prepared(unheard) as ground:
        yield ground


@pytest.fixture(scope="module")
async def actor() -> AsyncIterator[Actor]:
    async with on_stage("cli.bench.subsidy.ours") as actor:
        yield actor


@pytest.fixture(scope="module")
def stage(ground: Ground, actor: Actor, sums: peers.Sums) -> Stage:
    sizes, expected = Sizes(items=COUNT, steps=(40,)), peers.loop(sums).digest
    return Stage(ground=ground, actor=actor, sizes=sizes, sums=sums, expected=expected, say=unheard)


def test_the_subsidy_bench_is_registered_in_both_sizes() -> None:
    assert "subsidy" in BENCHES
    assert "subsidy" in QUICK_BENCHES


def decided(cohort: Cohort) -> list[Verdict]:
    desks = Desks()
    return [each for batch in cohort.claims() for each in ours.ruled(batch, desks, cohort.policy)[0].verdicts]


def test_our_amounts_are_those_of_plain_integers(cohort: Cohort, sums: peers.Sums) -> None:
    amounts = array("q", [each.amount for each in decided(cohort)])
    assert len(amounts) == COUNT
    assert peers.digest_of(amounts) == peers.loop(sums).digest


def test_some_are_paid_some_refused_and_some_wait(cohort: Cohort) -> None:
    assert {each.outcome for each in decided(cohort)} == set(Outcome)


async def test_one_statement_comes_to_the_same_fen(stage: Stage) -> None:
    await peers.fill(stage.ground.database, PEER, stage.sums)
    told = await peers.one_statement(stage.ground.database, PEER, stage.sums)
    assert told.digest == stage.expected


@pytest.mark.parametrize("role", ["store", "decide"])
async def test_what_is_stored_explains_itself(stage: Stage, role: str) -> None:
    answer = await stage.whole(role)
    assert answer["peak"] > 0
    assert (answer["grants"] > 0) is (role == "decide")
    async with working(stage.ground.database, load_policy(PolicySettings().folder)) as works:
        items = await _items(works, await _claims(stage.ground))
    assert len(items) == COUNT
    for item in items:
        assert item.decision is not None
        assert len(item.decision.rules) == 20
        assert item.decision.payable or item.decision.reasons
        assert item.decision.inputs_digest == sha256(item.inputs.encode()).hexdigest()


async def _claims(ground: Ground) -> list[UUID]:
    connection = await asyncpg.connect(ground.database, server_settings={"search_path": "subsidy"})
    try:
        await connection.execute("SELECT set_config('njt.everything', 'on', false)")
        return [row["id"] for row in await connection.fetch("SELECT id FROM claim")]
    finally:
        await connection.close()


async def _items(works: Works[Work], claims: list[UUID]) -> list[Item]:
    async with works(WORKER) as work:
        return [item for each in claims for item in await work.items.first(each, most=COUNT)]


async def test_a_claim_is_decided_the_same_by_the_worker_as_from_columns(stage: Stage) -> None:
    told = [await stage.whole(role) for role in ("decide only", "store", "decide")]
    assert len({each["digest"] for each in told}) == 1


async def test_of_fifty_claims_at_once_one_wins(stage: Stage) -> None:
    answer = await stage.ours("race", 1)
    assert (answer["won"], answer["live"]) == (1, 1)
    assert AT_ONCE == 50


def test_amounts_that_differ_are_no_measurement(stage: Stage) -> None:
    with pytest.raises(NothingMeasured, match="loop"):
        replace(stage, expected="").same("ours", stage.expected)


async def test_without_a_package_index_openfisca_is_said_to_be_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    told: list[str] = []
    assert await openfisca.provide(tmp_path, told.append) is None
    assert "not measured" in told[-1]
