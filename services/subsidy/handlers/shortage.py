"""紧缺目录更新: a shortage list that the province tells is kept as a release for the city to look at (N1.7)."""

from services.subsidy.domain.release import Release, ReleaseKind
from services.subsidy.handlers.releases import PublishRelease, publish_release
from services.subsidy.handlers.work import Work
from shared.contracts.instructions import CatalogueKind, CatalogueUpdated
from shared.errors import Conflict
from shared.policy import OrganKind, Status

PROVINCE = "province"
"""Who published it; whoever releases it is another person."""


class NotASubsidyList(Conflict):
    """补贴只受理紧缺目录，职业目录由备案受理 · Subsidy keeps the shortage list; filing keeps the occupation catalogue."""

    code = "NJT-SUB-1620"


async def keep_shortage_list(told: CatalogueUpdated, work: Work) -> Release:
    """拟发布; it counts for nothing until its impact was worked out and a person of the city has released it.

    Raises NotASubsidyList, or FaultyRelease where the catalogue in force does not know what it lists.
    """
    if told.kind is not CatalogueKind.SHORTAGE:
        raise NotASubsidyList(told.number)
    occupations = {(it.edition, it.occupation): None for it in told.entries}
    entry = {
        "id": told.number,
        "title": told.title,
        "occupations": [{"edition": edition, "code": code} for edition, code in occupations],
        "effective_from": told.effective_from,
        "effective_to": told.effective_to,
    }
    command = PublishRelease(
        kind=ReleaseKind.SHORTAGE,
        title=told.title,
        number=told.number,
        issued=told.issued,
        note="省级下发 · told by the province",
        status=Status.CITED,
        clauses=(),
        entries=[{name: value for name, value in entry.items() if value is not None}],
        supersedes=None,
        by=PROVINCE,
        organ=next(it.code for it in work.policy.organs.values() if it.kind is OrganKind.CITY),
    )
    return await publish_release(command, work)
