"""Noting whom and what to look at for signals, whenever something about them arrives."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.evaluation import Evaluation, Sitting
from services.subsidy.domain.fact import Tie
from services.subsidy.domain.item import Item
from services.subsidy.domain.look import Look, LookKind
from services.subsidy.handlers.work import Work
from shared.clock import SHANGHAI
from shared.contracts.supervision import EvaluationHeld
from shared.values import CertificateNumber

_NOON = time(12, tzinfo=SHANGHAI)


async def watch_certificates(certificates: Sequence[Certificate], work: Work) -> None:
    """These came in, or were changed: their holders, series and sittings are to be looked at."""
    await watch_people({each.holder.index for each in certificates}, work)
    await watch_series(certificates, work)
    due: defaultdict[datetime, set[Look]] = defaultdict(set)
    for sitting in {Sitting.of(each) for each in certificates if each.evaluated_here}:
        due[_uploaded(sitting.day, work)].add(Look(LookKind.SITTING, str(sitting)))
    for at, looks in due.items():
        await work.looks.note(looks, due_at=at)


async def watch_people(holders: Collection[bytes], work: Work) -> None:
    """Something new is known about these people."""
    await work.looks.note([Look(LookKind.PERSON, each.hex()) for each in holders], due_at=work.at)


async def watch_series(
    certificates: Iterable[Certificate], work: Work, *, after: timedelta = timedelta()
) -> None:
    """The serials of these certificates' stations and years are to be looked at, now or some days later.

    Only those an institution here issued: of another station's serials nobody here has to know the rest.
    """
    keys = {
        f"{each.number.station_code}/{each.number.year}"
        for each in certificates
        if isinstance(each.number, CertificateNumber) and each.evaluated_here
    }
    await work.looks.note([Look(LookKind.SERIES, each) for each in keys], due_at=work.at + after)


async def watch_account(accounts: Collection[bytes], work: Work) -> None:
    """Somebody is to be paid on these accounts, or no longer."""
    await work.looks.note([Look(LookKind.ACCOUNT, each.hex()) for each in accounts], due_at=work.at)


async def watch_declared(items: Iterable[Item], work: Work) -> None:
    """A claimant declared these holders dispatched without a contract."""
    await watch_people(
        {each.holder_index for each in items if each.employment == Tie.DISPATCHED_WITHOUT.value}, work
    )


async def keep_evaluation(event: EvaluationHeld, work: Work) -> Evaluation:
    """How many were evaluated: the certificates of that day are held against it once they have to be in (N3.3).

    Whoever had a certificate of that kind before the day is looked at again.
    """
    evaluation = Evaluation(
        id=event.plan_id,
        organ=event.organ,
        uscc=event.uscc,
        institution_id=event.institution_id,
        item=event.item,
        held_on=event.held_on,
        candidates=event.candidates,
    )
    work.evaluations.add(evaluation)
    sitting = evaluation.sitting
    await work.looks.note({Look(LookKind.SITTING, str(sitting))}, due_at=_uploaded(sitting.day, work))
    near = timedelta(days=work.policy.days("risk.held_near_days", work.today))
    await watch_people(
        await work.records.holders_issued_before(sitting, evaluated_from=sitting.day - near), work
    )
    return evaluation


def _uploaded(day: date, work: Work) -> datetime:
    """When all certificates of a day's evaluation have to be in: after publicity and the term to upload them."""
    terms = ("result.publicity_days", "result.upload_days")
    days = sum(work.policy.days(key, work.today) for key in terms)
    return max(work.at, work.policy.calendar.deadline(datetime.combine(day, _NOON), days))
