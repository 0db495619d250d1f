"""Everything a decision was made from, in one canonical form: kept, digested, and decided again to the same bytes."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from services.subsidy.domain.fact import Fact, FactSheet
from services.subsidy.domain.terms import AnyNumber, CertificateFacts, Claiming, Grant, History, Lot


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The inputs of a decision, read back; the arguments of `decide`."""

    claim: Claiming
    known_on: date
    lot: Lot
    number: AnyNumber
    history: tuple[Grant, ...]
    facts: tuple[Fact, ...]

    @property
    def certificate(self) -> CertificateFacts:
        return CertificateFacts(self.number, self.lot)


_RESTORED = TypeAdapter(Restored)
_CLAIM = TypeAdapter(Claiming)
_DAY = TypeAdapter(date)
_LOT = TypeAdapter(Lot)
_GRANTS = TypeAdapter(tuple[Grant, ...])
_FACTS = TypeAdapter(tuple[Fact, ...])
_EMPTY = b"[]"


@dataclass(frozen=True, eq=False)
class Asked:
    """What is the same for every certificate of a lot in one claim: this half of the form is written once."""

    claim: Claiming
    lot: Lot
    known_on: date

    @cached_property
    def written(self) -> bytes:
        claim, day, lot = (
            _CLAIM.dump_json(self.claim),
            _DAY.dump_json(self.known_on),
            _LOT.dump_json(self.lot),
        )
        return b'{"claim":%b,"known_on":%b,"lot":%b' % (claim, day, lot)

    @cached_property
    def _digest(self) -> Any:
        return sha256(self.written)

    def digest(self, rest: bytes) -> str:
        whole = self._digest.copy()
        whole.update(rest)
        return str(whole.hexdigest())


class Known(NamedTuple):
    """What a person was granted before and what is known of them: the other half, the same for many people."""

    history: History
    facts: FactSheet

    @property
    def written(self) -> bytes:
        grants, facts = _EMPTY, _EMPTY
        if self.history.grants:
            ordered = sorted(self.history.grants, key=lambda it: (it.year, it.place, it.certificate_number))
            grants = _GRANTS.dump_json(tuple(ordered))
        if self.facts.facts:
            facts = _FACTS.dump_json(self.facts.ranked)
        return b',"history":%b,"facts":%b}' % (grants, facts)


class Inputs(NamedTuple):
    """Whose certificate of a lot, with which history, and what was known."""

    asked: Asked
    number: AnyNumber
    history: History
    facts: FactSheet

    @property
    def canonical(self) -> bytes:
        """One JSON document; the same inputs are the same bytes, in whatever order grants and facts came."""
        return joined(self.asked.written, self.number, self.known.written)

    @property
    def known(self) -> Known:
        return Known(self.history, self.facts)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        return self.asked.digest(joined(b"", self.number, self.known.written))


def joined(asked: bytes, number: AnyNumber, known: bytes) -> bytes:
    """The canonical form of which both halves were kept; a number is letters and digits and needs no escaping."""
    return b'%b,"number":"%b"%b' % (asked, number.encode("ascii"), known)


def restore(canonical: bytes) -> Restored:
    """Read inputs back from their canonical form; raises ValueError for anything else."""
    return _RESTORED.validate_json(canonical)
