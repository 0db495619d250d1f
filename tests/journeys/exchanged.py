"""What a service has told the province of the district, and what came of it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from cli.suite.database import SERVICES
from shared.contracts.province import MessageCode
from shared.identity import Scope
from shared.persistence.unit_of_work import Transaction
from shared.province.intents import Dispatch
from tests.builders import DISTRICT
from tests.interfaces import Interfaces

CODE, REASON_CODE = MessageCode.SUPERVISION_RESULT, f"PROV-{uuid4().hex[:8]}"
"""What was rejected, and why: a reason that no other message has."""
_EVERYTHING = Scope(actor="test", act="test", everything=True)
_REJECT = text("""
    UPDATE exchange_intent SET state = 'rejected', reason_code = :reason, due_at = NULL WHERE business_key = :key
    RETURNING id
""")
_DIFFER = text("""
    INSERT INTO exchange_difference (id, reconciliation_id, day, teller, code, organ, business_key, kind, cause, repair,
                                     ours, theirs, lane, sequence, state, found_at)
    VALUES (:id, :reconciliation, '2024-03-04', 'city', :code, :organ, :key, 'missing_there', 'lost_there', 'tell_again',
            'done', '', :key, 1, 'open', now())
""")


async def sent_back_to_the_district(interfaces: Interfaces) -> dict[tuple[str, str], str]:
    """A message that was rejected, and an act that differs, of each service."""
    found: dict[tuple[str, str], str] = {}
    for service in SERVICES:
        async with interfaces.suite.runtimes[service].works.transaction(_EVERYTHING) as transaction:
            ids = await _added(transaction)
        found |= {(service, name): value for name, value in ids.items()}
    return found


async def _added(transaction: Transaction) -> dict[str, str]:
    key, difference = uuid4().hex, uuid4()
    payload = {"institution_id": str(uuid4()), "organ": DISTRICT, "measure": "suspended"}
    transaction.intents.owe(Dispatch(code=CODE, business_key=key, lane=key, payload=payload, organ=DISTRICT))
    await transaction.intents.save()
    asked = {"key": key, "reason": REASON_CODE}
    intent = (await transaction.connection.execute(_REJECT, asked)).scalar_one()
    about = {"id": difference, "reconciliation": uuid4(), "code": CODE, "organ": DISTRICT, "key": key}
    await transaction.connection.execute(_DIFFER, about)
    return {
        "intent_id": str(intent),
        "difference_id": str(difference),
        "code": CODE.value,
        "reason_code": REASON_CODE,
    }


def repairs_of(
    service: str,
) -> dict[tuple[str, str], Callable[[Mapping[tuple[str, str], str]], dict[str, Any]]]:
    """A valid body of every act of operators on the exchange of a service."""
    changes = [{"field": "measure", "to": "越界"}]
    why = {"reason": "越界"}
    cause = {"code": CODE.value, "reason_code": REASON_CODE}
    bodies: dict[str, Callable[[Mapping[tuple[str, str], str]], dict[str, Any]]] = {
        "/pause": lambda _: why,
        "/resume": lambda _: {"rate_per_second": 100_000},
        "/intents/resend": lambda of: why | {"ids": [of[service, "intent_id"]]},
        "/intents/void": lambda of: why | {"ids": [of[service, "intent_id"]]},
        "/intents/{intent_id}/mend": lambda _: why | {"changes": changes},
        "/rejections/mend": lambda _: why | cause | {"changes": changes, "how": "one"},
        "/parked/{held_id}/replay": lambda _: why,
        "/parked/{held_id}/discard": lambda _: why,
        "/differences/{difference_id}/proposal": lambda _: why | {"repair": "by_hand"},
        "/differences/{difference_id}/decision": lambda _: {"decision": "carry_out"},
    }
    return {(service, f"/v1/exchange{path}"): body for path, body in bodies.items()}
