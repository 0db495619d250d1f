"""`njt bench subsidy` in miniature: the same fen from all, every row explained, and one winner of fifty."""

import json
from array import array
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from cli.bench.contest import NothingMeasured
from cli.bench.registry import BENCHES, QUICK_BENCHES
from cli.bench.subsidy import openfisca, ours, peers
from cli.bench.subsidy.cohort import AT_ONCE, Cohort
from cli.bench.subsidy.contest import Sizes, Stage
from cli.bench.subsidy.ground import PEER, Ground, prepared
from services.subsidy.domain.verdict import unpack_decision
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
def stage(ground: Ground, sums: peers.Sums) -> Stage:
    sizes = Sizes(items=COUNT, few=40)
    return Stage(ground=ground, sizes=sizes, sums=sums, expected=peers.loop(sums).digest, say=unheard)


def test_the_subsidy_bench_is_registered_in_both_sizes() -> None:
    assert "subsidy" in BENCHES
    assert "subsidy" in QUICK_BENCHES


def test_our_amounts_are_those_of_plain_integers(cohort: Cohort, sums: peers.Sums) -> None:
    amounts = array("q")
    rows = list(ours.rows_of(cohort, amounts))
    assert len(rows) == COUNT
    assert peers.digest_of(amounts) == peers.loop(sums).digest


def test_some_are_paid_some_refused_and_some_wait(cohort: Cohort) -> None:
    outcomes = Counter(row[-9] for row in ours.rows_of(cohort, array("q")))
    assert outcomes.keys() == {"payable", "refused", "pending"}


async def test_one_statement_comes_to_the_same_fen(stage: Stage) -> None:
    await peers.fill(stage.ground.database, PEER, stage.sums)
    told = await peers.one_statement(stage.ground.database, PEER, stage.sums)
    assert told.digest == stage.expected


async def test_what_is_stored_explains_itself(stage: Stage) -> None:
    answer = await stage.ours("decide", COUNT)
    assert answer["digest"] == stage.expected
    assert answer["peak"] > 0
    for row in await _stored(stage.ground):
        packed = {**row, "explanation": json.loads(row["explanation"]), "known_on": str(row["known_on"])}
        decision = unpack_decision(packed)
        assert len(decision.rules) == 20
        assert decision.payable or decision.reasons


async def _stored(ground: Ground) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(ground.database, server_settings={"search_path": "subsidy"})
    try:
        await connection.execute("SELECT set_config('njt.everything', 'on', false)")
        rows: list[asyncpg.Record] = await connection.fetch("SELECT * FROM claim_item")
    finally:
        await connection.close()
    assert len(rows) == COUNT
    return rows


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
