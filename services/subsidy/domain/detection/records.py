"""What is looked for in a station's serials, an institution's evaluations, and the accounts claimants are paid on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.detection import LIMITS
from services.subsidy.domain.evaluation import Evaluation, Sitting
from services.subsidy.domain.fact import Fact, Tie
from services.subsidy.domain.serials import Series
from services.subsidy.domain.signal import (
    SHOWN,
    Found,
    Sight,
    Sign,
    SignalEvidence,
    SignalKind,
    Whose,
    limits,
    sight,
    whose,
)
from services.subsidy.domain.terms import AnyNumber
from shared.policy import Policy
from shared.values import Level, StationCode


def serial_gap(
    key: tuple[StationCode, int], series: Series, of: Whose, policy: Policy, *, settled: int, on: date
) -> Found | None:
    """缺号: serials missing below one that was issued long enough ago; `settled` is the highest of those, 0 for none.

    What is missing above it may still be on its way.
    """
    gaps = [gap for gap in series.gaps if gap.last < settled]
    missing = sum(gap.missing for gap in gaps)
    if missing < policy.number("risk.gap_min", on):
        return None
    evidence = SignalEvidence(
        count=missing,
        gaps=tuple((gap.first, gap.last) for gap in gaps[:SHOWN]),
        limits=limits(policy, on, *LIMITS[SignalKind.SERIAL_GAP]),
    )
    return Found(
        kind=SignalKind.SERIAL_GAP,
        subject=series_subject(key, series),
        whose=of,
        evidence=evidence,
        weight=missing,
    )


def serial_duplicates(
    key: tuple[StationCode, int], series: Series, certificates: Iterable[Certificate]
) -> Iterator[Sign]:
    """重号: a number that was handed in for more than one person."""
    for each in certificates:
        if each.clashes:
            subject, seen = series_subject(key, series), sight(each, note=str(each.clashes))
            yield Sign(kind=SignalKind.SERIAL_DUPLICATE, subject=subject, whose=whose(each), sight=seen)


def series_subject(key: tuple[StationCode, int], series: Series) -> str:
    return f"{key[0]}/{key[1]}/{series.level.value}"


def pass_rate(held: Sequence[Evaluation], certificates: int, policy: Policy, on: date) -> Found | None:
    """放水: of enough candidates of a sitting, nearly all or too few hold a certificate of that day."""
    candidates = sum(each.candidates for each in held)
    if not held or candidates < policy.number("risk.min_candidates", on):
        return None
    high, low = policy.number("risk.pass_rate_high", on), policy.number("risk.pass_rate_low", on)
    if low * candidates <= certificates * 100 <= high * candidates:
        return None
    rate, first = certificates * 100 // candidates, held[0]
    evidence = SignalEvidence(
        count=certificates,
        of=candidates,
        day=first.held_on,
        limits=limits(policy, on, *LIMITS[SignalKind.PASS_RATE]),
    )
    return Found(
        kind=SignalKind.PASS_RATE,
        subject=str(first.sitting),
        whose=Whose(first.institution_id, first.uscc, first.organ),
        evidence=evidence,
        weight=max(rate - high, low - rate),
    )


@dataclass(frozen=True, kw_only=True)
class AccountUser:
    """Who is paid on an account: a body, or a person by digest with the certificates it claimed for."""

    whose: Whose
    person: str = ""
    certificates: Sequence[Certificate] = ()

    @property
    def claimant(self) -> str:
        return self.person or str(self.whose.uscc)


def shared_account(
    digest: str, users: Sequence[AccountUser], policy: Policy, on: date
) -> list[tuple[Found, tuple[Sight, ...]]]:
    """一卡多人: several claimants are paid on one account. Each organ is told of its own bodies, and of its people together.

    With each goes what its people claimed for.
    """
    claimants = {each.claimant for each in users}
    if len(claimants) < policy.number("risk.account_claimants", on):
        return []
    found: dict[str, tuple[Whose, list[Sight]]] = {}
    bodies: defaultdict[str, set[str]] = defaultdict(set)
    for each in users:
        of = each.whose
        about = of if of.institution_id else Whose(None, None, of.organ)
        _, seen = found.setdefault(f"{digest}/{of.institution_id or of.organ}", (about, []))
        seen += [sight(certificate) for certificate in each.certificates]
        if of.uscc:
            bodies[of.organ].add(str(of.uscc))
    by = limits(policy, on, *LIMITS[SignalKind.SHARED_ACCOUNT])
    told = []
    for subject, (about, seen) in found.items():
        evidence = SignalEvidence(
            count=len(claimants),
            digest=digest,
            certificates=tuple(seen[:SHOWN]),
            bodies=tuple(sorted(bodies[about.organ]))[:SHOWN],
            limits=by,
        )
        kind = SignalKind.SHARED_ACCOUNT
        told.append(
            (
                Found(kind=kind, subject=subject, whose=about, evidence=evidence, weight=evidence.count),
                tuple(seen),
            )
        )
    return told


class Records(Protocol):
    """What is on record, as detectors need it: of the whole city, and copies that nobody changes."""

    async def certificates_of(self, holders: Collection[bytes]) -> Mapping[bytes, Sequence[Certificate]]: ...

    async def facts_of(self, holders: Collection[bytes]) -> Mapping[bytes, Sequence[Fact]]: ...

    async def declared(self, holders: Collection[bytes], tie: Tie) -> Collection[AnyNumber]: ...

    async def certified_at(self, sitting: Sitting) -> int: ...

    async def holders_issued_before(self, sitting: Sitting, *, evaluated_from: date) -> Collection[bytes]: ...

    async def highest_serials(
        self, station: StationCode, year: int, *, issued_by: date
    ) -> Mapping[Level, int]: ...

    async def users_of(self, account: bytes) -> Sequence[AccountUser]: ...
