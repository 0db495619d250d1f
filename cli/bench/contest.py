"""Measures contenders in turn, several rounds interleaved, so that whatever else the machine does touches all of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import chain
from math import isfinite
from statistics import median

from cli.bench.results import LIMIT, Result, Row
from shared.errors import Refusal

Say = Callable[[str], None]
Measure = Callable[[], Awaitable[Sequence[float]]]
"""Measures once: a number for each path of its comparison."""

OURS = "ours"


class NothingMeasured(Refusal):
    """测量结果无效 · A measurement gave no usable number."""

    code = "NJT-CLI-0010"


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What is measured, and in which unit."""

    name: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Ours, its peers and its limit under the same arrangement; `title` is what progress is told by."""

    paths: tuple[Trail, ...]
    ours: Measure
    peers: Mapping[str, Measure] = field(default_factory=dict)
    limit: Measure | None = None
    title: str = ""

    @property
    def contenders(self) -> dict[str, Measure]:
        return {OURS: self.ours, **self.peers, **({} if self.limit is None else {LIMIT: self.limit})}


Arena = AbstractAsyncContextManager[Sequence[Comparison]]
Bench = Callable[[Say], Arena]
"""Sets up what its comparisons need, and takes it down."""


async def hold(name: str, bench: Bench, *, rounds: int, say: Say) -> Result:
    """Run a bench; raises NothingMeasured when a contender answers with what no ratio can be made of."""
    async with bench(say) as comparisons:
        rows = [await _compare(each, rounds=rounds, say=say) for each in comparisons]
    return Result(name=name, rows=tuple(chain.from_iterable(rows)))


async def _compare(comparison: Comparison, *, rounds: int, say: Say) -> list[Row]:
    found: dict[str, list[Sequence[float]]] = {name: [] for name in comparison.contenders}
    title = comparison.title or " / ".join(path.name for path in comparison.paths)
    for number in range(1, rounds + 1):
        for name, measure in comparison.contenders.items():
            numbers = _usable(name, await measure(), len(comparison.paths))
            found[name].append(numbers)
            told = ", ".join(
                f"{number:,.1f} {path.unit}" for number, path in zip(numbers, comparison.paths, strict=True)
            )
            say(f"{title} · {number}/{rounds} · {name}: {told}")
    return [
        _row(path, {name: median(rounds[place] for rounds in found[name]) for name in found})
        for place, path in enumerate(comparison.paths)
    ]


def _usable(name: str, numbers: Sequence[float], wanted: int) -> Sequence[float]:
    if len(numbers) != wanted or not all(isfinite(number) and number > 0 for number in numbers):
        raise NothingMeasured(f"{name}: {list(numbers)}")
    return numbers


def _row(path: Trail, medians: dict[str, float]) -> Row:
    return Row(
        path=path.name,
        unit=path.unit,
        ours=medians.pop(OURS),
        limit=medians.pop(LIMIT, None),
        peers=medians,
    )
