"""What a case comes to: what must hold, what was seen, and whether it is that."""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Protocol

from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from simulator.conform.peer import Peer, Unlike


class Case(Protocol):
    """One thing that must hold, as its docstring says; returns what was seen, or raises Unlike or TimeoutError."""

    __name__: str
    __doc__: str | None

    def __call__(self, peer: Peer) -> Awaitable[str]: ...


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One case, played."""

    case: str
    expected: str
    seen: str
    ok: bool
    ms: int


def check(seen: object, expected: object) -> str:
    """Raises Unlike unless they are equal; says what was seen."""
    if seen != expected:
        raise Unlike(f"{seen} ≠ {expected}")
    return str(seen)


def names(cases: Iterable[Case]) -> list[str]:
    return [name_of(case) for case in cases]


def name_of(case: Case) -> str:
    return case.__name__.strip("_").replace("_", "-")


async def judge(peer: Peer, cases: Sequence[Case], *, told: Callable[[Verdict], None]) -> list[Verdict]:
    """Play the cases one after the other."""
    verdicts = []
    for case in cases:
        verdicts.append(await _judge(peer, case))
        told(verdicts[-1])
    return verdicts


async def _judge(peer: Peer, case: Case) -> Verdict:
    began = perf_counter()
    peer.silent = False
    try:
        seen, ok = await case(peer), True
    except Unlike as unlike:
        seen, ok = str(unlike), False
    except TimeoutError:
        seen, ok = "没有等到应答 · no answer in time", False
    except ValidationError as broken:
        seen, ok = f"应答字段有误 · {broken.error_count()} fields of the answer are at fault", False
    ms = round((perf_counter() - began) * 1000)
    expected = (case.__doc__ or "").splitlines()[0]
    return Verdict(case=name_of(case), expected=expected, seen=seen, ok=ok, ms=ms)


def as_table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(
        "用例 · case", "应有 · expected", "所见 · seen", "", "毫秒 · ms", title="符合性测试 · conformance"
    )
    for verdict in verdicts:
        mark = "[green]✓[/]" if verdict.ok else "[red]✗[/]"
        table.add_row(verdict.case, escape(verdict.expected), escape(verdict.seen), mark, str(verdict.ms))
    return table


def as_json(verdicts: Sequence[Verdict], *, role: str) -> str:
    """The report that is kept."""
    passed = sum(verdict.ok for verdict in verdicts)
    report = {
        "role": role,
        "passed": passed,
        "failed": len(verdicts) - passed,
        "cases": [asdict(verdict) for verdict in verdicts],
    }
    return json.dumps(report, ensure_ascii=False, indent=2)
