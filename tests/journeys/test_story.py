"""The notice played end to end in one process; every span of it received over OTLP."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from cli.collector import Span
from cli.demo.stage import Venue
from cli.demo.story import STEPS, play
from cli.demo.telling import Tale


@pytest.fixture(scope="module")
async def tale(postgres_url: str, story_folder: Callable[[str], Path]) -> Tale:
    venue = Venue(postgres_url=postgres_url, folder=story_folder("story"), database="njt_test_story")
    return await play(venue, Console(quiet=True))


async def test_every_step_ends_as_the_notice_says(tale: Tale) -> None:
    assert [step.failures for step in tale.steps] == [[] for _ in STEPS]
    assert all(step.checks > 0 for step in tale.steps)
    assert tale.ok


async def test_nothing_is_left_for_a_person(tale: Tale) -> None:
    assert tale.parked_messages == 0
    assert (tale.accounts_opened, tale.suspended) == (5, 1)


async def test_n1_7_a_shortage_certificate_at_level_3_is_paid_130_per_cent_and_no_other_is(
    tale: Tale,
) -> None:
    paid = [(each["level"], each["shortage"], each["amount_fen"], each["outcome"]) for each in tale.claims]

    assert paid == [
        (4, False, 150_000, "paid"),
        (3, True, 260_000, "paid"),
        (3, False, 200_000, "paid"),
        (4, False, 0, "refused"),
    ]
    assert ["N1.7" in each["basis"] for each in tale.claims] == [False, True, False, False]


async def test_the_json_has_the_promised_shape(tale: Tale) -> None:
    told = tale.as_json()

    assert list(told) == [
        "ok",
        "bus",
        "steps",
        "accounts_opened",
        "claims",
        "suspended",
        "parked_messages",
        "seconds",
    ]
    assert told["bus"] == "memory"
    assert all(len(step["trace_id"]) == 32 and step["services"] for step in told["steps"])


async def test_one_trace_runs_from_the_request_through_four_services_to_the_province(tale: Tale) -> None:
    trace = next(step.trace_id for step in tale.steps if step.id == "6")
    spans = {span.span_id: span for span in tale.spans if span.trace_id == trace}
    told = _named(spans, "send ACCOUNT_CHANGED", "njt-accounts")

    path = _ancestors(told, spans)

    assert path[-1].service == "njt-portal"
    assert not path[-1].parent_id
    assert _in_order(
        [(span.service, span.name) for span in path],
        [
            ("njt-accounts", "handle filing.institution-suspended.v1"),
            ("njt-filing", "handle supervision.institution-sanctioned.v1"),
            ("njt-supervision", "suspend-overdue"),
        ],
    )
    frozen = _named(spans, "handle filing.institution-suspended.v1", "njt-subsidy")
    assert _ancestors(frozen, spans)[-1] == path[-1]


async def test_the_provinces_receipt_joins_the_trace_in_which_the_message_was_owed(tale: Tale) -> None:
    trace = tale.steps[0].trace_id
    spans = {span.span_id: span for span in tale.spans if span.trace_id == trace}

    receipt = _named(spans, "receive RECEIPT", "njt-accounts")

    assert "handle filing.institution-recognized.v1" in [span.name for span in _ancestors(receipt, spans)]


async def test_no_span_of_the_story_shows_an_identity_number(tale: Tale) -> None:
    shown = " ".join(f"{span.name} {span.attributes}" for span in tale.spans)

    assert "19900101" not in shown
    assert "测试员" not in shown


def _named(spans: dict[str, Span], name: str, service: str) -> Span:
    return next(span for span in spans.values() if (span.name, span.service) == (name, service))


def _ancestors(span: Span, spans: dict[str, Span]) -> list[Span]:
    path = [span]
    while path[-1].parent_id:
        path.append(spans[path[-1].parent_id])
    return path


def _in_order(path: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> bool:
    rest = iter(path)
    return all(each in rest for each in wanted)
