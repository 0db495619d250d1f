"""The register: what the province filed is recognised, and every later change of what is on record is announced."""

from datetime import date

from services.filing.domain.institution import (
    Institution,
    ScopeVersion,
    ScopeWhy,
    Standing,
    first_standing,
)
from services.filing.domain.placing import check_scope, responsible_organ
from services.filing.domain.refusals import NotFiledByProvince
from services.filing.domain.terms import Particulars
from services.filing.handlers.obligations import owe_duties
from services.filing.handlers.work import Work
from shared.contracts import province, supervision
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionEnded,
    InstitutionRecognized,
    InstitutionRenewed,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
    SiteFact,
)
from shared.policy import DutyKind, DutyOwner


async def recognize_institution(filed: province.InstitutionFiled, work: Work) -> Institution:
    """一次备案、全省认可: put on record what the province has filed, without assessing it again (N2.1, N2.6)."""
    routing = work.policy.decide_routing(filed.category, filed.audience, frozenset())
    if routing.owner(DutyKind.FILE) is not DutyOwner.PROVINCE:
        raise NotFiledByProvince(filed.category.label, basis=routing.basis)
    check_scope(filed.scope, work.policy)
    version = ScopeVersion(
        valid_from=filed.valid_from, items=filed.scope, why=ScopeWhy.PROVINCE, basis=routing.basis
    )
    institution = Institution(
        id=work.new_id(),
        name=filed.name,
        uscc=filed.uscc,
        organ=responsible_organ(filed.organ, work.policy),
        category=filed.category,
        audience=filed.audience,
        versions=(version,),
        standings=first_standing(filed.valid_from),
        number=filed.provincial_number,
        valid_from=filed.valid_from,
        valid_until=filed.valid_until,
        basis=routing.basis,
        filed_by=DutyOwner.PROVINCE,
        verification=work.new_code(),
        station_codes=filed.station_codes,
    )
    work.institutions.add(institution)
    owe_duties(routing, institution, work)
    work.outbox.add(_recognized(institution))
    return institution


async def suspend_institution(event: supervision.InstitutionSanctioned, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    suspend(institution, work, reason=event.reason, basis=event.basis)


async def resume_institution(event: supervision.SanctionLifted, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    resume(institution, work, basis=event.basis)


def rescope(institution: Institution, version: ScopeVersion, work: Work) -> None:
    """Give it another scope from a day on and announce it; nothing when that is what it has."""
    if institution.rescope(version):
        work.outbox.add(
            InstitutionRescoped(
                institution_id=institution.id,
                organ=institution.organ,
                basis=version.basis,
                scope=version.items,
                valid_from=version.valid_from,
                why=version.why,
                revision=institution.version + 1,
            )
        )


def renew(institution: Institution, work: Work, *, until: date) -> None:
    """Prolong it and announce that."""
    institution.renew(until=until)
    work.outbox.add(
        InstitutionRenewed(
            institution_id=institution.id,
            organ=institution.organ,
            basis=institution.basis,
            valid_until=until,
            revision=institution.version + 1,
        )
    )


def amend(institution: Institution, wanted: Particulars, work: Work) -> None:
    """Change its particulars and announce them; nothing when they are these already."""
    if institution.amend(wanted):
        work.outbox.add(amended(institution))


def amended(institution: Institution) -> InstitutionAmended:
    """What is announced of an institution whose particulars have changed."""
    return InstitutionAmended(
        institution_id=institution.id,
        organ=institution.organ,
        basis=institution.basis,
        name=institution.name,
        address=institution.address,
        sites=tuple(SiteFact.model_validate(each, from_attributes=True) for each in institution.sites),
        station_codes=institution.station_codes,
        revision=institution.version + 1,
    )


def suspend(institution: Institution, work: Work, *, reason: str, basis: tuple[str, ...]) -> None:
    if institution.suspend(reason=reason, on=work.today):
        work.outbox.add(
            InstitutionSuspended(
                institution_id=institution.id,
                organ=institution.organ,
                basis=basis,
                reason=reason,
                on=work.today,
                revision=institution.version + 1,
            )
        )


def resume(institution: Institution, work: Work, *, basis: tuple[str, ...]) -> None:
    institution.resume(on=work.today)
    work.outbox.add(
        InstitutionResumed(
            institution_id=institution.id,
            organ=institution.organ,
            basis=basis,
            on=work.today,
            revision=institution.version + 1,
        )
    )


def end(
    institution: Institution, standing: Standing, work: Work, *, reason: str, basis: tuple[str, ...]
) -> None:
    """Take it off the record for good and announce that; nothing when it was."""
    if institution.end(standing, reason=reason, on=work.today):
        work.outbox.add(
            InstitutionEnded(
                institution_id=institution.id,
                organ=institution.organ,
                basis=basis,
                standing=standing,
                reason=reason,
                on=work.today,
                revision=institution.version + 1,
            )
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
