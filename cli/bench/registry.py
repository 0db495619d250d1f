"""The benches there are; a bench is loaded when it is asked for."""

from importlib import import_module

from cli.bench.contest import Arena, Bench, Say
from cli.bench.results import Trial

FAULTS = "faults"

_PLACES = {
    "smoke": "cli.bench.smoke",
    "filing": "cli.bench.filing",
    "subsidy": "cli.bench.subsidy",
    "statistics": "cli.bench.subsidy.statistics",
    "exchange": "cli.bench.exchange",
}


def _of(name: str, size: str) -> Bench:
    def bench(say: Say) -> Arena:
        module = import_module(_PLACES[name])
        arena: Arena = getattr(module, name)(say, getattr(module, size))
        return arena

    return bench


BENCHES: dict[str, Bench] = {name: _of(name, "FULL") for name in _PLACES}
QUICK_BENCHES: dict[str, Bench] = {name: _of(name, "SMALL") for name in _PLACES}
"""The same in small, to see that they run; their numbers mean nothing."""


async def tried_faults(say: Say, *, at_scale: bool, quick: bool) -> Trial:
    """Every fault of the exchange tried; measures nothing, so it is no contest."""
    faults = import_module("cli.bench.faults").faults
    trial: Trial = await faults(say, at_scale=at_scale, quick=quick)
    return trial
