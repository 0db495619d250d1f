"""The cohort on record: certificates, facts, and claims whose items wait to be decided, as the service keeps them."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import UUID

import asyncpg

from cli.bench.subsidy.cohort import CLAIMED_ON, LEARNT, LINE, SCHEMA, TIES, Batch, Cohort
from cli.bench.subsidy.ground import PROTECTED
from services.subsidy.domain.certificate import CertificateState, Origin
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.desk import Desks
from services.subsidy.domain.fact import FactKind
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.item import Tally
from services.subsidy.domain.rules import family_of
from services.subsidy.domain.terms import Lot, Validity
from services.subsidy.handlers import Work
from services.subsidy.province import province
from services.subsidy.repository import bind
from shared.identity import Scope
from shared.persistence.engine import create_engine
from shared.persistence.unit_of_work import Works
from shared.policy import Policy
from shared.privacy import FieldCipher
from shared.values import Uscc, uscc_check_character

ORGAN = "320115"
WORKER = Scope(actor="service:subsidy", act="decide-claims", everything=True)
NOON = datetime(CLAIMED_ON.year, CLAIMED_ON.month, CLAIMED_ON.day, 4, tzinfo=UTC)
_EMPTIED = (
    *("institution", "certificate", "fact", "claim", "claim_item", "entitlement", "verdict"),
    *("decision_input", "fact_wait", "ledger_entry"),
)
# Those of constraints stay.
_INDEXES = """
    SELECT made.relname AS name, pg_get_indexdef(made.oid) AS definition
    FROM pg_index JOIN pg_class AS made ON made.oid = indexrelid
    WHERE indrelid = $1::text::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = made.oid)
"""
_WITHOUT = "DROP INDEX {name}"
_FILL_SECONDS = 280.0
_SEALED = bytes(48)  # as long as a sealed name or number; nobody opens it
_KEY = bytes(32)  # of a cipher that seals nothing here

Row = dict[str, Any]
Rows = Callable[[Batch, UUID, Policy], Iterator[Row]]


class _Noon:
    """The moment at which the claims were handed in, for ever."""

    def now(self) -> datetime:
        return NOON


@asynccontextmanager
async def working(url: str, policy: Policy) -> AsyncIterator[Works[Work]]:
    """The service's units of work, as its worker opens them."""
    cipher = FieldCipher(keys={"k1": _KEY}, current="k1", index_key=_KEY)
    desks, engine = Desks(), create_engine(url, schema=SCHEMA, pool_size=1)
    try:
        yield Works(
            engine,
            lambda transaction: bind(transaction, policy, cipher, desks=desks),
            clock=_Noon(),
            tell=province.dispatch,
            announced=lambda: None,
        )
    finally:
        await engine.dispose()


async def empty(connection: asyncpg.Connection) -> None:
    await connection.execute(f"TRUNCATE {', '.join(_EMPTIED)}")


async def record(connection: asyncpg.Connection, works: Works[Work], cohort: Cohort) -> list[UUID]:
    """Put the cohort on record instead of whatever was there; the claims, in their order, all being decided."""
    await empty(connection)
    claims = [await _open(works, batch) for batch in cohort.claims()]
    for table in PROTECTED:
        await connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table, rows in (("certificate", _certificates), ("fact", _facts), ("claim_item", _items)):
        await _fill(connection, table, _each(cohort, claims, rows))
    for table in PROTECTED:
        await connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    await connection.execute("VACUUM (ANALYZE)")
    return claims


async def _open(works: Works[Work], batch: Batch) -> UUID:
    """The institution and its claim."""
    number, count = batch.by.institution_id, len(batch.docket.numbers)
    uscc = uscc_of(number)
    async with works(WORKER) as work:
        work.institutions.add(
            ClaimingInstitution(
                id=number,
                name="测速用虚构机构",
                uscc=uscc,
                organ=ORGAN,
                audience=batch.by.audience,
                scope=batch.by.scope,
                valid_from=batch.by.valid_from,
                valid_until=batch.by.valid_until,
            )
        )
        claim = Claim(
            id=work.new_id(),
            organ=ORGAN,
            institution_id=number,
            uscc=uscc,
            line=LINE,
            created_at=NOON,
            submitted_at=NOON,
            state=ClaimState.DECIDING,
            tally=Tally(certificates=count, undecided=count, pending=count),
        )
        work.claims.add(claim)
    return claim.id


def uscc_of(institution: UUID) -> Uscc:
    body = f"91320115MB{institution.int:07}"
    return Uscc(body + uscc_check_character(body))


def _each(cohort: Cohort, claims: Sequence[UUID], rows: Rows) -> Iterator[Row]:
    for batch, claim in zip(cohort.claims(), claims, strict=True):
        yield from rows(batch, claim, cohort.policy)


def _certificates(batch: Batch, claim: UUID, _: Policy) -> Iterator[Row]:
    docket = batch.docket
    of_lot = [_of_lot(lot, batch) for lot in docket.lots]
    for place, number in enumerate(docket.numbers):
        yield {
            "id": _key(claim, place),
            "number": number,
            "holder_index": docket.holders[place],
            **of_lot[docket.lot[place]],
            "station": number[:13],
            "number_year": 2000 + int(number[13:15]),
            "serial": int(number[16:]),
        }


def _of_lot(lot: Lot, batch: Batch) -> Row:
    valid = lot.validity is Validity.VALID
    return {
        "version": 1,
        "organ": ORGAN,
        "uscc": str(uscc_of(batch.by.institution_id)),
        "institution_id": batch.by.institution_id,
        "holder_name": _SEALED,
        "holder_id": _SEALED,
        "edition": lot.item.edition.value,
        "occupation": str(lot.item.occupation),
        "work_type": lot.item.work_type,
        "level": int(lot.item.level),
        "issued_on": lot.issued_on,
        "evaluated_on": lot.evaluated_on,
        "batch": "bench",
        "origin": (Origin.PROVINCE if valid else Origin.ROSTER).value,
        "state": (CertificateState.VERIFIED if valid else CertificateState.UNVERIFIED).value,
        "marks": [],
        "differs": [],
        "clashes": 0,
    }


def _facts(batch: Batch, claim: UUID, _: Policy) -> Iterator[Row]:
    """What the province told of each person once: how they work for whoever claims."""
    docket, met = batch.docket, b""
    towards = str(uscc_of(batch.by.institution_id))
    for place, holder in enumerate(docket.holders):
        if holder != met:
            met = holder
            yield {
                "id": _key(claim, place),
                "version": 1,
                "holder_index": holder,
                "employer": towards,
                "kind": FactKind.EMPLOYMENT.value,
                "value": json.dumps(TIES[docket.sheet[place]].value),
                "about": CLAIMED_ON,
                "source": "province",
                "obtained_at": LEARNT,
            }


def _items(batch: Batch, claim: UUID, policy: Policy) -> Iterator[Row]:
    docket = batch.docket
    families = [family_of(policy, lot.occupation) for lot in docket.lots]
    same = {
        "version": 1,
        "claim_id": claim,
        "organ": ORGAN,
        "uscc": str(uscc_of(batch.by.institution_id)),
        "line": LINE.value,
        "employment": "",
        "state": "pending",
        "amount_fen": 0,
        "base_fen": 0,
        "shortage": False,
        "sampled": False,
        "excluded_for": "",
        "excluded_by": "",
        "objections_open": 0,
    }
    for place, number in enumerate(docket.numbers):
        lot = docket.lot[place]
        yield {
            **same,
            "id": _key(claim, place),
            "place": place,
            "turn": place,
            "certificate_id": _key(claim, place),
            "certificate_number": number,
            "holder_index": docket.holders[place],
            "family": families[lot],
            "level": int(docket.lots[lot].item.level),
        }


def _key(claim: UUID, place: int) -> UUID:
    """One of its own for each place of a claim."""
    return UUID(int=claim.int ^ place)


async def _fill(connection: asyncpg.Connection, table: str, rows: Iterator[Row]) -> None:
    """Copy rows into a table, its indexes made afterwards."""
    indexes = await connection.fetch(_INDEXES, table)
    for index in indexes:
        await connection.execute(_WITHOUT.format(**index))
    first = next(rows)
    names = tuple(first)
    await connection.copy_records_to_table(
        table,
        records=(tuple(row.values()) for row in chain((first,), rows)),
        columns=names,
        timeout=_FILL_SECONDS,
    )
    for index in indexes:
        await connection.execute(index["definition"], timeout=_FILL_SECONDS)
