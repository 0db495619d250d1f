"""What the province tells of institutions on record: filed, changed, renewed, suspended, resumed, revoked (N2.1, N2.6)."""

from collections.abc import Awaitable, Callable
from datetime import date

from services.filing.domain.institution import Institution, ScopeVersion, ScopeWhy, Standing, SuspendedBy
from services.filing.domain.lifecycle import FixedAtFiling, OnlyStationCodes
from services.filing.domain.placing import check_scope
from services.filing.domain.refusals import BadValidity, UnknownInstitution
from services.filing.domain.terms import Particulars
from services.filing.handlers import register
from services.filing.handlers.reporting import record_of
from services.filing.handlers.work import Work
from shared.contracts.accounts import RecordAsked
from shared.contracts.filing import RecordRepeated
from shared.contracts.province import FilingChange, InstitutionFiled
from shared.policy import DutyOwner, Policy

_Follow = Callable[[Institution, InstitutionFiled, Work], Awaitable[None]]


async def follow_province(told: InstitutionFiled, work: Work) -> Institution:
    """Recognise what the province filed, or do to the record what it did: each message tells all of the record.

    Raises UnknownInstitution, FixedAtFiling, OnlyStationCodes, and whatever the change itself may.
    """
    if told.change is FilingChange.FILED:
        return await register.recognize_institution(told, work)
    institution = await work.institutions.of_number(told.provincial_number)
    if institution is None:
        raise UnknownInstitution(told.provincial_number)
    if institution.filed_by == DutyOwner.PROVINCE:
        _check_fixed(institution, told, work.policy)
        await _FOLLOWS[told.change](institution, told, work)
    else:
        _take_codes(institution, told, work)
    return institution


def _check_fixed(institution: Institution, told: InstitutionFiled, policy: Policy) -> None:
    """Which body it is, of which kind, for whom and where, is fixed when it is filed; a move is a new filing."""
    given = {
        "uscc": told.uscc,
        "category": told.category,
        "audience": told.audience,
        "organ": register.place_of(told, policy),
        "valid_from": told.valid_from,
    }
    other = [name for name, value in given.items() if value != getattr(institution, name)]
    if other:
        raise FixedAtFiling(f"{institution.number}：{', '.join(other)}")


def _take_codes(institution: Institution, told: InstitutionFiled, work: Work) -> None:
    """What a district or the city filed is theirs; station codes alone are the province's, and never made here."""
    mine = {name: getattr(institution, name) for name in ("uscc", "name", "valid_until")}
    theirs = {name: getattr(told, name) for name in mine}
    if told.change is not FilingChange.CHANGED or mine != theirs or set(told.scope) != set(institution.scope):
        raise OnlyStationCodes(institution.number, basis=institution.basis)
    sites = {each.name: each.station_code for each in told.sites or () if each.station_code}
    register.give_station_codes(institution, told.station_codes, sites, work)


async def _change(institution: Institution, told: InstitutionFiled, work: Work) -> None:
    """Scope from a day on, particulars and station codes; the validity is changed by a renewal only."""
    if told.valid_until != institution.valid_until:
        raise BadValidity(f"{institution.valid_until} → {told.valid_until}")
    _take_over(institution, told, work)


async def _renew(institution: Institution, told: InstitutionFiled, work: Work) -> None:
    """Told late, it was still renewed in time unless the province names a later day."""
    renewed_on = told.effective_on or min(work.today, institution.valid_until)
    register.renew(institution, work, until=told.valid_until, on=renewed_on)
    _take_over(institution, told, work)


def _take_over(institution: Institution, told: InstitutionFiled, work: Work) -> None:
    check_scope(told.scope, work.policy)
    version = ScopeVersion(
        valid_from=told.effective_on or work.today,
        items=told.scope,
        why=ScopeWhy.PROVINCE,
        basis=institution.basis,
    )
    register.rescope(institution, version, work)
    sites = None if told.sites is None else register.sites_of(told)
    wanted = Particulars(name=told.name, address=told.address, sites=sites)
    register.amend(institution, wanted, work, station_codes=told.station_codes)


async def _suspend(institution: Institution, told: InstitutionFiled, work: Work) -> None:
    await register.suspend(
        institution,
        work,
        reason=told.reason or "省级暂停 · suspended by the province",
        basis=institution.basis,
        by=SuspendedBy.PROVINCE,
        on=_since(told, work),
    )


async def _resume(institution: Institution, told: InstitutionFiled, work: Work) -> None:
    register.resume(
        institution, work, basis=institution.basis, by=SuspendedBy.PROVINCE, on=_since(told, work)
    )


async def _revoke(institution: Institution, told: InstitutionFiled, work: Work) -> None:
    await register.end(
        institution,
        Standing.REVOKED,
        work,
        reason=told.reason or "省级取消备案 · revoked by the province",
        basis=institution.basis,
        on=_since(told, work),
    )


def _since(told: InstitutionFiled, work: Work) -> date:
    """A standing changes when we hear of it, or has changed before; not in the future (assumed)."""
    return min(told.effective_on or work.today, work.today)


async def follow_again(asked: RecordAsked, work: Work) -> Institution | None:
    """Somebody found an account to be other than the province has it: what was missed is asked for and told again.

    The province sends the message again that told it last. What stands here as it does there is told once more to
    whoever missed it; what does not, will be when that message has come.
    """
    if asked.lane and asked.sequence:
        work.ask_again(asked.lane, asked.sequence)
    institution = await work.institutions.of_number(asked.number)
    if institution is not None and _stands_so(institution, asked.standing):
        stands = institution.standings[-1]
        work.outbox.add(
            RecordRepeated(
                institution_id=institution.id,
                organ=institution.organ,
                basis=institution.basis,
                record=record_of(institution),
                scope_from=institution.versions[-1].valid_from,
                reason=stands.reason,
                held_for=institution.basis if SuspendedBy.PROVINCE in institution.held_by else _SUPERVISED,
            )
        )
    return institution


def _stands_so(institution: Institution, standing: str) -> bool:
    """Whether it stands as the province says; suspended by the city alone is in force there."""
    if institution.standing is Standing.SUSPENDED and SuspendedBy.PROVINCE not in institution.held_by:
        return standing == Standing.ACTIVE
    return standing == institution.standing


_SUPERVISED = ("N3.3",)
_FOLLOWS: dict[FilingChange, _Follow] = {
    FilingChange.CHANGED: _change,
    FilingChange.RENEWED: _renew,
    FilingChange.SUSPENDED: _suspend,
    FilingChange.RESUMED: _resume,
    FilingChange.REVOKED: _revoke,
}
