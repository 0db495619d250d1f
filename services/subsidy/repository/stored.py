"""How nested parts stand in their rows: an institution's dated past."""

from pydantic import TypeAdapter

from shared.contracts.scope import DatedScope, DatedStanding

VERSIONS = TypeAdapter(tuple[DatedScope, ...])
STANDINGS = TypeAdapter(tuple[DatedStanding, ...])
