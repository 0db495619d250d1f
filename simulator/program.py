"""The simulator as a program: connected to a broker, telling what crosses, until its story is over or it is stopped."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from shared.contracts.province import MessageCode, Receipt
from simulator.amqp import AmqpLine
from simulator.counterpart import Counterpart, Crossing
from simulator.keys import PeerKeys, ProvinceKey
from simulator.scenario import Step, play, read_scenario


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says: `seconds` for each message's conclusion, `stay` after the scenario's end."""

    url: str
    key: Path
    peers: Path
    scenario: Path | None = None
    seconds: float = 60.0
    stay: bool = False


def simulate(options: Options, console: Console) -> int:
    """Run until the scenario is over or a signal comes; 1 unless every message of the scenario was carried out.

    Raises KeyFileError or ScenarioError before anything is sent.
    """
    steps = read_scenario(options.scenario) if options.scenario else []
    counterpart = Counterpart(
        ProvinceKey.from_file(options.key),
        PeerKeys.from_file(options.peers),
        AmqpLine(options.url),
        SystemClock(),
        observe=lambda crossing: _say(console, _line(crossing)),
    )
    performance = _Performance(counterpart, steps, options, console)
    asyncio.run(_until_stopped(performance))
    return 0 if performance.done == len(steps) else 1


class _Performance:
    """The counterpart at work, and how much of its scenario was carried out."""

    def __init__(
        self, counterpart: Counterpart, steps: Sequence[Step], options: Options, console: Console
    ) -> None:
        self.done = 0
        self._counterpart = counterpart
        self._steps = steps
        self._options = options
        self._console = console

    async def run(self) -> None:
        async with self._counterpart.running():
            _say(self._console, "[green]已接通 · The line is open[/]")
            async for step, receipt in play(self._counterpart, self._steps, seconds=self._options.seconds):
                self._conclude(step, receipt)
            if self._options.stay or not self._steps:
                await asyncio.Event().wait()

    def _conclude(self, step: Step, receipt: Receipt | None) -> None:
        if receipt is not None and receipt.ok:
            self.done += 1
            return
        why = f"{receipt.reason_code} {receipt.reason}" if receipt else "没有回执 · no receipt in time"
        _say(self._console, f"[red]✗ {escape(f'{step.send} {step.business_key}: {why}')}[/]")


async def _until_stopped(performance: _Performance) -> None:
    work = asyncio.create_task(performance.run())
    for stop in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stop, work.cancel)
    await asyncio.wait({work})
    if not work.cancelled():
        work.result()


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)


def _line(crossing: Crossing) -> str:
    """Time, direction, code, who with, place in the lane, business key and outcome; never the payload."""
    envelope = crossing.envelope
    arrow, peer = (
        ("[cyan]←[/]", envelope.sender) if crossing.incoming else ("[yellow]→[/]", envelope.receiver)
    )
    outcome = crossing.outcome
    if not crossing.incoming and envelope.code == MessageCode.RECEIPT:
        receipt = Receipt.model_validate(envelope.payload)
        outcome = f"{receipt.stage} {'ok' if receipt.ok else receipt.reason_code}"
    words = (envelope.code, peer, f"{envelope.lane}#{envelope.sequence}", envelope.business_key, outcome)
    return f"{envelope.issued_at:%H:%M:%S} {arrow} {escape('  '.join(words))}"
