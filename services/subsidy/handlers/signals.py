"""Signals: looked for where something arrived, raised once, handed to supervision. No decision asks for them (N3.3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from services.subsidy.domain.detection import LIMITS
from services.subsidy.domain.evaluation import Sitting
from services.subsidy.domain.signal import (
    BASIS,
    SHOWN,
    Found,
    Sight,
    Sign,
    Signal,
    SignalEvidence,
    SignalFinding,
    SignalKind,
    Subject,
    limits,
    raised,
)
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.work import Work
from shared.contracts import subsidy
from shared.contracts.supervision import SignalClosed


async def settle(kind: SignalKind, subject: str, found: Found | None, work: Work) -> Signal | None:
    """Raise what is found about a subject, or note that it is found no more; the signal, if there is one."""
    known = (await work.signals.about({(kind, subject)})).get((kind, subject))
    if found is None:
        if known is not None:
            _lapse(known, work)
        return known
    return _tell(found, known, work)


async def settle_signs(
    signs: Iterable[Sign], numbers: Collection[AnyNumber], kinds: Collection[SignalKind], work: Work
) -> None:
    """The same for what is found about single certificates: all that is found of these kinds about these numbers."""
    now = {(each.kind, each.subject, each.sight.number): each for each in signs}
    before = await work.signals.signs_of(numbers, kinds)
    new, gone = defaultdict[Subject, list[Sign]](list), defaultdict[Subject, list[str]](list)
    for (kind, subject, number), sign in now.items():
        if before.get((kind, subject, number)) != sign.sight:
            new[kind, subject].append(sign)
    for kind, subject, number in before.keys() - now.keys():
        gone[kind, subject].append(number)
    known = await work.signals.about(new.keys() | gone.keys())
    for (kind, subject), numbers_gone in gone.items():
        await work.signals.forget_signs(kind, subject, numbers_gone)
    for about, found in new.items():
        sights = sorted((each.sight for each in found), key=lambda each: each.number)
        signal = known.get(about) or _first(found[0], sights, work)
        await work.signals.keep_signs(signal, sights)
    await _weigh_again(known, work)


async def note_closed(event: SignalClosed, work: Work) -> None:
    """办结: what supervision found about a signal (N3.3)."""
    signal = await work.signals.get(event.signal_id)
    finding = SignalFinding(event.finding)
    signal.close(finding, lead_id=event.lead_id, revision=event.revision, at=work.at)


async def _weigh_again(known: Mapping[Subject, Signal], work: Work) -> None:
    """Tell of each signal what its certificates come to now."""
    seen = await work.signals.seen_of({each.id for each in known.values()})
    for signal in known.values():
        count, sights = seen.get(signal.id, (0, ()))
        if not count:
            _lapse(signal, work)
            continue
        evidence = _evidence(signal.kind, signal.subject, sights, work, count=count)
        if signal.find(evidence, weight=count, at=work.at):
            work.outbox.add(_announced(signal))


def _first(sign: Sign, sights: Sequence[Sight], work: Work) -> Signal:
    evidence = _evidence(sign.kind, sign.subject, sights[:SHOWN], work, count=len(sights))
    found = Found(
        kind=sign.kind, subject=sign.subject, whose=sign.whose, evidence=evidence, weight=len(sights)
    )
    return _tell(found, None, work)


def _evidence(
    kind: SignalKind, subject: str, sights: Sequence[Sight], work: Work, *, count: int
) -> SignalEvidence:
    many = kind is SignalKind.MANY_CERTIFICATES
    of_sitting = not many and kind is not SignalKind.SERIAL_DUPLICATE
    return SignalEvidence(
        count=count,
        day=Sitting.parse(subject).day if of_sitting else None,
        digest=subject.rpartition("/")[2] if many else "",
        certificates=tuple(sights),
        limits=limits(work.policy, work.today, *LIMITS[kind]),
    )


def _tell(found: Found, known: Signal | None, work: Work) -> Signal:
    if known is None:
        signal = raised(found, key=work.new_id(), at=work.at)
        work.signals.add(signal)
        work.outbox.add(_announced(signal))
        return signal
    if known.find(found.evidence, weight=found.weight, at=work.at):
        work.outbox.add(_announced(known))
    return known


def _lapse(signal: Signal, work: Work) -> None:
    if signal.lapse(at=work.at):
        work.outbox.add(
            subsidy.SignalLapsed(
                signal_id=signal.id,
                institution_id=signal.institution_id,
                uscc=signal.institution_uscc,
                organ=signal.organ,
                basis=BASIS,
            )
        )


def _announced(signal: Signal) -> subsidy.SignalRaised:
    return subsidy.SignalRaised(
        signal_id=signal.id,
        institution_id=signal.institution_id,
        uscc=signal.institution_uscc,
        organ=signal.organ,
        basis=BASIS,
        kind=signal.kind.value,
        label=signal.kind.label,
        revision=signal.revision,
        evidence=subsidy.SignalEvidence.model_validate(signal.evidence),
    )
