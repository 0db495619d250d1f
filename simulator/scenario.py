"""A story to tell the city: one JSON object a line, sent in order, each once the one before is concluded."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.province import (
    CertificatesIssued,
    InstitutionFiled,
    Receipt,
    Stage,
    Wire,
)
from shared.contracts.queries import (
    AnsweredFact,
)
from simulator.counterpart import Counterpart
from simulator.reading import FROM_PROVINCE, fields_at_fault

KNOWN: Mapping[str, type[Wire]] = {
    "KNOW_CERTIFICATES": CertificatesIssued,
    "KNOW_FACT": AnsweredFact,
    "KNOW_INSTITUTION": InstitutionFiled,
}
"""What a line may have the province know without sending it; it is told when it is asked for."""
_BUSINESS_OK = Receipt(stage=Stage.BUSINESS, ok=True)


class ScenarioError(ValueError):
    """剧本有误 · The scenario cannot be read."""


class Step(BaseModel):
    """One line of a scenario; `send` is the message code, or what the province is to know (`KNOWN`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    send: str
    service: Literal["filing", "accounts", "subsidy", "supervision"]
    lane: str = Field(min_length=1, max_length=80)
    business_key: str = Field(min_length=1, max_length=120)
    payload: dict[str, Any]

    def message(self) -> Wire:
        """The payload in the shape of its code; raises ValidationError, or KeyError for a code we do not send."""
        return {**FROM_PROVINCE, **KNOWN}[self.send].model_validate(self.payload)


class Steps(Protocol):
    """So many steps, one after the other; they need not be in memory."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Step]: ...


class Scenario:
    """The steps in a file, read line by line each time; all of them are checked before the first is sent.

    Raises ScenarioError naming the line and its fields.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._length = sum(1 for _ in self)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Step]:
        with self._path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _step(number, line)


def _step(number: int, line: str) -> Step:
    where = f"第 {number} 行 · line {number}"
    try:
        step = Step.model_validate_json(line)
        step.message()
    except ValidationError as broken:
        raise ScenarioError(f"{where}: 字段有误 · fields at fault: {fields_at_fault(broken)}") from None
    except KeyError:
        codes = ", ".join(sorted({**FROM_PROVINCE, **KNOWN}))
        raise ScenarioError(f"{where}: 省级不发此类报文 · the province sends only {codes}") from None
    return step


async def play(
    counterpart: Counterpart, steps: Iterable[Step], *, seconds: float, at_once: int = 1
) -> AsyncIterator[tuple[Step, Receipt | None]]:
    """Send each step and wait for its conclusion: with it, or with None after `seconds` without one.

    Up to `at_once` of them are under way at a time; they are told in the order in which they were sent.
    """
    under_way: deque[tuple[Step, UUID | None]] = deque()
    for step in steps:
        while len(under_way) >= at_once:
            yield await _concluded(counterpart, *under_way.popleft(), seconds=seconds)
        under_way.append((step, await begin(counterpart, step)))
    while under_way:
        yield await _concluded(counterpart, *under_way.popleft(), seconds=seconds)


async def begin(counterpart: Counterpart, step: Step) -> UUID | None:
    """Send it; None for what the province is only to know."""
    if step.send in KNOWN:
        counterpart.records.learn(step.message())
        return None
    return await counterpart.send(
        step.service,
        step.send,
        business_key=step.business_key,
        lane=step.lane,
        payload=step.message(),
    )


async def _concluded(
    counterpart: Counterpart, step: Step, message_id: UUID | None, *, seconds: float
) -> tuple[Step, Receipt | None]:
    if message_id is None:
        return step, _BUSINESS_OK
    try:
        return step, await counterpart.concluded(message_id, timeout=seconds)
    except TimeoutError:
        return step, None
