"""Listens to what filing sends to its database when a case is drafted."""

import json
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event

from cli.bench.actors import Cue
from cli.bench.filing.requests import draft
from cli.bench.filing.serving import serving
from cli.bench.load import connected
from cli.bench.peers.replay import Heard, Statement


async def listened(cue: Cue) -> Heard:
    """The statements of one request, with everything on; BEGIN and COMMIT are around them and not among them."""
    statements: list[Statement] = []

    def note(*told: Any) -> None:
        _, _, sql, values, _, many = told
        statements.extend(Statement(sql=sql, values=list(each)) for each in (values if many else [values]))

    async with serving(cue) as interface, connected(interface.base) as line:
        asked, key = draft(interface.tokens["applicant"]), uuid4().hex
        await line.ask(asked)  # what is done once in a connection's life is no part of it
        event.listen(interface.runtime.engine.sync_engine, "before_cursor_execute", note)
        once = asked.model_copy(update={"keyed": False, "headers": {**asked.headers, "Idempotency-Key": key}})
        answer = await line.ask(once)
    return Heard(statements=statements, key=key, id=UUID(json.loads(answer)["id"]), answer=answer)
