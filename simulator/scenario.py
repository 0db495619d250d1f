"""A story to tell the city: one JSON object a line, sent in order, each once the one before is concluded."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.province import (
    CertificatesIssued,
    Receipt,
    Stage,
    Wire,
)
from shared.contracts.queries import (
    AnsweredFact,
)
from simulator.counterpart import Counterpart
from simulator.reading import FROM_PROVINCE, fields_at_fault

KNOWN: Mapping[str, type[Wire]] = {"KNOW_CERTIFICATES": CertificatesIssued, "KNOW_FACT": AnsweredFact}
"""What a line may have the province know without sending it; it is told when it is asked for."""


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


def read_scenario(path: Path) -> list[Step]:
    """All of its steps, checked before the first is sent; raises ScenarioError naming the line and its fields."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return [_step(number, line) for number, line in lines if line.strip()]


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
    counterpart: Counterpart, steps: Sequence[Step], *, seconds: float
) -> AsyncIterator[tuple[Step, Receipt | None]]:
    """Send each step and wait for its conclusion: with it, or with None after `seconds` without one."""
    for step in steps:
        if step.send in KNOWN:
            counterpart.records.learn(step.message())
            yield step, Receipt(stage=Stage.BUSINESS, ok=True)
            continue
        message_id = await counterpart.send(
            step.service,
            step.send,
            business_key=step.business_key,
            lane=step.lane,
            payload=step.message(),
        )
        try:
            receipt = await counterpart.concluded(message_id, timeout=seconds)
        except TimeoutError:
            receipt = None
        yield step, receipt
