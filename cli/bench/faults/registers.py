"""Both registers laid side by side, by nobody who wrote them: read from the tables of either, digested here.

An act is on record on both sides with the same content, exactly once, and took effect in the city exactly once; nothing
is lost, and nothing is owed by anybody.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

import asyncpg

from cli.suite.database import SuiteDatabase
from simulator.store import Store

CITY, PROVINCE = "city", "province"
_SHOWN = 5
_TOLD_ANEW = re.compile(r"~[0-9]+$")
"""What a business key ends with when its act was rejected and told again."""

_TOLD = "SELECT code, business_key, payload FROM exchange_intent WHERE sequence > 0 AND state = 'done' AND code <> 'VOID'"
_TAKEN = "SELECT code, business_key, digest FROM exchange_received WHERE state = 'done' AND code <> 'VOID'"
_OWED = """
    SELECT
      (SELECT count(*) FROM exchange_intent AS mine WHERE sequence > 0
       AND (state NOT IN ('done', 'voided', 'rejected') OR state = 'rejected'
            AND NOT EXISTS (SELECT 1 FROM exchange_intent AS again WHERE again.mends = mine.id))) AS "reports not done",
      (SELECT count(*) FROM exchange_intent WHERE due_at IS NOT NULL) AS "messages not sent",
      (SELECT count(*) FROM held_message) AS "messages held",
      (SELECT count(*) FROM exchange_missing) AS "numbers missing",
      (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS "facts not announced"
"""
_OPEN_THERE = {
    "messages without a receipt": "SELECT COUNT(*) FROM sent WHERE final IS NULL",
    "messages that came too early": "SELECT COUNT(*) FROM held",
}
_BODIES = "SELECT number, count(*) AS times FROM institution GROUP BY number"
_FILED = (
    "SELECT DISTINCT json_extract(envelope, '$.payload.provincial_number') FROM sent"
    " WHERE code = 'INSTITUTION_FILED' AND json_extract(business, '$.ok')"
)
_ACCOUNTS = "SELECT 'account:' || id || ':opened' AS key, count(*) AS times FROM account GROUP BY id"
_OPENED = "SELECT business_key FROM act WHERE code = 'ACCOUNT_OPENED' AND ok"
_CERTIFICATES = "SELECT number, count(*) AS times FROM certificate GROUP BY number"
_ISSUED = (
    "SELECT json_extract(one.value, '$.number') FROM sent, json_each(sent.envelope, '$.payload.certificates') AS one"
    " WHERE sent.code = 'CERTIFICATES_ISSUED' AND json_extract(sent.business, '$.ok')"
)
_ENTRIES = "SELECT count(*) FROM ledger_entry WHERE act = 'province.INSTITUTION_FILED' AND subject_kind = 'institution'"
_CHANGES = "SELECT count(*) FROM exchange_received WHERE code = 'INSTITUTION_FILED' AND state = 'done'"


class Act(NamedTuple):
    """Who told whom what: the digest is of the content as it stands in that register."""

    service: str
    teller: str
    code: str
    business_key: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Registers:
    """The city's tables and the province's store."""

    database: SuiteDatabase
    services: Sequence[str]
    store: Store

    async def differences(self) -> list[str]:
        """Everything that keeps the two from being equal and at rest; empty when nothing does."""
        owed = self._owed_there() + [
            what for each in await asyncio.gather(*map(self._owed_here, self.services)) for what in each
        ]
        return owed or [*await self._acts_apart(), *await self._effects_apart()]

    async def acts(self) -> int:
        """How many acts the city has on record."""
        return sum((await self._acts_here()).values())

    async def _acts_apart(self) -> list[str]:
        here, there = await self._acts_here(), Counter(self._acts_there())
        twice = [f"twice here: {act}" for act, times in here.items() if times > 1]
        twice += [f"twice there: {act}" for act, times in there.items() if times > 1]
        lacking = [f"only here: {act}" for act in here.keys() - there.keys()]
        lacking += [f"only there: {act}" for act in there.keys() - here.keys()]
        return [*twice[:_SHOWN], *lacking[:_SHOWN]]

    async def _acts_here(self) -> Counter[Act]:
        found: Counter[Act] = Counter()
        for service in self.services:
            async with self.reading(service) as connection:
                for code, key, payload in await connection.fetch(_TOLD):
                    found[Act(service, CITY, code, key, _digest(payload))] += 1
                for code, key, digest in await connection.fetch(_TAKEN):
                    found[Act(service, PROVINCE, code, key, digest.hex())] += 1
        return found

    def _acts_there(self) -> Iterator[Act]:
        """What the province told twice under two ids and was done once is one act."""
        query = "SELECT service, code, business_key, envelope FROM act WHERE ok AND code <> 'VOID'"
        for service, code, key, envelope in self.store.db.execute(query).fetchall():
            yield Act(service, CITY, code, key, _digest_within(envelope))
        query = (
            "SELECT service, code, business_key, envelope FROM sent"
            " WHERE json_extract(business, '$.ok') AND code <> 'VOID'"
        )
        told = self.store.db.execute(query).fetchall()
        yield from {Act(row[0], PROVINCE, row[1], row[2], _digest_within(row[3])) for row in told}

    async def _effects_apart(self) -> list[str]:
        """Bodies, accounts and certificates in the city against what the province told or was told of them."""
        compared = [("filing", _BODIES, _FILED), ("accounts", _ACCOUNTS, _OPENED)]
        if "subsidy" in self.services:
            compared.append(("subsidy", _CERTIFICATES, _ISSUED))
        found: list[str] = []
        for service, here, there in compared:
            async with self.reading(service) as connection:
                effects = {row[0]: row[1] for row in await connection.fetch(here)}
            wanted = {_TOLD_ANEW.sub("", row[0]) for row in self.store.db.execute(there).fetchall()}
            found += [f"{service}: {each} took effect twice" for each, times in effects.items() if times > 1]
            apart = effects.keys() ^ wanted
            found += [f"{service}: {each} stands on one side only" for each in sorted(apart)[:_SHOWN]]
        async with self.reading("filing") as connection:
            entries, changes = await connection.fetchval(_ENTRIES), await connection.fetchval(_CHANGES)
        if entries != changes:
            found.append(f"filing: {changes} messages carried out, {entries} entries in the ledger")
        return found

    async def _owed_here(self, service: str) -> list[str]:
        async with self.reading(service) as connection:
            row = await connection.fetchrow(_OWED)
        return [f"{service}: {count} {what}" for what, count in row.items() if count]

    def _owed_there(self) -> list[str]:
        counts = {what: self.store.db.execute(query).fetchone()[0] for what, query in _OPEN_THERE.items()}
        return [f"{PROVINCE}: {count} {what}" for what, count in counts.items() if count]

    @asynccontextmanager
    async def reading(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """A connection that sees all of a service's tables, as their owner does."""
        connection = await asyncpg.connect(self.database.owners[service])
        try:
            await connection.execute(f"SET search_path = \"{service}\"; SET njt.everything = 'on'")
            yield connection
        finally:
            await connection.close()


def _digest_within(envelope: str) -> str:
    return _digest_of(json.loads(envelope)["payload"])


def _digest(payload: str) -> str:
    return _digest_of(json.loads(payload))


def _digest_of(content: Any) -> str:
    """As the contract has it: canonical bytes, without nulls."""
    text = json.dumps(_without_nulls(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _without_nulls(content: Any) -> Any:
    match content:
        case dict():
            return {name: _without_nulls(value) for name, value in content.items() if value is not None}
        case list():
            return [_without_nulls(each) for each in content]
        case _:
            return content
