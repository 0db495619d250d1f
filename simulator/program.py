"""The simulator as a program: connected to a broker, telling what crosses, until its story is over or it is stopped."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.contracts.province import MessageCode, Receipt
from simulator.account import Account
from simulator.chasing import Habits
from simulator.connecting import line_to
from simulator.counterpart import Counterpart
from simulator.dialect import Dialect
from simulator.faults import FaultError, Faults, read_faults
from simulator.https import Doors
from simulator.keys import PeerKeys, ProvinceKey, announced_in
from simulator.outgoing import Crossing
from simulator.scenario import Scenario, Step, Steps, play
from simulator.store import Store
from simulator.story import read_story
from simulator.wire import SHANGHAI, day_of

_AT_ONCE = 200
_LOOKS, _LOOK_SECONDS = 100, 0.05


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
    story: str | None = None
    seconds: float = 60.0
    stay: bool = False
    store: Path | None = None
    announce: Path | None = None
    dialect: Path | None = None
    faults: Sequence[str] = ()
    seed: int = 0
    habits: Habits = field(default_factory=Habits)
    doors: Doors = field(default_factory=Doors)
    as_json: bool = False

    def steps(self) -> Steps:
        """What is to be sent; raises ScenarioError."""
        if self.story is not None:
            return read_story(self.story, today=day_of(SystemClock().now()))
        return Scenario(self.scenario) if self.scenario else ()

    def tongue(self) -> Dialect:
        """What is spoken; raises ProfileError."""
        return Dialect.from_file(self.dialect) if self.dialect else Dialect()

    def asked_faults(self) -> Faults:
        """Raises FaultError."""
        faults = read_faults(self.faults, seed=self.seed)
        if faults.rotate_after and self.announce is None:
            raise FaultError(
                "换钥须指明公钥文件 --public · A rotated key needs the file it is announced in: --public"
            )
        return faults


def simulate(options: Options, console: Console) -> int:
    """Run until the scenario is over or a signal comes; 1 unless every message of the scenario was carried out.

    Raises KeyFileError, ProfileError, ScenarioError, FaultError, StoreError or DoorsError before anything is sent.
    """
    steps, dialect = options.steps(), options.tongue()
    shown = Console(stderr=True) if options.as_json else console
    counterpart = Counterpart(
        ProvinceKey.from_file(options.key, dialect.algorithm),
        PeerKeys.from_file(options.peers),
        line_to(options.url, options.doors, name="njt-province-simulator"),
        SystemClock(),
        dialect=dialect,
        faults=options.asked_faults(),
        store=Store(options.store),
        habits=options.habits,
        announce=announced_in(options.announce) if options.announce else None,
        observe=(lambda _: None) if options.story else lambda crossing: _say(shown, _line(crossing)),
    )
    performance = _Performance(counterpart, steps, options, shown)
    asyncio.run(_until_stopped(performance))
    if options.as_json:
        console.print(performance.account.as_json(counterpart), highlight=False, soft_wrap=True, markup=False)
    else:
        console.print(performance.account.as_table(counterpart))
    return 0 if performance.account.ends["done"] == len(steps) else 1


class _Performance:
    """The counterpart at work, and how much of its scenario was carried out."""

    def __init__(self, counterpart: Counterpart, steps: Steps, options: Options, console: Console) -> None:
        self.account = Account()
        self._counterpart = counterpart
        self._steps = steps
        self._options = options
        self._console = console

    async def run(self) -> None:
        at_once = _AT_ONCE if self._options.story else 1
        async with self._counterpart.running():
            _say(self._console, "[green]已接通 · The line is open[/]")
            with self._progress() as progress:
                told = play(self._counterpart, self._steps, seconds=self._options.seconds, at_once=at_once)
                async for step, receipt in told:
                    self._conclude(step, receipt)
                    progress.advance(progress.task_ids[0])
            if self._options.stay or not len(self._steps):
                await asyncio.Event().wait()
            await self._said()

    async def _said(self) -> None:
        """Let what is being said leave; not for ever, for the city may be away."""
        for _ in range(_LOOKS):
            if self._counterpart.at_rest:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    @contextmanager
    def _progress(self) -> Iterator[Progress]:
        """How far a made-up story is; a scenario is seen by its messages."""
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns, console=self._console, disable=not self._options.story) as progress:
            progress.add_task("讲述 · telling", total=len(self._steps))
            yield progress

    def _conclude(self, step: Step, receipt: Receipt | None) -> None:
        self.account.conclude(receipt)
        if receipt is None or not receipt.ok:
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
    issued = envelope.issued_at.astimezone(SHANGHAI)
    return f"{issued:%H:%M:%S} {arrow} {escape('  '.join(words))}"
