"""The kit as the city, against the simulator: green when it behaves, red where it misbehaves."""

import json

import pytest

from simulator.conform.program import CASES, ChoiceError, chosen
from simulator.conform.verdict import as_json, name_of
from simulator.dialect import Dialect
from simulator.faults import Faults
from tests.shared.province.tongues import OTHER
from tests.simulator.conform.kit import laid, red

QUEUE_ORDER, ONE_ACT = "queue-order", "says-one-thing-of-an-act"
GOOD, SIGNED, CLOCK = "accepted-and-done", "everything-signed", "clock-is-right"
ASKS, STATUS = "asks-before-it-repeats", "status-unknown"


async def test_a_province_that_behaves_is_green_in_every_case() -> None:
    async with laid() as table:
        verdicts = await table.play()
    assert red(verdicts) == []
    assert list(verdicts) == [name_of(case) for case in CASES]
    assert all(verdict.expected.endswith(".") for verdict in verdicts.values())


async def test_so_it_is_in_any_dialect() -> None:
    async with laid(dialect=Dialect.from_file(OTHER)) as table:
        verdicts = await table.play()
    assert red(verdicts) == []
    assert list(verdicts) == [name_of(case) for case in CASES]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (Faults(drop=1.0), [GOOD, STATUS, SIGNED]),
        (Faults(corrupt=1.0), [GOOD, STATUS, SIGNED]),
        (Faults(delay=1.0), [GOOD, STATUS, SIGNED]),
        (Faults(delay_seconds=2), [GOOD, STATUS, SIGNED]),
        (Faults(slow_seconds=2), [GOOD, STATUS, SIGNED]),
        (Faults(down_seconds=5, seed=10), [GOOD, STATUS, SIGNED]),
        (Faults(wrong_key=1.0), [GOOD, STATUS, SIGNED]),
        (Faults(corrupt_signature=True), [GOOD, STATUS, SIGNED]),
        (Faults(rotate_after=2), [STATUS, SIGNED]),
        (Faults(unknown_version=1.0), [GOOD, STATUS, SIGNED]),
        (Faults(schema_version="99"), [GOOD, STATUS, SIGNED]),
        (Faults(reject={"*": "PROV-0001"}), [GOOD]),
        (Faults(drop_receipts=1), [GOOD]),
    ],
    ids=lambda it: str(it)[:60] if isinstance(it, Faults) else "",
)
async def test_what_goes_wrong_on_the_way_is_red_and_nothing_else(
    faults: Faults, expected: list[str]
) -> None:
    async with laid(faults=faults, answer=0.3) as table:
        verdicts = await table.play(GOOD, STATUS, SIGNED)
    assert red(verdicts) == expected


@pytest.mark.parametrize(
    ("faults", "case"),
    [
        (Faults(reorder=0.3, seed=0), QUEUE_ORDER),
        (Faults(clock_skew_seconds=3600), CLOCK),
        (Faults(other_content=1.0), ONE_ACT),
        (Faults(duplicate=1.0), ASKS),
    ],
)
async def test_what_a_province_does_wrongly_is_red_where_it_is_wrong(faults: Faults, case: str) -> None:
    async with laid(faults=faults, answer=1.0) as table:
        verdicts = await table.play(GOOD, STATUS, case)
    assert red(verdicts) == [case]


async def test_a_message_that_comes_again_is_no_fault_of_anybody() -> None:
    async with laid(faults=Faults(duplicate=0.5, replay=0.5, seed=5)) as table:
        verdicts = await table.play(*(name_of(case) for case in CASES if name_of(case) != ASKS))
    assert red(verdicts) == []
    assert table.counterpart.faults.counts["replay"] > 10


async def test_a_province_that_does_not_ask_for_what_is_missing_is_red() -> None:
    async with laid(habits_seconds=60, answer=0.3, chase=0.3) as table:
        verdicts = await table.play("gap", ASKS, GOOD)
    assert red(verdicts) == ["gap", ASKS]
    assert verdicts["gap"].seen == "没有等到应答 · no answer in time"


async def test_a_report_says_what_was_expected_and_seen() -> None:
    async with laid(faults=Faults(reject={"*": "PROV-0001"})) as table:
        verdicts = await table.play(GOOD, STATUS)
    report = json.loads(as_json(list(verdicts.values()), role="city"))
    assert (report["role"], report["passed"], report["failed"]) == ("city", 1, 1)
    first, second = report["cases"]
    assert (first["case"], first["ok"], second["ok"]) == (GOOD, False, True)
    assert first["seen"] == "technical ok, business PROV-0001 ≠ technical ok, business ok"
    assert set(first) == {"case", "expected", "seen", "ok", "ms"}


def test_a_case_that_there_is_not_is_refused() -> None:
    with pytest.raises(ChoiceError, match="No such case: courage"):
        chosen(["courage"])
