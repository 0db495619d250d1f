"""Certificates as the province sends them: a thousand in a message, signed, numbered, whoever signs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID, uuid4

from services.subsidy.domain.institution import ClaimingInstitution
from shared.contracts.province import SCHEMA_VERSION, InstitutionFiled, MessageCode, ProvinceEnvelope
from shared.province.dialect import Dialect
from simulator.scenario import Step
from simulator.story import Story

PROVINCE, RECEIVER = "320000", "320100/subsidy"
INSTITUTIONS = 10
Sign = Callable[[bytes], str]


def story_of(count: int) -> Story:
    """So many certificates of ten institutions; the story of a day is the same each time."""
    return Story(
        institutions=min(INSTITUTIONS, count), certificates=count, seed=1, today=datetime.now(UTC).date()
    )


def institutions(story: Story) -> Iterator[ClaimingInstitution]:
    """Those whose certificates they are, as subsidy knows them."""
    for place, step in enumerate(islice(story, story.institutions)):
        filed = InstitutionFiled.model_validate(step.payload)
        yield ClaimingInstitution(
            id=UUID(int=place + 1),
            name=filed.name,
            uscc=filed.uscc,
            organ=filed.organ,
            audience=filed.audience,
            scope=filed.scope,
            valid_from=filed.valid_from,
            valid_until=filed.valid_until,
            station_codes=filed.station_codes,
        )


class Letters:
    """The batches of a story, each written when somebody takes it."""

    def __init__(self, story: Story, dialect: Dialect, sign: Sign, key_id: str) -> None:
        self._dialect = dialect
        self._sign = sign
        self._key_id = key_id
        self._steps = (step for step in story if step.send == MessageCode.CERTIFICATES_ISSUED)
        self._numbers: dict[str, int] = {}

    def take(self, most: int) -> list[bytes]:
        """The next so many; none when all were taken."""
        return [self._written(step) for step in islice(self._steps, most)]

    def _written(self, step: Step) -> bytes:
        number = self._numbers[step.lane] = self._numbers.get(step.lane, 0) + 1
        envelope = ProvinceEnvelope(
            schema_version=SCHEMA_VERSION,
            message_id=uuid4(),
            code=step.send,
            sender=PROVINCE,
            receiver=RECEIVER,
            business_key=step.business_key,
            lane=step.lane,
            sequence=number,
            issued_at=datetime.now(UTC),
            payload=step.payload,
            key_id=self._key_id,
            signature="",
        )
        return self._dialect.write(envelope, self._sign)
