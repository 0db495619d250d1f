"""What callers may ask of filing: one message type, one function each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.filing.domain.filing import Filing, Filings, check_scope, handling_organ, responsible_organ
from services.filing.domain.institution import Institution, Institutions
from services.filing.domain.refusals import NotFiledByProvince
from services.filing.domain.terms import Applicant, Material, Score, Training
from shared.clock import SHANGHAI
from shared.contracts import accounts, province, supervision
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.contracts.scope import ScopeItem
from shared.messaging.outbox import Outbox
from shared.policy import Attribute, Audience, Category, DutyKind, DutyOwner, Policy, Routing
from shared.values import Uscc


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of filing holds."""

    at: datetime
    new_id: Callable[[], UUID]
    policy: Policy
    filings: Filings
    institutions: Institutions
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


@dataclass(frozen=True, kw_only=True)
class DecideRouting:
    """Such an applicant, for such an audience; the register knows the rest."""

    category: Category
    audience: Audience
    uscc: Uscc | None
    evidence: frozenset[Attribute]
    scope: tuple[ScopeItem, ...]


async def decide_routing(query: DecideRouting, work: Work) -> Routing:
    """Who owes what on such a case, or a refusal naming the clause and what may be filed instead (N2.1–N2.7)."""
    facts = set(query.evidence & {Attribute.KEY_SCHOOL_EVIDENCE})
    if query.uscc and await work.institutions.has_first_filing(query.uscc, on=work.today):
        facts.add(Attribute.FIRST_FILING_IN_FORCE)
    occupations = [item.occupation for item in query.scope]
    if not await work.institutions.any_covers(occupations, on=work.today):
        facts.add(Attribute.NO_INSTITUTION_COVERS_OCCUPATION)
    return work.policy.decide_routing(query.category, query.audience, frozenset(facts))


@dataclass(frozen=True, kw_only=True)
class DraftFiling:
    """What an applicant asks for, and where."""

    applicant: Applicant
    organ: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    training: frozenset[Training]
    evidence: frozenset[Attribute]


async def draft_filing(command: DraftFiling, work: Work) -> Filing:
    """Open a case with the organ that will handle it, or refuse what can never be filed there."""
    organ = responsible_organ(command.organ, work.policy)
    check_scope(command.scope, work.policy)
    routing = await decide_routing(
        DecideRouting(
            category=command.category,
            audience=command.audience,
            uscc=command.applicant.uscc,
            evidence=command.evidence,
            scope=command.scope,
        ),
        work,
    )
    filing = Filing(
        id=work.new_id(),
        applicant=command.applicant,
        organ=organ,
        handled_by=handling_organ(routing, work.policy, organ=organ),
        category=command.category,
        audience=command.audience,
        scope=command.scope,
        basis=routing.basis,
        drafted_at=work.at,
        training=command.training,
        evidence=command.evidence,
    )
    work.filings.add(filing)
    return filing


@dataclass(frozen=True, kw_only=True)
class OnFiling:
    """Names the filing, the version the caller saw, and the officer's organ ("" for an applicant)."""

    filing_id: UUID
    seen: int
    organ: str = ""


async def hand_in_material(command: OnFiling, material: Material, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.hand_in(material, work.policy)
    return filing


async def submit_filing(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.submit(work.policy, at=work.at)
    return filing


async def withdraw_filing(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.withdraw()
    return filing


async def accept_filing(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.accept(organ=command.organ)
    return filing


async def assess_filing(command: OnFiling, scores: tuple[Score, ...], work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.assess(scores, work.policy, organ=command.organ, at=work.at)
    return filing


async def publicise_filing(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.publicise(work.policy, organ=command.organ, at=work.at)
    return filing


async def register_filing(command: OnFiling, work: Work) -> Filing:
    """Put it on record: the routing is decided once more, and plaque and certificate come together (N2.8)."""
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    routing = await decide_routing(_routing_of(filing), work)
    number = await _filing_number(filing, work)
    institution_id = work.new_id()
    filing.register(routing, work.policy, organ=command.organ, at=work.at, numbered=(number, institution_id))
    institution = _institution_of(filing, institution_id, work)
    work.institutions.add(institution)
    work.outbox.add(_registered(filing, institution))
    return filing


async def acknowledge_copy(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.acknowledge_copy(organ=command.organ, at=work.at)
    return filing


async def recognize_institution(filed: province.InstitutionFiled, work: Work) -> Institution:
    """一次备案、全省认可: put on record what the province has filed, without assessing it again (N2.1, N2.6)."""
    routing = work.policy.decide_routing(filed.category, filed.audience, frozenset())
    if routing.owner(DutyKind.FILE) is not DutyOwner.PROVINCE:
        raise NotFiledByProvince(filed.category.label, basis=routing.basis)
    check_scope(filed.scope, work.policy)
    institution = Institution(
        id=work.new_id(),
        name=filed.name,
        uscc=filed.uscc,
        organ=responsible_organ(filed.organ, work.policy),
        category=filed.category,
        audience=filed.audience,
        scope=filed.scope,
        number=filed.provincial_number,
        valid_from=filed.valid_from,
        valid_until=filed.valid_until,
        basis=routing.basis,
        filed_by=DutyOwner.PROVINCE,
        station_codes=filed.station_codes,
    )
    work.institutions.add(institution)
    work.outbox.add(_recognized(institution))
    return institution


async def note_account_opened(event: accounts.AccountOpened, work: Work) -> None:
    """The district has opened the account: that obligation on the case is done."""
    filing = await work.filings.of_institution(event.institution_id)
    if filing is not None:
        filing.fulfil(DutyKind.OPEN_ACCOUNT, at=work.at)


async def suspend_institution(event: supervision.InstitutionSanctioned, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    if institution.suspend(reason=event.reason):
        work.outbox.add(
            InstitutionSuspended(
                institution_id=institution.id, organ=institution.organ, basis=event.basis, reason=event.reason
            )
        )


async def resume_institution(event: supervision.SanctionLifted, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.resume()
    work.outbox.add(
        InstitutionResumed(institution_id=institution.id, organ=institution.organ, basis=event.basis)
    )


def _routing_of(filing: Filing) -> DecideRouting:
    return DecideRouting(
        category=filing.category,
        audience=filing.audience,
        uscc=filing.applicant.uscc,
        evidence=filing.evidence,
        scope=filing.scope,
    )


async def _filing_number(filing: Filing, work: Work) -> str:
    year = work.today.year
    serial = await work.filings.next_serial(organ=filing.handled_by, year=year)
    template = work.policy.text("filing.number_template", work.today)
    return template.format(year=year, organ=work.policy.organ(filing.handled_by).name_zh, serial=serial)


def _institution_of(filing: Filing, institution_id: UUID, work: Work) -> Institution:
    years = work.policy.number("filing.validity_years", work.today)
    number = filing.filing_number or ""
    return Institution(
        id=institution_id,
        name=filing.applicant.name,
        uscc=filing.applicant.uscc,
        organ=filing.organ,
        category=filing.category,
        audience=filing.audience,
        scope=filing.scope,
        number=number,
        valid_from=work.today,
        valid_until=_years_after(work.today, years),
        basis=filing.basis,
        filed_by=filing.handled_by,
        plaque_number=work.policy.text("filing.plaque_number_template", work.today).format(number=number),
        certificate_number=work.policy.text("filing.certificate_number_template", work.today).format(
            number=number
        ),
    )


def _years_after(day: date, years: int) -> date:
    """The day before the same day `years` later; 29 February counts as 28."""
    start = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    return date.fromordinal(start.replace(year=start.year + years).toordinal() - 1)


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


def _recognized(institution: Institution) -> InstitutionRecognized:
    return InstitutionRecognized(
        institution_id=institution.id,
        organ=institution.organ,
        basis=institution.basis,
        name=institution.name,
        uscc=institution.uscc,
        category=institution.category,
        audience=institution.audience,
        scope=institution.scope,
        provincial_number=institution.number,
        station_codes=institution.station_codes,
        valid_from=institution.valid_from,
        valid_until=institution.valid_until,
    )
