"""A campaign: what each institution costs when there are ten times as many."""

from cli.bench.contest import Comparison, Measure, Trail
from cli.bench.filing.seed import fill
from cli.bench.filing.serving import DISTRICT
from cli.bench.filing.stage import Stage, told

_STEPS = ("open", "hand out", "confirm")


def campaign(stage: Stage) -> Comparison:
    """Institutions a second in each step; the ratio is that of the large campaign to the small one."""
    many, few = stage.sizes.campaign, stage.sizes.short_campaign

    def of(count: int) -> Measure:
        return lambda: _gone_through(stage, count)

    return Comparison(
        title="campaign",
        paths=tuple(Trail(name=f"campaign of {many:,}: {step}", unit="items/s") for step in _STEPS),
        ours=of(many),
        peers={f"campaign of {few:,}": of(few)},
    )


async def _gone_through(stage: Stage, count: int) -> tuple[float, ...]:
    place = stage.ground.desk
    await fill(place.url, place.cue, cases=1, institutions=count, organs=(DISTRICT,))
    took = await stage.ours.ask("campaign", told(place, count=count))
    return tuple(count / took[step] for step in _STEPS)
