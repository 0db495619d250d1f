"""The register: what the province filed is recognised, and every later change of what is on record is announced."""

from datetime import date
from typing import Any

from services.filing.domain.filing import Filing
from services.filing.domain.institution import (
    Institution,
    ScopeVersion,
    ScopeWhy,
    Standing,
    SuspendedBy,
    first_standing,
)
from services.filing.domain.obligation import ObligationKind
from services.filing.domain.placing import check_scope, located_organ
from services.filing.domain.refusals import NotFiledByProvince
from services.filing.domain.terms import Particulars, Site
from services.filing.handlers.commendations import withdraw_by_itself
from services.filing.handlers.obligations import owe, owe_duties, void
from services.filing.handlers.reporting import owe_report, record_of
from services.filing.handlers.work import Work
from shared.contracts import province, supervision
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionChange,
    InstitutionEnded,
    InstitutionRecognized,
    InstitutionRenewed,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
    SiteFact,
)
from shared.policy import DutyKind, DutyOwner, Policy
from shared.values import StationCode

_OUTLIVING = frozenset({ObligationKind.TELL_PROVINCE, ObligationKind.CHECK_PLEDGE})
"""What is owed on even of an institution that has ended."""


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
        organ=place_of(filed, work.policy),
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
        address=filed.address or "",
        sites=sites_of(filed),
    )
    work.institutions.add(institution)
    owe_duties(routing, institution, work)
    owe(ObligationKind.INVITE_OPERATOR, institution, work, owner=institution.organ)
    work.outbox.add(_recognized(institution))
    return institution


def place_of(filed: province.InstitutionFiled, policy: Policy) -> str:
    """The one organ that is responsible for it (N2.0)."""
    return located_organ(filed.organ, filed.site_organs, policy)


def sites_of(filed: province.InstitutionFiled) -> tuple[Site, ...]:
    """The sites that the province names."""
    return tuple(
        Site(name=each.name, address=each.address, station_code=each.station_code)
        for each in filed.sites or ()
    )


async def suspend_institution(event: supervision.InstitutionSanctioned, work: Work) -> None:
    """Nothing is left to suspend of what is on record no more."""
    institution = await work.institutions.get(event.institution_id)
    if institution.on_record:
        await suspend(institution, work, reason=event.reason, basis=event.basis)


async def resume_institution(event: supervision.SanctionLifted, work: Work) -> None:
    """What has ended meanwhile stays ended."""
    institution = await work.institutions.get(event.institution_id)
    if institution.on_record:
        resume(institution, work, basis=event.basis)


async def revoke_institution(event: supervision.RevocationOrdered, work: Work) -> None:
    """取消备案: by supervision's word; what the province has filed it decides on: it is told, or has ordered it."""
    institution = await work.institutions.get(event.institution_id)
    if institution.on_record and (event.order or institution.filed_by != DutyOwner.PROVINCE):
        await end(institution, Standing.REVOKED, work, reason=event.reason, basis=event.basis)


def rescope(
    institution: Institution, version: ScopeVersion, work: Work, *, filing: Filing | None = None
) -> None:
    """Give it another scope from a day on and announce it; nothing when that is what it has."""
    if institution.rescope(version):
        change = InstitutionRescoped(
            **_about(institution, version.basis),
            scope=version.items,
            valid_from=version.valid_from,
            why=version.why,
        )
        _announce(change, institution, work, filing=filing)


def renew(
    institution: Institution,
    work: Work,
    *,
    until: date,
    on: date | None = None,
    filing: Filing | None = None,
) -> None:
    """Prolong it and announce that; `on` is the day of the renewal where another than the caller decided it."""
    day = on or work.today
    again = day if institution.renew(until=until, on=day) else None
    change = InstitutionRenewed(**_about(institution, institution.basis), valid_until=until, valid_from=again)
    _announce(change, institution, work, filing=filing)


def amend(
    institution: Institution,
    wanted: Particulars,
    work: Work,
    *,
    filing: Filing | None = None,
    station_codes: tuple[StationCode, ...] | None = None,
) -> None:
    """Change its particulars and announce them; nothing when they are these already."""
    changed = bool(institution.amend(wanted))
    coded = station_codes is not None and institution.give_station_codes(station_codes, {})
    if changed or coded:
        _announce(amended(institution), institution, work, filing=filing)


def give_station_codes(
    institution: Institution, codes: tuple[StationCode, ...], sites: dict[str, StationCode], work: Work
) -> None:
    """Enter what the province assigned, to it and to its sites by their names, and announce that."""
    if institution.give_station_codes(codes, sites):
        _announce(amended(institution), institution, work)


def amended(institution: Institution) -> InstitutionAmended:
    """What is announced of an institution whose particulars have changed."""
    return InstitutionAmended(
        **_about(institution, institution.basis),
        name=institution.name,
        address=institution.address,
        sites=tuple(SiteFact.model_validate(each, from_attributes=True) for each in institution.sites),
        station_codes=institution.station_codes,
    )


async def suspend(
    institution: Institution,
    work: Work,
    *,
    reason: str,
    basis: tuple[str, ...],
    by: SuspendedBy = SuspendedBy.SUPERVISION,
    on: date | None = None,
) -> None:
    """It may not evaluate until whoever says so resumes it; announced unless it was suspended already.

    Nobody holds it up as outstanding any more (N3.5).
    """
    day = on or work.today
    if institution.suspend(reason=reason, on=day, by=by):
        await withdraw_by_itself(institution.id, work, because=f"{institution.standing.label}：{reason}")
        change = InstitutionSuspended(**_about(institution, basis), reason=reason, on=day)
        _announce(change, institution, work)


def resume(
    institution: Institution,
    work: Work,
    *,
    basis: tuple[str, ...],
    by: SuspendedBy = SuspendedBy.SUPERVISION,
    on: date | None = None,
) -> None:
    """It may evaluate again, unless somebody else holds it back; raises NotSuspended."""
    day = on or work.today
    if institution.resume(on=day, by=by):
        _announce(InstitutionResumed(**_about(institution, basis), on=day), institution, work)


async def end(
    institution: Institution,
    standing: Standing,
    work: Work,
    *,
    reason: str,
    basis: tuple[str, ...],
    on: date | None = None,
) -> None:
    """Take it off the record for good, announce that, and void what is owed on it; nothing when it was.

    What the province is told stays owed: it must hear of the end and of what came before. So does the check of a
    pledge: nobody gets round it by ending (N3.3).
    """
    day = on or work.today
    if not institution.end(standing, reason=reason, on=day):
        return
    owed = await work.obligations.still_owed(institution.id)
    rest = [each for each in owed if each.kind not in _OUTLIVING]
    void(rest, work, note=f"{standing.label}：{reason}")
    await withdraw_by_itself(institution.id, work, because=f"{standing.label}：{reason}")
    change = InstitutionEnded(**_about(institution, basis), standing=standing, reason=reason, on=day)
    _announce(change, institution, work)


def _about(institution: Institution, basis: tuple[str, ...]) -> dict[str, Any]:
    """What every fact about a change carries, once the change is made."""
    return {
        "institution_id": institution.id,
        "organ": institution.organ,
        "basis": basis,
        "revision": institution.version + 1,
        "record": record_of(institution),
    }


def _announce(
    change: InstitutionChange, institution: Institution, work: Work, *, filing: Filing | None = None
) -> None:
    """Say it to the others of the suite, and owe it to the province."""
    work.outbox.add(change)
    owe_report(institution, work, change=change, filing=filing)


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
