"""The kit as a program: plays the cases against whoever is on the line, and says how it went."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.markup import escape

from simulator.conform.cases import OF_MESSAGES, clock_is_right, everything_signed
from simulator.conform.peer import Patience, Peer
from simulator.conform.questions import OF_QUESTIONS
from simulator.conform.sides import Side, as_city, as_province
from simulator.conform.verdict import Case, Verdict, as_json, as_table, judge, name_of
from simulator.connecting import line_to
from simulator.dialect import Dialect
from simulator.https import Doors
from simulator.keys import PeerKeys, ProvinceKey
from simulator.program import SystemClock

Role = Literal["city", "province"]
CASES: tuple[Case, ...] = (*OF_MESSAGES, *OF_QUESTIONS, clock_is_right, everything_signed)


class ChoiceError(ValueError):
    """没有这个用例，或报告不可写 · No such case, or no place for the report."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    url: str
    key: Path
    peers: Path
    role: Role = "city"
    service: str = "filing"
    queue: str | None = None
    report: Path | None = None
    dialect: Path | None = None
    only: Sequence[str] = ()
    patience: Patience
    doors: Doors = field(default_factory=Doors)

    def side(self) -> Side:
        play = as_city if self.role == "city" else as_province
        return play(self.service, queue=self.queue)


def chosen(only: Sequence[str]) -> list[Case]:
    """The cases of these names, or all of them; raises ChoiceError."""
    known = {name_of(case): case for case in CASES}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise ChoiceError(f"没有这个用例 · No such case: {', '.join(unknown)} ({', '.join(known)})")
    return [case for name, case in known.items() if not only or name in only]


def conform(options: Options, console: Console) -> int:
    """Play the cases and print them; 1 if any of them is not as it must be.

    Raises KeyFileError, ProfileError, ChoiceError or DoorsError.
    """
    side, cases = options.side(), chosen(options.only)
    dialect = Dialect.from_file(options.dialect) if options.dialect else Dialect()
    peer = Peer(
        side,
        line_to(
            options.url,
            options.doors,
            name="njt-province-conform",
            queue=side.queue,
            routing_key=side.listens_to,
        ),
        key=ProvinceKey.from_file(options.key, dialect.algorithm),
        peers=PeerKeys.from_file(options.peers),
        clock=SystemClock(),
        dialect=dialect,
        patience=options.patience,
    )

    _check_report(options.report)
    verdicts = asyncio.run(_play(peer, cases, console))
    console.print(as_table(verdicts))
    if options.report is not None:
        options.report.write_text(as_json(verdicts, role=options.role), encoding="utf-8")
    return 0 if all(verdict.ok for verdict in verdicts) else 1


def _check_report(report: Path | None) -> None:
    """Before anything is played; raises ChoiceError."""
    try:
        if report is not None:
            report.touch()
    except OSError as problem:
        raise ChoiceError(f"报告文件不可写 · The report cannot be written: {problem}") from None


async def _play(peer: Peer, cases: Sequence[Case], console: Console) -> list[Verdict]:
    """Tells each verdict as it falls, and at a terminal that the next case, which may take minutes, is under way."""
    waiting = "测试中 · under way　{} / {}".format
    with console.status(waiting(1, len(cases))) as shown:
        judged = count(2)

        def say(verdict: Verdict) -> None:
            mark = "[green]✓[/]" if verdict.ok else "[red]✗[/]"
            console.print(f"{mark} {escape(verdict.case)}", highlight=False)
            shown.update(waiting(min(next(judged), len(cases)), len(cases)))

        async with peer.listening():
            return await judge(peer, cases, told=say)
