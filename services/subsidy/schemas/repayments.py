"""What is said and paid after the notice, as it comes in."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.subsidy.domain.instalment import Part
from services.subsidy.schemas.parts import Body, Line, Text
from shared.values import Fen


class ReasonBody(Body):
    """Why."""

    reason: Text


class StatementBody(Body):
    """陈述申辩 · what you say against the notice."""

    text: Text


class ReceivedStatementBody(Body):
    """A statement that came in person, by telephone or letter."""

    text: Text
    of: Line = Field(description="陈述人 · who stated it")


class AnswerBody(Body):
    """What is made of the statement."""

    upheld: bool
    answer: Text
    item_ids: Annotated[tuple[UUID, ...], Field(max_length=5000)] = Field(
        default=(), description="不再追回的项，缺省为全部 · the items let go when upheld, all by default"
    )


class PartBody(Body):
    """One instalment."""

    due_on: date
    amount_fen: Fen

    def made(self) -> Part:
        return Part(due_on=self.due_on, amount=self.amount_fen)


class PlanBody(Body):
    """分期 · instalments that come to what remains, to the fen."""

    instalments: Annotated[tuple[PartBody, ...], Field(min_length=1, max_length=60)]


class RepaymentBody(Body):
    """退款 · money that came in."""

    amount_fen: Fen
    received_on: date
    reference: Line = Field(description="银行流水号，一笔一号 · the bank's reference, one for each sum")
