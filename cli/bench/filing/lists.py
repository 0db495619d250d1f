"""Lists: a page of a large register beside the same page of a small one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from cli.bench.actors import on_stage
from cli.bench.contest import Comparison, Measure, Trail
from cli.bench.filing.ground import Place
from cli.bench.filing.requests import bearer
from cli.bench.filing.seed import deep_cursors
from cli.bench.filing.stage import Stage
from cli.bench.load import Ask, Errand

PAGES: Mapping[str, tuple[str, str]] = {
    "queue, first page": ("district", "/v1/filings?size=50"),
    "queue, deep page": ("district", "/v1/filings?size=50&cursor={queue}"),
    "queue, by state": ("district", "/v1/filings?size=50&state=accepted"),
    "queue, overdue": ("district", "/v1/filings?size=50&overdue=true"),
    "city's queue, deep page": ("city", "/v1/filings?size=50&cursor={city}"),
    "register, first page": ("district", "/v1/institutions?size=50"),
    "register, deep page": ("city", "/v1/institutions?size=50&cursor={register}"),
    "register, by category": ("city", "/v1/institutions?size=50&category=technical_school"),
}


@asynccontextmanager
async def lists(stage: Stage) -> AsyncIterator[Sequence[Comparison]]:
    """Each page's median and 99th percentile; the ratio is that of the large register to the small one.

    Both are served all the while, so that the same page of either is read within the same seconds.
    """
    few, many = stage.ground.few, stage.ground.many
    async with _reading(few) as from_few, _reading(many) as from_many:
        yield [_page(stage, page, many=from_many[page], few=from_few[page]) for page in PAGES]


@asynccontextmanager
async def _reading(place: Place) -> AsyncIterator[Mapping[str, Errand]]:
    """How each page is asked for at this place."""
    cursors = await deep_cursors(place.url)
    async with on_stage("cli.bench.filing.ours") as server, server.prepared("serve", place.cue):
        there = await server.go()
        yield {
            page: Errand(
                base=there["base"],
                ask=Ask(path=path.format_map(cursors), headers=bearer(there["tokens"][who])),
            )
            for page, (who, path) in PAGES.items()
        }


def _page(stage: Stage, page: str, *, many: Errand, few: Errand) -> Comparison:
    def read(errand: Errand) -> Measure:
        async def measure() -> Sequence[float]:
            return (await stage.leaf(errand)).percentiles

        return measure

    name = f"{page} of {stage.sizes.many:,}"
    return Comparison(
        title=name,
        paths=(Trail(name=f"{name}, p50", unit="ms"), Trail(name=f"{name}, p99", unit="ms")),
        ours=read(many),
        peers={f"of {stage.sizes.few:,}": read(few)},
    )
