"""`njt bench statistics` in miniature: every overview is asked of many and of few, and the accounts agree."""

import math

from cli.bench.contest import hold
from cli.bench.registry import BENCHES, QUICK_BENCHES
from cli.bench.subsidy.statistics import OVERVIEWS, Sizes, statistics


async def test_every_overview_is_measured_beside_the_same_one_of_few() -> None:
    sizes = Sizes(few=400, many=800, times=2)
    said: list[str] = []
    result = await hold("statistics", lambda say: statistics(say, sizes), rounds=1, say=said.append)
    for overview in OVERVIEWS:
        rows = [row for row in result.rows if overview in row.path]
        assert [row.unit for row in rows] == ["ms", "ms"]
        assert all(math.isfinite(row.ratios["of 400"]) for row in rows)
    assert any("counted anew" in row.path for row in result.rows)


def test_the_statistics_bench_is_registered_in_both_sizes() -> None:
    assert {"statistics"} <= BENCHES.keys() & QUICK_BENCHES.keys()
