"""Questions to the province about its register, all in one lane."""

from typing import Protocol

from shared.contracts.province import MessageCode
from shared.contracts.queries import RegisterQuery
from shared.province.intents import Dispatch

LANE = "queries/register"


class Intents(Protocol):
    """What is owed to the province."""

    def owe(self, dispatch: Dispatch) -> None: ...


class RegisterQueries:
    """Owes the province one message for each query."""

    def __init__(self, intents: Intents) -> None:
        self._intents = intents

    def ask(self, query: RegisterQuery) -> None:
        self._intents.owe(
            Dispatch(
                code=MessageCode.REGISTER_QUERY,
                business_key=f"query:{query.query_id}",
                lane=LANE,
                payload=query.model_dump(mode="json"),
            )
        )
