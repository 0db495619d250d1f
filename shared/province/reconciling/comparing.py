"""Comparing what both sides have on record: totals first, then parts, then the acts that differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from shared.contracts.exchange import ActOnRecord, Bucket, Teller, Total

MOST_ACTS = 1000
"""So many acts are told one by one; more are told by parts."""
LONGEST_PREFIX = 4
DIGITS = "0123456789abcdef"
NOTHING = sha256(b"").hexdigest()


def digest_of(acts: Iterable[ActOnRecord]) -> str:
    """The digest of some acts, as `Total` says."""
    lines = sorted(f"{act.business_key}\t{act.digest}\n".encode() for act in acts)
    return sha256(b"".join(lines)).hexdigest()


def place_of(business_key: str) -> str:
    """The first digits of a business key's SHA-256, by which acts are parted."""
    return sha256(business_key.encode()).hexdigest()[:LONGEST_PREFIX]


def parted(acts: Iterable[ActOnRecord], bucket: Bucket, prefix: str) -> list[Total]:
    """The totals of a bucket's acts with this prefix, by the next digit, which the prefix must leave room for."""
    found: dict[str, list[ActOnRecord]] = {}
    for act in acts:
        found.setdefault(place_of(act.business_key)[len(prefix)], []).append(act)
    return [
        Total(bucket=bucket, part=part, count=len(own), digest=digest_of(own)) for part, own in found.items()
    ]


def differing(ours: Sequence[Total], theirs: Sequence[Total]) -> list[tuple[Bucket, str]]:
    """Buckets, or parts of one, that are not the same on both sides; what one side does not name it has none of."""
    here, there = _by_key(ours), _by_key(theirs)
    keys = sorted(here.keys() | there.keys(), key=lambda key: (*vars(key[0]).values(), key[1]))
    return [key for key in keys if here.get(key, _NONE) != there.get(key, _NONE)]


def _by_key(totals: Sequence[Total]) -> dict[tuple[Bucket, str], tuple[int, str]]:
    return {(each.bucket, each.part): (each.count, each.digest) for each in totals}


_NONE = (0, NOTHING)


class Kind(StrEnum):
    """How an act differs."""

    MISSING_THERE = "missing_there"
    MISSING_HERE = "missing_here"
    OTHER_CONTENT = "other_content"


class Cause(StrEnum):
    """Why it does, as far as our own record tells; `elsewhere` is on our books of another day or another organ."""

    LOST_THERE = "lost_there"
    NO_RECEIPT = "no_receipt"
    NOT_OURS = "not_ours"
    REJECTED_THERE = "rejected_there"
    VOIDED_HERE = "voided_here"
    NOT_ANSWERED = "not_answered"
    NEVER_ARRIVED = "never_arrived"
    NOT_TAKEN_HERE = "not_taken_here"
    REJECTED_HERE = "rejected_here"
    ELSEWHERE = "elsewhere"
    CONFLICT = "conflict"


class Repair(StrEnum):
    """What would mend it; `by_hand` is for what no message can."""

    TELL_AGAIN = "tell_again"
    TAKE_THEIR_WORD = "take_their_word"
    ANSWER_AGAIN = "answer_again"
    ASK_AGAIN = "ask_again"
    BY_HAND = "by_hand"


REPAIRS: Mapping[Cause, Repair] = {
    Cause.LOST_THERE: Repair.TELL_AGAIN,
    Cause.NO_RECEIPT: Repair.TAKE_THEIR_WORD,
    Cause.NOT_ANSWERED: Repair.ANSWER_AGAIN,
    Cause.NEVER_ARRIVED: Repair.ASK_AGAIN,
    Cause.NOT_TAKEN_HERE: Repair.ASK_AGAIN,
}
"""The causes that a message mends.

What we told and the other side lacks is told again. What it carried out, while no receipt came, is taken at its word.
What it told, we carried out and it does not know to be so is answered again; what it told and never came, or was not
taken, is asked for.
"""


@dataclass(frozen=True, kw_only=True)
class Differing:
    """One act that is not the same on both sides; a digest is empty where the act is not on record."""

    business_key: str
    kind: Kind
    ours: str = ""
    theirs: str = ""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """How an act stands here, on whichever day; the digest is empty where nothing was taken."""

    state: str
    digest: str = ""


def compare(ours: Iterable[ActOnRecord], theirs: Iterable[ActOnRecord]) -> list[Differing]:
    """The acts that differ, by business key."""
    here = {act.business_key: act.digest for act in ours}
    there = {act.business_key: act.digest for act in theirs}
    return [
        Differing(
            business_key=key, kind=_kind(here, there, key), ours=here.get(key, ""), theirs=there.get(key, "")
        )
        for key in sorted(here.keys() | there.keys())
        if here.get(key) != there.get(key)
    ]


def _kind(here: Mapping[str, str], there: Mapping[str, str], key: str) -> Kind:
    if key not in there:
        return Kind.MISSING_THERE
    return Kind.OTHER_CONTENT if key in here else Kind.MISSING_HERE


def cause_of(teller: Teller, found: Differing, stand: Stand | None) -> Cause:
    """Why an act differs; `stand` is how it stands here, None where it does not."""
    told_here = teller is Teller.CITY
    if found.kind is Kind.OTHER_CONTENT:
        return Cause.CONFLICT
    if found.kind is Kind.MISSING_THERE:
        return Cause.LOST_THERE if told_here else Cause.NOT_ANSWERED
    if stand is None:
        return Cause.NOT_OURS if told_here else Cause.NEVER_ARRIVED
    if stand.digest and stand.digest != found.theirs:
        return Cause.CONFLICT
    return (_TOLD_BY_US if told_here else _TOLD_BY_THEM)[stand.state]


_TOLD_BY_US: Mapping[str, Cause] = {
    "owed": Cause.NO_RECEIPT,
    "delivered": Cause.NO_RECEIPT,
    "accepted": Cause.NO_RECEIPT,
    "refused": Cause.NO_RECEIPT,  # one copy was; another was carried out
    "rejected": Cause.REJECTED_THERE,
    "voided": Cause.VOIDED_HERE,
    "done": Cause.ELSEWHERE,
}
_TOLD_BY_THEM: Mapping[str, Cause] = {
    "refused": Cause.NOT_TAKEN_HERE,
    "held": Cause.NOT_TAKEN_HERE,
    "rejected": Cause.REJECTED_HERE,
    "done": Cause.ELSEWHERE,
}
