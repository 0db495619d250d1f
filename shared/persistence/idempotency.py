"""A creation asked for twice happens once: the stored answer is written in the transaction of the effect."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Column, DateTime, LargeBinary, MetaData, SmallInteger, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import Conflict
from shared.persistence.together import Part

_CLAIM = text("""
    INSERT INTO idempotency_key (caller, key, fingerprint, at) VALUES (:caller, :key, :fingerprint, :at)
    ON CONFLICT (caller, key) DO NOTHING RETURNING key
""")
_STORED = text("SELECT fingerprint, status, body FROM idempotency_key WHERE caller = :caller AND key = :key")
_REMEMBER = """
    remembered AS (
        UPDATE idempotency_key SET status = :answer_status, body = :answer_body
        WHERE caller = :answer_caller AND key = :answer_key
    )
"""


class KeyReused(Conflict):
    """同一幂等键对应不同内容 · This Idempotency-Key was used with other content."""

    code = "NJT-GEN-1001"


def idempotency_tables(metadata: MetaData) -> None:
    """One row a key: the digest of what was asked and, once the effect is there, the answer."""
    Table(
        "idempotency_key",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", SmallInteger),
        Column("body", LargeBinary),
        Column("at", DateTime(timezone=True), nullable=False),
    )


class Idempotency:
    """The keys of one caller within one transaction."""

    def __init__(self, connection: AsyncConnection, *, caller: str, at: datetime) -> None:
        self._connection = connection
        self._caller = caller
        self._at = at
        self._answer: Part | None = None

    async def claim(self, key: str, content: bytes) -> tuple[int, bytes] | None:
        """None when the key is new; the stored answer when the same was asked before.

        A second request with the same key waits for the first one's transaction. Raises KeyReused on other content.
        """
        fingerprint = sha256(content).digest()
        mine = {"caller": self._caller, "key": key}
        claimed = await self._connection.execute(_CLAIM, {**mine, "fingerprint": fingerprint, "at": self._at})
        if claimed.first() is not None:
            return None
        stored = (await self._connection.execute(_STORED, mine)).one()
        if stored.fingerprint != fingerprint:
            raise KeyReused
        return stored.status, stored.body

    def remember(self, key: str, *, status: int, body: bytes) -> None:
        """Have this answer given to whoever asks the same again."""
        values = {
            "answer_caller": self._caller,
            "answer_key": key,
            "answer_status": status,
            "answer_body": body,
        }
        self._answer = Part(queries=_REMEMBER, values=values)

    def take(self) -> Part | None:
        """What is to be written of the answer, if there is one."""
        answer, self._answer = self._answer, None
        return answer
