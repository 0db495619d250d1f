"""What may become of an institution on record: renewal, post levels, removal, and who may decide it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, PostLevel, Standing
from services.filing.domain.refusals import (
    Banned,
    NotOfThisKind,
    NotRenewable,
    NotTheHandlingOrgan,
    TooManySites,
)
from services.filing.domain.stages import ASSESSED_KINDS
from services.filing.domain.terms import Particulars
from shared.contracts.scope import ScopeItem
from shared.errors import Conflict, Invalid
from shared.policy import ENTERPRISES, Audience, DutyOwner, FilingKind, Policy
from shared.values import Occupation

_EXPLANATION = "batch_explanation"
_RENEWABLE = ("filing.renew_window_days", "filing.renew_min_batches")


class NotIdle(Conflict):
    """未满未开展评价的年限 · It has not gone long enough without an evaluation to be removed."""

    code = "NJT-FIL-1101"


class ProvinceDecides(Conflict):
    """由省级备案，须由省级办理 · The province filed it; the province decides."""

    code = "NJT-FIL-1102"


class OnlyEnterprises(Conflict):
    """仅企业可自主设置岗位等级 · Only an enterprise sets post levels for its own staff."""

    code = "NJT-FIL-1104"


class TooManyPostLevels(Invalid):
    """岗位等级过多 · There are more post levels than may be set."""

    code = "NJT-FIL-1105"


class PostOutsideScope(Conflict):
    """岗位等级的职业不在评价范围 · A post level's occupation is not in the scope."""

    code = "NJT-FIL-1106"


class RepeatedPostLevel(Invalid):
    """同一职业的岗位等级重名 · An occupation has a post level of this name already."""

    code = "NJT-FIL-1107"


class FixedAtFiling(Conflict):
    """备案时确定的事项不得以变更改动 · What was fixed when it was filed cannot be changed so."""

    code = "NJT-FIL-1108"


class OnlyStationCodes(Conflict):
    """由区市备案，省级仅赋站点代码 · A district or the city filed it; the province gives it station codes only."""

    code = "NJT-FIL-1109"


def check_decided_by(institution: Institution, organ: str) -> None:
    """Whether this organ decides about it: the one that filed it. Raises ProvinceDecides or NotTheHandlingOrgan."""
    if institution.filed_by == DutyOwner.PROVINCE:
        raise ProvinceDecides(institution.number, basis=institution.basis)
    if organ != institution.filed_by:
        raise NotTheHandlingOrgan(
            f"由 {institution.filed_by} 备案 · {institution.filed_by} filed it", basis=institution.basis
        )


def check_of_kind(
    kind: FilingKind,
    policy: Policy,
    *,
    scope: tuple[ScopeItem, ...] | None,
    particulars: Particulars | None,
    on: date,
) -> None:
    """What a case asks for is what its kind changes; raises NotOfThisKind, or TooManySites (N2.6, assumed)."""
    if scope and kind not in ASSESSED_KINDS:
        raise NotOfThisKind(f"{kind.label}：评价范围以增量备案办理 · the scope is widened by an extension")
    wanted = particulars or Particulars()
    if wanted != Particulars() and kind is not FilingKind.CHANGE:
        raise NotOfThisKind(f"{kind.label}：名称、地址等以变更备案办理 · particulars are amended by a change")
    sites, most = len(wanted.sites or ()), policy.number("filing.site_limit", on)
    if sites > most:
        raise TooManySites(f"{sites} > {most}（假设值）· an assumption", basis=("N2.6",))


def check_renewal_opens(institution: Institution, policy: Policy, *, on: date) -> None:
    """A renewal is asked for in the days before expiry that the policy names, and not while suspended (assumed)."""
    _check_not_suspended(institution)
    days = policy.days("filing.renew_window_days", on)
    opens = institution.valid_until - timedelta(days=days)
    if not opens <= on <= institution.valid_until:
        raise NotRenewable(
            f"续期申请期 {opens} – {institution.valid_until} · it may be asked for then",
            extra={"from": str(opens), "until": str(institution.valid_until)} | _assumed(policy, on),
        )


def check_renewable(institution: Institution, filing: Filing, policy: Policy, *, on: date) -> None:
    """Enough batches since the filing or the last renewal, or a written explanation; not while suspended (assumed).

    An open rectification is not known here: it stands in the way once it has led to a suspension.
    """
    _check_not_suspended(institution)
    needed = policy.number("filing.renew_min_batches", on)
    explained = any(each.kind == _EXPLANATION for each in filing.materials)
    if institution.batches < needed and not explained:
        raise NotRenewable(
            f"评价 {institution.batches} 批次，须满 {needed} 批次或附书面说明"
            f" · {institution.batches} batches of {needed}, and no explanation",
            extra={"batches": institution.batches, "needed": needed} | _assumed(policy, on),
        )


def _check_not_suspended(institution: Institution) -> None:
    if institution.standing is Standing.SUSPENDED:
        raise NotRenewable(f"暂停期间不予续期 · suspended: {institution.suspended_for}")


def _assumed(policy: Policy, on: date) -> dict[str, object]:
    """How sure the conditions of renewal are: the notice names none."""
    return {key: policy.parameter(key, on).status.value for key in _RENEWABLE}


def idle_before(policy: Policy, *, on: date) -> date:
    """Whoever has evaluated nobody since this day may be removed (assumed)."""
    return _years_before(on, policy.number("filing.idle_limit_years", on))


def check_idle(institution: Institution, policy: Policy, *, on: date) -> None:
    """Raises NotIdle for one that has evaluated since, or was not on record that long."""
    last = institution.last_evaluated_on or institution.valid_from
    if last >= (limit := idle_before(policy, on=on)):
        raise NotIdle(f"最近评价或备案于 {last}，须早于 {limit} · {last} is not before {limit}")


def check_not_banned(kind: FilingKind, removed_on: date | None, policy: Policy, *, on: date) -> None:
    """Raises Banned while the body may not file anew after its removal (assumed); what is on record is untouched."""
    if kind not in (FilingKind.INITIAL, FilingKind.EXTENSION) or removed_on is None:
        return
    years = policy.number("filing.ban_years", on)
    if removed_on > _years_before(on, years):
        raise Banned(
            f"{removed_on} 移出名录，{years} 年内不再受理 · removed then; not taken for {years} years",
            extra={"removed_on": str(removed_on), "years": years},
        )


def check_post_levels(
    institution: Institution, levels: Iterable[PostLevel], policy: Policy, *, on: date
) -> tuple[PostLevel, ...]:
    """What an enterprise may set for its own staff (N1.5); raises OnlyEnterprises, PostOutsideScope and the like."""
    institution.check_on_record()
    if institution.category not in ENTERPRISES or institution.audience is not Audience.OWN_STAFF:
        raise OnlyEnterprises(institution.category.label, basis=("N1.5",))
    wanted, most = tuple(levels), policy.number("filing.post_levels_max", on)
    if len(wanted) > most:
        raise TooManyPostLevels(f"{len(wanted)} > {most}", basis=("N1.5",))
    named = Counter((each.occupation, each.name) for each in wanted)
    if twice := [name for (_, name), times in named.items() if times > 1]:
        raise RepeatedPostLevel("、".join(twice), basis=("N1.5",))
    covered = {Occupation(item.edition, item.occupation) for item in institution.scope}
    if outside := sorted({each.occupation.code for each in wanted if each.occupation not in covered}):
        raise PostOutsideScope("、".join(outside), basis=("N1.5",))
    return wanted


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February counts as 28 where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
