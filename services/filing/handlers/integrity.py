"""Who may not pledge for a time: entered by an officer, or because a pledge was false (N3.3)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.filing.domain.integrity import (
    IntegrityRecord,
    NotYetDishonest,
    NotYourRecord,
    RecordSource,
    check_none_runs,
)
from services.filing.domain.materials import months_after
from services.filing.domain.pledge import Pledge
from services.filing.handlers.recusal import check_not_recused
from services.filing.handlers.work import Work
from shared.policy import OrganKind, Parameter
from shared.values import Uscc

_YEARS = "pledge.integrity_years"
_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class EnterRecord:
    """Whom an organ enters and why; from today on unless another day is named."""

    uscc: Uscc
    name: str
    reason: str
    organ: str
    valid_from: date | None = None


async def enter_record(command: EnterRecord, work: Work) -> IntegrityRecord:
    """An officer enters a record of what was found elsewhere; raises RecusedOfficer or NotYetDishonest."""
    await check_not_recused(command.uscc, work, organ=command.organ)
    begins = command.valid_from or work.today
    if begins > work.today:
        raise NotYetDishonest(f"{begins} > {work.today}")
    return _entered(command, work, begins=begins, source=RecordSource.ENTERED)


@dataclass(frozen=True, kw_only=True)
class AnnulRecord:
    """Which record was entered by mistake, at the version seen, why, and which organ says so."""

    record_id: UUID
    seen: int
    reason: str
    organ: str


async def annul_record(command: AnnulRecord, work: Work) -> IntegrityRecord:
    """It bars nobody any more and stays visible; raises NotYourRecord, RecusedOfficer or AlreadyAnnulled.

    What a false pledge brought about besides is not undone by this.
    """
    record = await work.integrity.get(command.record_id, seen=command.seen)
    if command.organ != record.entered_by and work.policy.organ(command.organ).kind is not OrganKind.CITY:
        raise NotYourRecord(basis=record.basis)
    await check_not_recused(record.uscc, work, organ=command.organ)
    record.annul(command.reason, by=command.organ, at=work.at)
    return record


def record_false(command: EnterRecord, work: Work, *, pledge: Pledge | None) -> IntegrityRecord:
    """A pledge was found false: that is a record from today on."""
    return _entered(command, work, begins=work.today, source=RecordSource.FALSE_PLEDGE, pledge=pledge)


async def check_may_pledge(uscc: Uscc, work: Work) -> None:
    """Raises UnderIntegrityRecord."""
    check_none_runs(await work.integrity.of_body(uscc), on=work.today)


def _entered(
    command: EnterRecord,
    work: Work,
    *,
    begins: date,
    source: RecordSource,
    pledge: Pledge | None = None,
) -> IntegrityRecord:
    years: Parameter = work.policy.parameter(_YEARS, work.today)
    record = IntegrityRecord(
        id=work.new_id(),
        uscc=command.uscc,
        name=command.name,
        reason=command.reason,
        source=source,
        basis=("N3.3", *filter(None, [years.clause])),
        valid_from=begins,
        valid_until=months_after(begins, work.policy.number(_YEARS, work.today) * _MONTHS),
        entered_by=command.organ,
        entered_at=work.at,
        pledge_id=pledge.id if pledge else None,
    )
    work.integrity.add(record)
    return record
