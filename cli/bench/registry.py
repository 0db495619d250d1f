"""The benches there are; a bench is loaded when it is asked for."""

from importlib import import_module

from cli.bench.contest import Arena, Bench, Say

_PLACES = {
    "smoke": "cli.bench.smoke",
    "filing": "cli.bench.filing",
    "subsidy": "cli.bench.subsidy",
    "statistics": "cli.bench.subsidy.statistics",
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
