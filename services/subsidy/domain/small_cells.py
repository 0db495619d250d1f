"""小单元格: figures of so few people that they could be told by them are not shown to whoever is not in charge of them."""

from collections.abc import Sequence
from dataclasses import replace

from services.subsidy.domain.statistic import Answer, Kind, Line


def masked(answer: Answer, *, least: int) -> Answer:
    """The same with everything hidden that is of one to `least` - 1 people.

    Where that would hide a figure of one line only, the others and the total would give it away: then the one of the
    fewest people among the others is hidden as well. Different answers may still be held against each other.
    """
    lines, totals = list(answer.lines), answer.totals
    for kind in Kind:
        few = [place for place, line in enumerate(lines) if _is_few(line, kind, least)]
        if len(few) == 1:
            few += _next(lines, kind, least)
        for place in few:
            lines[place] = _hiding(lines[place], kind)
        if _is_few(totals, kind, least):
            totals = _hiding(totals, kind)
    return replace(answer, lines=lines, totals=totals)


def _is_few(line: Line, kind: Kind, least: int) -> bool:
    tally = line.tallies.get(kind)
    return tally is not None and 0 < tally.people < least


def _next(lines: Sequence[Line], kind: Kind, least: int) -> list[int]:
    """The line of the fewest people among those that would be shown, if there is one."""
    told = [
        (line.tallies[kind].people, place)
        for place, line in enumerate(lines)
        if kind in line.tallies and line.tallies[kind].people >= least
    ]
    return [min(told)[1]] if told else []


def _hiding(line: Line, kind: Kind) -> Line:
    return replace(line, hidden=line.hidden | {kind})
