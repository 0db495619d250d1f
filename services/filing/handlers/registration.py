"""The decision on a case: what it puts on record or amends there, and what is owed from then on."""

from datetime import date

from services.filing.domain.filing import Filing
from services.filing.domain.institution import (
    Institution,
    ScopeVersion,
    ScopeWhy,
    first_standing,
    merged,
)
from services.filing.domain.lifecycle import check_not_banned, check_renewable
from services.filing.domain.obligation import ObligationKind
from services.filing.domain.refusals import NothingToAmend
from services.filing.handlers import register
from services.filing.handlers.cases import OnFiling
from services.filing.handlers.obligations import owe, owe_duties
from services.filing.handlers.recusal import official_case
from services.filing.handlers.reporting import owe_report
from services.filing.handlers.routing import decide_in_turn
from services.filing.handlers.work import Work
from shared.contracts.filing import InstitutionRegistered
from shared.policy import FilingKind, Routing


async def register_filing(command: OnFiling, work: Work) -> Filing:
    """Put it on record, or amend the record; for an initial filing the routing is decided once more (N2.4–N2.7)."""
    filing = await official_case(command.filing_id, work, seen=command.seen)
    removed_on = await work.public.removed_on(filing.applicant.uscc)
    check_not_banned(filing.kind, removed_on, work.policy, on=work.today)
    if filing.kind is FilingKind.INITIAL:
        await _put_on_record(filing, command, work)
    else:
        await _amend_record(filing, command, work)
    return filing


async def _put_on_record(filing: Filing, command: OnFiling, work: Work) -> None:
    routing = await decide_in_turn(filing, work)
    filing.register(work.policy, organ=command.organ, at=work.at, number=await _next_number(filing, work))
    institution = _institution_of(filing, work)
    filing.institution_id = institution.id
    work.institutions.add(institution)
    _owe_all(filing, institution, routing, work)
    work.outbox.add(_registered(filing, institution))


def _owe_all(filing: Filing, institution: Institution, routing: Routing, work: Work) -> None:
    """What the clause makes others owe, plaque and certificate together, and word to the province (N2.8, N3.7)."""
    owe_duties(routing, institution, work, filing=filing)
    owe(ObligationKind.HAND_OVER, institution, work, owner=filing.handled_by, filing=filing)
    owe_report(institution, work, filing=filing)
    _owe_of_any_kind(filing, institution, work)


def _owe_of_any_kind(filing: Filing, institution: Institution, work: Work) -> None:
    """What every decision in favour leaves to do: check what was pledged (N3.3)."""
    for material in filing.materials:
        if material.pledged and material.checked_at is None:
            owe(
                ObligationKind.CHECK_PLEDGE,
                institution,
                work,
                owner=filing.handled_by,
                filing=filing,
                subject=material.kind,
            )


async def _amend_record(filing: Filing, command: OnFiling, work: Work) -> None:
    """Extension adds scope without prolonging it; renewal prolongs; a change alters particulars."""
    if filing.institution_id is None:
        raise NothingToAmend(str(filing.id))
    institution = await work.institutions.get(filing.institution_id)
    institution.check_on_record()
    if filing.kind is FilingKind.EXTENSION:
        await decide_in_turn(filing, work)
    filing.register(work.policy, organ=command.organ, at=work.at, number=None)
    if filing.kind is FilingKind.EXTENSION:
        register.rescope(institution, _extended(filing, institution, work), work, filing=filing)
    elif filing.kind is FilingKind.RENEWAL:
        check_renewable(institution, filing, work.policy, on=work.today)
        register.renew(institution, work, until=_renewed_until(institution, work), filing=filing)
    elif filing.particulars is not None:
        register.amend(institution, filing.particulars, work, filing=filing)
    # What is printed on the certificate has changed; the plaque stays.
    owe(
        ObligationKind.HAND_OVER,
        institution,
        work,
        owner=filing.handled_by,
        filing=filing,
        subject="certificate",
    )
    _owe_of_any_kind(filing, institution, work)


def _extended(filing: Filing, institution: Institution, work: Work) -> ScopeVersion:
    """It adds to the latest version, so it begins with that where that is yet to begin."""
    return ScopeVersion(
        valid_from=max([work.today, *(each.valid_from for each in institution.versions)]),
        items=merged(institution.scope, filing.scope),
        why=ScopeWhy.EXTENDED,
        basis=filing.basis,
        filing_id=filing.id,
    )


def _renewed_until(institution: Institution, work: Work) -> date:
    """Counted from the end of what it had, also when decided later: the days between are not made good (assumed)."""
    years = work.policy.number("filing.validity_years", work.today)
    return years_after(institution.valid_until, years)


async def _next_number(filing: Filing, work: Work) -> str:
    year = work.today.year
    serial = await work.filings.next_serial(organ=filing.handled_by, year=year)
    template = work.policy.text("filing.number_template", work.today)
    return template.format(year=year, organ=work.policy.organ(filing.handled_by).name_zh, serial=serial)


def _institution_of(filing: Filing, work: Work) -> Institution:
    number = filing.filing_number or ""
    plaque, certificate = (
        work.policy.text(f"filing.{paper}_number_template", work.today).format(number=number)
        for paper in ("plaque", "certificate")
    )
    years = work.policy.number("filing.validity_years", work.today)
    return Institution(
        id=work.new_id(),
        name=filing.applicant.name,
        uscc=filing.applicant.uscc,
        legal_representative=filing.applicant.legal_representative,
        address=filing.applicant.address,
        organ=filing.organ,
        category=filing.category,
        audience=filing.audience,
        versions=(_first_version(filing, work),),
        standings=first_standing(work.today),
        number=number,
        valid_from=work.today,
        valid_until=date.fromordinal(years_after(work.today, years).toordinal() - 1),
        basis=filing.basis,
        filed_by=filing.handled_by,
        verification=work.new_code(),
        plaque_number=plaque,
        certificate_number=certificate,
    )


def _first_version(filing: Filing, work: Work) -> ScopeVersion:
    return ScopeVersion(
        valid_from=work.today,
        items=filing.scope,
        why=ScopeWhy.FILED,
        basis=filing.basis,
        filing_id=filing.id,
    )


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February counts as 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _registered(filing: Filing, institution: Institution) -> InstitutionRegistered:
    return InstitutionRegistered(
        institution_id=institution.id,
        organ=institution.organ,
        basis=institution.basis,
        filing_id=filing.id,
        name=institution.name,
        uscc=institution.uscc,
        category=institution.category,
        audience=institution.audience,
        scope=institution.scope,
        filing_number=institution.number,
        valid_from=institution.valid_from,
        valid_until=institution.valid_until,
    )
