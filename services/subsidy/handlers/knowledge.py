"""Facts from elsewhere: asked for, kept with source and time, and handed to the claims that wait for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from services.subsidy.domain.fact import MONTHLY, Fact, FactKind, Value
from services.subsidy.domain.knowledge import FactWait, KeptFact, Waiting
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.domain.upload import Finding, Returned, Sheet, Upload, UploadKind
from services.subsidy.domain.vetting import may_be_held
from services.subsidy.handlers.looks import watch_people
from services.subsidy.handlers.rosters import check_first
from services.subsidy.handlers.work import Work
from services.subsidy.holders import index_of
from services.subsidy.returned import seal_rows
from services.subsidy.sheets import FACT_COLUMNS
from shared.contracts.queries import (
    AnsweredFact,
    FactName,
    FactsAnswered,
    FactsAsked,
    FactsQuery,
)
from shared.errors import Invalid
from shared.values import Uscc

PEOPLE_A_QUERY = 200


class EmployerMissing(Invalid):
    """用工关系须填单位信用代码 · A tie needs the employer's USCC."""

    code = "NJT-SUB-1503"


class NoFact(Invalid):
    """该行没有填写任何事实 · The row tells no fact."""

    code = "NJT-SUB-1504"


class FactInFuture(Invalid):
    """所属日期在未来 · The day it is about lies in the future."""

    code = "NJT-SUB-1505"


class FaultyHolder(Invalid):
    """证件号码校验不符 · The holder's citizen number is not valid."""

    code = "NJT-SUB-1506"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Which claim of which organ waits, and of which employer unless a person claims for itself."""

    claim_id: UUID
    organ: str
    claimant: Uscc | None


async def await_facts(holders: Mapping[AnyNumber, bytes], asking: Asking, work: Work) -> None:
    """A claim waits for something about these certificates' holders: the province is asked at the next look.

    Of those for whom it waited before, it has seen what was told so far.
    """
    waits = [
        FactWait(
            id=work.new_id(),
            claim_id=asking.claim_id,
            organ=asking.organ,
            uscc=asking.claimant,
            certificate_number=number,
            holder_index=holder,
            since=work.at,
        )
        for number, holder in holders.items()
    ]
    await work.fact_waits.begin(waits)


async def stop_waiting(numbers: Collection[AnyNumber] | None, claim_id: UUID, work: Work) -> None:
    """The claim waits for nothing about these any more, or about any."""
    await work.fact_waits.end(claim_id, numbers, at=work.at)


async def fact_queries_due(work: Work) -> Sequence[UUID]:
    """An id for each query to be sent now."""
    count = await work.fact_waits.count_to_ask(asked_before=_before(work))
    return [work.new_id() for _ in range(-(-count // PEOPLE_A_QUERY))]


async def ask_facts(query_id: UUID, work: Work) -> None:
    """Ask the province about the next who are waited for; they are named by their certificates alone."""
    batch = await work.fact_waits.to_ask(asked_before=_before(work), most=PEOPLE_A_QUERY)
    if not batch:
        return
    for each in batch:
        each.wait.asked(work.at)
    work.queries.ask_facts(FactsQuery(query_id=query_id, asked=tuple(map(_asked, batch))))


async def take_facts(message: FactsAnswered, work: Work) -> Sequence[KeptFact]:
    """Keep what the province told and let whoever waits go on; raises FaultyFact for a value that cannot be."""
    found = {each.number: each for each in await work.certificates.all_numbered(message.numbers)}
    kept = []
    for each in message.facts:
        if each.number in found:
            fact, index = _told(each, work), found[each.number].holder.index
            kept.append(
                keep_fact(fact, holder_index=index, employer=_employer(fact, each.employer or ""), work=work)
            )
    await facts_arrived({each.holder_index for each in kept}, work)
    return kept


@dataclass(frozen=True, kw_only=True)
class TakeFacts:
    """A sheet of facts that an officer of an organ hands in for the insurance office."""

    organ: str
    by: str
    sheet: Sheet


async def take_fact_sheet(command: TakeFacts, work: Work) -> tuple[Upload, list[Returned]]:
    """Keep the facts of the good rows and give the others back; raises SameUpload. Opened for the whole city."""
    sheet = command.sheet
    await check_first(UploadKind.FACTS, command.organ, sheet, work)
    wrong: list[Returned] = []
    holders: set[bytes] = set()
    for row, values in sheet.values.items():
        try:
            holders.add(_keep_row(values, sheet, work))
        except Invalid as refusal:
            finding = Finding(column="", code=refusal.code, message=refusal.detail)
            wrong.append(sheet.given_back(row, finding))
    upload = Upload(
        id=work.new_id(),
        organ=command.organ,
        uscc=None,
        kind=UploadKind.FACTS,
        sha256=sheet.sha256,
        source=sheet.source,
        rows=len(sheet.values) + len(sheet.wrong),
        taken=len(sheet.values) - len(wrong),
        marked=0,
        returned=b"",
        by=command.by,
        at=work.at,
    )
    back = sorted((*sheet.wrong, *wrong), key=lambda each: each.row)
    upload.returned = seal_rows(work.cipher, upload.id, back)
    work.uploads.add(upload)
    await facts_arrived(holders, work)
    return upload, back


async def facts_arrived(holders: Collection[bytes], work: Work) -> None:
    """Something new is known about these people: the claims that wait for it have news (`claims_with_news`)."""
    if holders:
        for wait in await work.fact_waits.of_holders(holders):
            wait.told(work.at)
        await watch_people(holders, work)


def keep_fact(fact: Fact, *, holder_index: bytes, employer: str, work: Work) -> KeptFact:
    """Keep a fact beside those before it; of two about the same, the rules take the better, then the later one."""
    kept = KeptFact(id=work.new_id(), holder_index=holder_index, employer=employer, fact=fact)
    work.facts.add(kept)
    return kept


def _keep_row(values: Mapping[str, object], sheet: Sheet, work: Work) -> bytes:
    """The facts of one row, each under its own name; the document number is sealed at once. The holder's index.

    A number that was mistyped would be about nobody, or about somebody else.
    """
    about = cast("date", values["about"])
    facts = [
        _from_file(FactKind(name), values[name], work, about=about, source=f"file:{sheet.sha256}")
        for name in FACT_COLUMNS
        if values[name] is not None
    ]
    employer = str(values["employer"] or "")
    _check_row(facts, employer, work)
    if not may_be_held(str(values["holder_id"]), on=about):
        raise FaultyHolder
    holder_index = index_of(work.cipher, str(values["holder_id"]))
    for fact in facts:
        keep_fact(fact, holder_index=holder_index, employer=_employer(fact, employer), work=work)
    return holder_index


def _check_row(facts: Sequence[Fact], employer: str, work: Work) -> None:
    if not facts:
        raise NoFact
    if any(fact.about > work.today for fact in facts):
        raise FactInFuture
    if employer:
        Uscc(employer)
    elif any(fact.kind is FactKind.EMPLOYMENT for fact in facts):
        raise EmployerMissing


def _from_file(kind: FactKind, cell: object, work: Work, *, about: date, source: str) -> Fact:
    return Fact(
        kind=kind,
        value=_value(kind, cell),
        about=_dated(kind, about),
        source=source,
        obtained_at=work.at,
    )


def _value(kind: FactKind, cell: object) -> Value:
    if kind is FactKind.INSURED_MONTHS:
        return cast("int", cell)
    return str(cell) if kind is FactKind.EMPLOYMENT else cell == "yes"


def _told(answer: AnsweredFact, work: Work) -> Fact:
    kind = FactKind(answer.name.value)
    return Fact(
        kind=kind,
        value=answer.value,
        about=_dated(kind, answer.about),
        source="province",
        obtained_at=work.at,
    )


def _dated(kind: FactKind, about: date) -> date:
    """What is about a month is kept under its first day."""
    return about.replace(day=1) if kind in MONTHLY else about


def _employer(fact: Fact, employer: str) -> str:
    return employer if fact.kind is FactKind.EMPLOYMENT else ""


def _asked(waiting: Waiting) -> FactsAsked:
    """Of whom a person works for nothing is asked where no employer claims."""
    towards_nobody = waiting.wait.uscc is None
    return FactsAsked(
        number=waiting.wait.certificate_number,
        names=tuple(name for name in FactName if not (towards_nobody and name is FactName.EMPLOYMENT)),
        month=waiting.month,
        on=waiting.evaluated_on,
        employer=waiting.wait.uscc,
    )


def _before(work: Work) -> datetime:
    return work.at - timedelta(days=work.policy.number("facts.ask_again_days", work.today))
