"""Two records of the same acts: what is found to differ is what differs, whatever the way to it."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.exchange import ActOnRecord, Bucket, Teller, Total
from shared.province.reconciling.comparing import (
    DIGITS,
    NOTHING,
    REPAIRS,
    Cause,
    Differing,
    Kind,
    Repair,
    Stand,
    cause_of,
    compare,
    differing,
    digest_of,
    parted,
)
from shared.province.reconciling.differences import repair_of

BUCKET = Bucket(teller=Teller.CITY, code="FILING_REPORTED", organ="NJ-GL")
acts = st.dictionaries(st.text("甲乙丙abc", min_size=1, max_size=4), st.sampled_from("0123")).map(
    lambda known: [act(key, content) for key, content in known.items()]
)


def act(key: str, content: str = "0") -> ActOnRecord:
    return ActOnRecord(business_key=key, digest=sha256(content.encode()).hexdigest())


def searched(ours: Sequence[ActOnRecord], theirs: Sequence[ActOnRecord], prefix: str = "") -> list[Differing]:
    """What two sides find that tell each other no act as long as more than one has the prefix."""
    here, there = (
        [each for each in record if sha256(each.business_key.encode()).hexdigest().startswith(prefix)]
        for record in (ours, theirs)
    )
    if max(len(here), len(there)) <= 1:
        return compare(here, there)
    parts = [part for _, part in differing(parted(here, BUCKET, prefix), parted(there, BUCKET, prefix))]
    return [each for part in parts for each in searched(ours, theirs, prefix + part)]


@given(acts, acts)
def test_going_into_parts_finds_what_differs_and_nothing_else(
    ours: list[ActOnRecord], theirs: list[ActOnRecord]
) -> None:
    assert sorted(map(repr, searched(ours, theirs))) == sorted(map(repr, compare(ours, theirs)))


@given(acts, acts)
def test_an_act_differs_when_the_two_do_not_say_the_same_of_it(
    ours: list[ActOnRecord], theirs: list[ActOnRecord]
) -> None:
    here, there = ({each.business_key: each.digest for each in record} for record in (ours, theirs))
    found = {each.business_key: each.kind for each in compare(ours, theirs)}
    for key in here.keys() | there.keys():
        if key in here and key in there:
            expected = None if here[key] == there[key] else Kind.OTHER_CONTENT
        else:
            expected = Kind.MISSING_THERE if key in here else Kind.MISSING_HERE
        assert found.get(key) == expected


@given(acts.flatmap(lambda record: st.tuples(st.just(record), st.permutations(record))))
def test_a_digest_does_not_depend_on_the_order(records: tuple[list[ActOnRecord], list[ActOnRecord]]) -> None:
    one, other = records
    assert digest_of(one) == digest_of(other)


def test_a_digest_is_over_the_sorted_lines_as_the_contract_says() -> None:
    lines = f"a\t{sha256(b'1').hexdigest()}\nb\t{sha256(b'0').hexdigest()}\n"
    assert digest_of([act("b"), act("a", "1")]) == sha256(lines.encode()).hexdigest()
    assert digest_of([]) == NOTHING


def test_a_bucket_that_one_side_does_not_name_is_empty_there() -> None:
    one = Total(bucket=BUCKET, count=1, digest=digest_of([act("a")]))
    none = Total(bucket=BUCKET, count=0, digest=NOTHING)
    assert differing([one], []) == [(BUCKET, "")]
    assert differing([none], []) == []
    assert differing([one], [one]) == []


OURS, THEIRS, OTHER = "1" * 64, "1" * 64, "2" * 64


@pytest.mark.parametrize(
    ("teller", "kind", "stand", "mended"),
    [
        (
            Teller.CITY,
            Kind.MISSING_THERE,
            Stand(state="done", digest=OURS),
            (Cause.LOST_THERE, Repair.TELL_AGAIN),
        ),
        *(
            (
                Teller.CITY,
                Kind.MISSING_HERE,
                Stand(state=state, digest=OURS),
                (Cause.NO_RECEIPT, Repair.TAKE_THEIR_WORD),
            )
            for state in ("owed", "delivered", "accepted", "refused")
        ),
        (Teller.CITY, Kind.MISSING_HERE, Stand(state="owed", digest=OTHER), (Cause.CONFLICT, Repair.BY_HAND)),
        (
            Teller.CITY,
            Kind.MISSING_HERE,
            Stand(state="rejected", digest=OURS),
            (Cause.REJECTED_THERE, Repair.BY_HAND),
        ),
        (
            Teller.CITY,
            Kind.MISSING_HERE,
            Stand(state="voided", digest=OURS),
            (Cause.VOIDED_HERE, Repair.BY_HAND),
        ),
        (Teller.CITY, Kind.MISSING_HERE, Stand(state="done", digest=OURS), (Cause.ELSEWHERE, Repair.BY_HAND)),
        (Teller.CITY, Kind.MISSING_HERE, None, (Cause.NOT_OURS, Repair.BY_HAND)),
        (Teller.CITY, Kind.OTHER_CONTENT, Stand(state="done", digest=OURS), (Cause.CONFLICT, Repair.BY_HAND)),
        (
            Teller.PROVINCE,
            Kind.MISSING_THERE,
            Stand(state="done", digest=OURS),
            (Cause.NOT_ANSWERED, Repair.ANSWER_AGAIN),
        ),
        (Teller.PROVINCE, Kind.MISSING_HERE, None, (Cause.NEVER_ARRIVED, Repair.ASK_AGAIN)),
        (
            Teller.PROVINCE,
            Kind.MISSING_HERE,
            Stand(state="refused"),
            (Cause.NOT_TAKEN_HERE, Repair.ASK_AGAIN),
        ),
        (Teller.PROVINCE, Kind.MISSING_HERE, Stand(state="held"), (Cause.NOT_TAKEN_HERE, Repair.ASK_AGAIN)),
        (
            Teller.PROVINCE,
            Kind.MISSING_HERE,
            Stand(state="rejected", digest=OURS),
            (Cause.REJECTED_HERE, Repair.BY_HAND),
        ),
        (
            Teller.PROVINCE,
            Kind.MISSING_HERE,
            Stand(state="done", digest=OURS),
            (Cause.ELSEWHERE, Repair.BY_HAND),
        ),
        (
            Teller.PROVINCE,
            Kind.MISSING_HERE,
            Stand(state="done", digest=OTHER),
            (Cause.CONFLICT, Repair.BY_HAND),
        ),
        (
            Teller.PROVINCE,
            Kind.OTHER_CONTENT,
            Stand(state="done", digest=OURS),
            (Cause.CONFLICT, Repair.BY_HAND),
        ),
    ],
)
def test_what_is_mended_by_a_message_and_what_is_left_to_people(
    teller: Teller, kind: Kind, stand: Stand | None, mended: tuple[Cause, Repair]
) -> None:
    cause = cause_of(teller, Differing(business_key="a", kind=kind, theirs=THEIRS), stand)
    assert (cause, repair_of(cause, sequence=1)) == mended


def test_every_cause_has_a_situation_of_its_own_and_what_has_no_number_cannot_be_asked_for() -> None:
    assert set(REPAIRS) < set(Cause)
    assert repair_of(Cause.NEVER_ARRIVED, sequence=0) is Repair.BY_HAND
    assert repair_of(Cause.LOST_THERE, sequence=0) is Repair.TELL_AGAIN


@given(acts)
def test_parts_are_of_the_acts_that_begin_with_the_next_digit(record: list[ActOnRecord]) -> None:
    by_digit = {total.part: total for total in parted(record, BUCKET, "")}
    assert sum(total.count for total in by_digit.values()) == len(record)
    for digit in DIGITS:
        own = [each for each in record if sha256(each.business_key.encode()).hexdigest().startswith(digit)]
        assert by_digit.get(digit) == (
            Total(bucket=BUCKET, part=digit, count=len(own), digest=digest_of(own)) if own else None
        )
