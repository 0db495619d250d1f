"""Who takes part in the bench of filing, and what each comparison needs of them."""

from dataclasses import dataclass

from cli.bench.actors import Actor, Answer, Cue
from cli.bench.filing.ground import Ground, Place
from cli.bench.filing.sizes import Sizes
from cli.bench.load import Ask, Errand, Taken


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Our process, the peers', and the one that calls both; on which ground, and how much of it."""

    ground: Ground
    sizes: Sizes
    ours: Actor
    peers: Actor
    callers: Actor

    async def press(self, base: str, ask: Ask, *, hands: int) -> Taken:
        """Let so many call for as long as the sizes say."""
        errand = Errand(base=base, ask=ask, hands=hands, warm=self.sizes.warm)
        return await self._called("press", errand, seconds=self.sizes.seconds)

    async def leaf(self, errand: Errand) -> Taken:
        """Ask as often as the sizes say."""
        return await self._called("leaf", errand, count=self.sizes.leaves)

    async def _called(self, role: str, errand: Errand, *, count: int = 0, seconds: float = 0.0) -> Taken:
        cue = self.ground.desk.cue.model_copy(
            update={"count": count, "seconds": seconds, "told": errand.model_dump()}
        )
        answer: Answer = await self.callers.ask(role, cue)
        return Taken(**answer)


def told(place: Place, **more: object) -> Cue:
    """What a part at this place is told."""
    return place.cue.model_copy(update=more)
