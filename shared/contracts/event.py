"""What every announced fact is: immutable, on a topic, one of the numbered facts of a subject."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

EVENTS: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """A fact that a service announces.

    `topic` is `publisher.noun-past-participle.vN`. `stream` names the kind of subject; the facts of one subject are
    numbered 1, 2, 3 … in the order they happened, and a listener hears a whole stream or none of it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[str]
    stream: ClassVar[str]

    organ: str = Field(description="责任经办机关 · the responsible organ")
    basis: tuple[str, ...] = Field(description="依据条款 · the clauses that decided it")

    @property
    def subject(self) -> UUID:
        """The aggregate whose fact this is."""
        raise TypeError(f"{type(self).__name__} names no subject")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "topic" not in cls.__dict__:
            return
        known = EVENTS.setdefault(cls.topic, cls)
        if known is not cls:
            raise TypeError(f"topic {cls.topic} is already {known.__name__}")


def topics_of(stream: str) -> tuple[str, ...]:
    """Every topic on which the facts of one stream travel."""
    return tuple(sorted(topic for topic, event in EVENTS.items() if event.stream == stream))
