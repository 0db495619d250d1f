"""The notice played end to end, step after step."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from rich.console import Console

from cli.demo import filings, money, quality
from cli.demo.stage import Stage, Venue, staged
from cli.demo.telling import Step, Tale
from cli.suite.database import SERVICES
from shared.clock import SHANGHAI
from shared.observability import current_traceparent

# A Monday in a year whose holidays are known; the same whenever the story is played.
OPENS_AT = datetime(2024, 3, 4, 9, tzinfo=SHANGHAI)
_TRACE_ID = slice(3, 35)
_SETTLE_SECONDS = 20.0

Act = Callable[[Stage, Step, Tale], Awaitable[None]]


def _without_tale(act: Callable[[Stage, Step], Awaitable[None]]) -> Act:
    async def acted(stage: Stage, step: Step, tale: Tale) -> None:
        del tale
        await act(stage, step)

    return acted


STEPS: tuple[tuple[str, tuple[str, ...], Act], ...] = (
    (
        "央企驻宁单位：一次备案、全省认可",
        ("N2.1",),
        _without_tale(filings.recognised_province_wide),
    ),
    (
        "市属企业：优先纳入，评估、公示、登记，一牌一证",
        ("N1.1", "N2.2", "N2.8"),
        _without_tale(filings.municipal_enterprise),
    ),
    ("职业院校：只能评价本校学生", ("N2.3",), _without_tale(filings.vocational_school)),
    ("地方龙头企业：社会评价，区再次评估，抄报市级", ("N2.4",), _without_tale(filings.leading_enterprise)),
    ("用人单位直接申领补贴，紧缺高技能上浮 30%", ("N1.4", "N1.6", "N1.7"), money.claims),
    ("质量督导：整改、逾期暂停、恢复", ("N3.3",), quality.suspended_and_resumed),
    ("每一步都是一条贯穿各服务的链路", (), quality.one_trace_a_step),
)


async def play(venue: Venue, console: Console, *, on_step: Callable[[Step], None] = lambda _: None) -> Tale:
    """Play all of it; what went wrong is in the tale, not raised. `on_step` is called before each step."""
    tale = Tale(bus=venue.bus, console=console)
    started = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{text}[/]")

    async with staged(venue, opens_at=OPENS_AT, say=say) as stage:
        for title, clauses, act in STEPS:
            step = tale.begin(title, *clauses)
            on_step(step)
            await _played(stage, step, (tale, act))
            if not step.ok:
                break
        await _summed_up(stage, tale)
    tale.seconds = time.monotonic() - started
    return tale


async def _played(stage: Stage, step: Step, what: tuple[Tale, Act]) -> None:
    tale, act = what
    with stage.telemetry.span(f"step {step.id}"):
        step.trace_id = (current_traceparent() or "")[_TRACE_ID]
        try:
            await act(stage, step, tale)
        except Exception as fault:  # the step has failed; the tale is told to its end all the same
            step.check(f"{type(fault).__name__}: {fault}", held=False)
    await _settled(stage)


async def _settled(stage: Stage) -> None:
    """Let what a step set going come to rest."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while time.monotonic() < deadline:
        waiting = [
            await stage.count(service, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
            + await stage.count(
                service,
                "SELECT count(*) FROM exchange_intent WHERE state IN ('owed', 'delivered', 'accepted')",
            )
            for service in SERVICES
        ]
        if not any(waiting):
            break
        await asyncio.sleep(0.02)


async def _summed_up(stage: Stage, tale: Tale) -> None:
    tale.accounts_opened = await stage.count("accounts", "SELECT count(*) FROM account")
    parked = "SELECT count(*) FROM held_message WHERE state = 'parked'"
    tale.spans = stage.collector.spans()
    tale.parked_messages = sum([await stage.count(service, parked) for service in SERVICES])
