"""The benches there are."""

from cli.bench.contest import Bench
from cli.bench.smoke import smoke

BENCHES: dict[str, Bench] = {"smoke": smoke}
