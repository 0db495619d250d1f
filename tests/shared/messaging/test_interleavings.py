"""Whatever order facts arrive in, however often and however late: each takes effect once, in its subject's order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.messaging.consumer import Incoming
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted, message

SUBJECTS = 3
FACTS = 5
TROUBLES = 2  # a fact that failed six times would rightly be parked


@dataclass(frozen=True)
class Deliver:
    """These facts arrive together, in this order."""

    facts: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Pass:
    """So many seconds go by, and what is due is tried."""

    seconds: float


@dataclass(frozen=True)
class Fail:
    """The handler fails the next time it meets this fact."""

    fact: tuple[int, int]


facts = st.tuples(st.integers(0, SUBJECTS - 1), st.integers(1, FACTS))
steps = st.one_of(
    st.builds(Deliver, st.lists(facts, min_size=1, max_size=6)),
    st.builds(Pass, st.sampled_from([0.5, 1, 10, 60, 4000])),
    st.builds(Fail, facts),
)
every_fact = st.permutations(
    [(subject, number) for subject in range(SUBJECTS) for number in range(1, FACTS + 1)]
)


class Story:
    """One run on subjects of its own."""

    def __init__(self, service: CountingService) -> None:
        self._service = service
        self._failed: dict[int, int] = {}
        self.subjects = [uuid4() for _ in range(SUBJECTS)]

    def _fact(self, fact: tuple[int, int]) -> Incoming:
        return message(
            Counted(tally_id=self._subject(fact), number=_name(fact)),
            sequence=fact[1],
            at=self._service.clock.now(),
        )

    def _subject(self, fact: tuple[int, int]) -> UUID:
        return self.subjects[fact[0]]

    async def take(self, step: Deliver | Pass | Fail) -> None:
        match step:
            case Deliver(facts=arriving):
                await self._service.consumer.process([self._fact(fact) for fact in arriving])
            case Pass(seconds=seconds):
                self._service.clock.advance(timedelta(seconds=seconds))
                await self._service.retry_what_is_due()
            case Fail(fact=fact):
                name = _name(fact)
                self._failed[name] = self._failed.get(name, 0) + 1
                if self._failed[name] <= TROUBLES:
                    self._service.troubles[name] = [RuntimeError("not now")]


def _name(fact: tuple[int, int]) -> int:
    """A number that tells subject and place apart."""
    return fact[0] * 100 + fact[1]


@settings(
    max_examples=20,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=st.lists(steps, max_size=12), whole=every_fact, size=st.integers(1, 7))
async def test_each_fact_takes_effect_once_and_in_order(
    service: CountingService, before: list[Deliver | Pass | Fail], whole: list[tuple[int, int]], size: int
) -> None:
    story = Story(service)
    service.troubles.clear()
    for step in before:
        await story.take(step)
    for start in range(0, len(whole), size):
        await story.take(Deliver(whole[start : start + size]))
    for _ in range(6):
        await story.take(Pass(4000))
    for place, subject in enumerate(story.subjects):
        assert await service.heard(subject) == [_name((place, number)) for number in range(1, FACTS + 1)]
    assert await service.held() == []
