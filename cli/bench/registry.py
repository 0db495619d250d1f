"""The benches there are."""

from functools import partial

from cli.bench.contest import Bench
from cli.bench.filing import filing
from cli.bench.filing.sizes import SMALL
from cli.bench.smoke import QUICK, smoke

BENCHES: dict[str, Bench] = {"smoke": smoke, "filing": filing}
QUICK_BENCHES: dict[str, Bench] = {
    "smoke": partial(smoke, sizes=QUICK),
    "filing": partial(filing, sizes=SMALL),
}
"""The same in small, to see that they run; their numbers mean nothing."""
