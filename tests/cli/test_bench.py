"""`njt bench`: who is measured in which order, what is made of it, and the smoke bench in miniature."""

import json
import math
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import bench as command
from cli.bench.actors import ActorFailed, Cue, on_stage
from cli.bench.contest import Bench, Comparison, Measure, NothingMeasured, Trail, hold
from cli.bench.ground import own_servers, prepared
from cli.bench.registry import BENCHES
from cli.bench.results import Row
from cli.bench.smoke import Sizes, staged
from cli.main import create_app
from shared.settings import REPOSITORY

RATE = (Trail(name="path", unit="msg/s"),)


def answering(*answers: Sequence[float]) -> Measure:
    """A contender that measures these one after the other."""
    remaining: Iterator[Sequence[float]] = iter(answers)

    async def measure() -> Sequence[float]:
        return next(remaining)

    return measure


def unheard(text: str) -> None:
    assert text


def bench_of(*comparisons: Comparison) -> Bench:
    @asynccontextmanager
    async def bench(say: Callable[[str], None]) -> AsyncIterator[Sequence[Comparison]]:
        say("ready")
        yield comparisons

    return bench


TINY = Comparison(
    paths=RATE,
    ours=answering([50], [40], [900]),
    peers={"raw": answering([100], [100], [1])},
    limit=answering([200], [400], [200]),
)


def test_the_smoke_bench_is_registered() -> None:
    assert "smoke" in BENCHES


def test_a_bench_that_does_not_exist_is_refused_with_those_that_do() -> None:
    done = CliRunner().invoke(create_app(), ["bench", "quick"])
    assert done.exit_code == 2
    assert "smoke" in done.output


def test_a_ratio_is_ours_divided_by_the_other() -> None:
    row = Row(path="p", unit="ms", ours=3.0, peers={"slow": 12.0, "quick": 1.5}, limit=1.0)
    assert row.ratios == {"slow": 0.25, "quick": 2.0, "limit": 3.0}


def test_without_a_limit_there_is_no_ratio_to_it() -> None:
    row = Row(path="p", unit="ms", ours=3.0, peers={"slow": 9.0})
    assert row.as_json() == {
        "path": "p",
        "unit": "ms",
        "ours": 3.0,
        "peers": {"slow": 9.0},
        "limit": None,
        "ratios": {"slow": 0.333},
    }


async def test_contenders_take_turns_round_by_round() -> None:
    turns: list[str] = []

    def contender(name: str) -> Measure:
        async def measure() -> Sequence[float]:
            turns.append(name)
            return [1.0]

        return measure

    comparison = Comparison(
        paths=RATE, ours=contender("ours"), peers={"peer": contender("peer")}, limit=contender("limit")
    )
    await hold("turns", bench_of(comparison), rounds=2, say=turns.append)
    assert [turn for turn in turns if turn in ("ours", "peer", "limit")] == ["ours", "peer", "limit"] * 2


async def test_one_measurement_may_answer_for_several_paths() -> None:
    paths = (Trail(name="p50", unit="ms"), Trail(name="p99", unit="ms"))
    comparison = Comparison(paths=paths, ours=answering([4, 20]), peers={"raw": answering([8, 10])})
    result = await hold("two", bench_of(comparison), rounds=1, say=unheard)
    assert [(row.path, row.ours, row.ratios) for row in result.rows] == [
        ("p50", 4, {"raw": 0.5}),
        ("p99", 20, {"raw": 2.0}),
    ]


@pytest.mark.parametrize("numbers", [[0.0], [math.nan], [math.inf], [-1.0], [], [1.0, 2.0]])
async def test_what_no_ratio_can_be_made_of_is_refused(numbers: list[float]) -> None:
    comparison = Comparison(paths=RATE, ours=answering([1.0]), peers={"raw": answering(numbers)})
    with pytest.raises(NothingMeasured, match="raw"):
        await hold("none", bench_of(comparison), rounds=1, say=unheard)


def test_with_json_only_the_object_is_printed_and_the_same_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(BENCHES, "tiny", bench_of(TINY))
    monkeypatch.setattr(command, "RESULTS", tmp_path / "bench-results")
    done = CliRunner().invoke(create_app(), ["bench", "tiny", "--json", "--rounds", "3"])
    assert done.exit_code == 0, done.output
    wanted = {
        "name": "tiny",
        "rows": [
            {
                "path": "path",
                "unit": "msg/s",
                "ours": 50,
                "peers": {"raw": 100},
                "limit": 200,
                "ratios": {"raw": 0.5, "limit": 0.25},
            }
        ],
    }
    assert json.loads(done.stdout) == wanted
    assert done.stdout.count("\n") == 1
    assert "3/3" in done.stderr
    assert json.loads((tmp_path / "bench-results" / "tiny.json").read_text(encoding="utf-8")) == wanted


def test_results_are_kept_where_git_does_not_look() -> None:
    assert command.RESULTS.parent == REPOSITORY
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert f"{command.RESULTS.name}/" in ignored


async def test_a_part_that_fails_is_told_and_its_process_plays_on() -> None:
    cue = Cue(database="", broker="amqp://127.0.0.1:1/", collector="", keys=Path(), count=1)
    async with on_stage("cli.bench.peers.parts") as actor:
        for role in ("nobody", "publish"):
            with pytest.raises(ActorFailed, match="KeyError" if role == "nobody" else "Connect"):
                await actor.ask(role, cue)


async def test_the_smoke_bench_measures_every_path_with_its_peers() -> None:
    tiny = Sizes(facts=60, transactions_seconds=0.2, most_transactions=400, steady=20, warm=10)
    said: list[str] = []

    @asynccontextmanager
    async def miniature(say: Callable[[str], None]) -> AsyncIterator[Sequence[Comparison]]:
        async with own_servers(say) as servers, prepared(servers) as cue, staged(cue, tiny) as comparisons:
            yield comparisons

    result = await hold("miniature", miniature, rounds=1, say=said.append)
    delay = "fact → effect in the next service at 200/s"
    assert {row.path: (row.unit, set(row.peers)) for row in result.rows} == {
        "events through outbox → RabbitMQ → inbox with effect": (
            "msg/s",
            {"aio_pika batch of 50", "aio_pika one tx each"},
        ),
        "relay: claim → publish → mark": ("msg/s", {"aio_pika gathered 500"}),
        "state + outbox in one transaction, 8 at once": ("tx/s", {"asyncpg plain"}),
        f"{delay}, p50": ("ms", {"poll 100 ms, one tx each"}),
        f"{delay}, p99": ("ms", {"poll 100 ms, one tx each"}),
    }
    assert all(number > 0 for row in result.rows for number in (row.ours, *row.others.values()))
