"""What is owed in tests, and officers who report it as done."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.filing.domain.filing import Filing
from services.filing.domain.obligation import Obligation, ObligationKind, deadline_of
from services.filing.domain.stages import FilingState
from services.filing.handlers import obligations, registration
from services.filing.handlers.cases import OnFiling
from services.filing.handlers.obligations import OnObligation
from shared.policy import Policy
from tests.builders import AT, DISTRICT, a_filing, a_uscc, account_opened
from tests.filing.works import EVERYTHING, FilingWorks, keep, within

Kind = ObligationKind


def publicised(**changes: Any) -> Filing:
    return a_filing(state=FilingState.PUBLICITY, publicity_until=AT - timedelta(seconds=1), **changes)


def an_obligation(policy: Policy, kind: Kind = Kind.HAND_OVER, **changes: Any) -> Obligation:
    given: dict[str, Any] = {
        "id": uuid4(),
        "kind": kind,
        "institution_id": uuid4(),
        "filing_id": uuid4(),
        "organ": DISTRICT,
        "owner": DISTRICT,
        "uscc": a_uscc(),
        "basis": ("N2.2",),
        "deadline": deadline_of(kind, policy, at=AT),
    }
    return Obligation(**(given | changes))


async def owed_after_registering(works: FilingWorks, filing: Filing) -> list[Obligation]:
    """What is owed on a case once its own organ has put it on record."""
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        command = OnFiling(filing_id=filing.id, seen=1, organ=filing.handled_by)
        await registration.register_filing(command, work)
    return await owed_on(works, filing.id)


async def owed_on(works: FilingWorks, filing_id: UUID) -> list[Obligation]:
    async with works(EVERYTHING) as work:
        return await work.obligations.of_filings([filing_id])


def told(owed: list[Obligation]) -> set[tuple[str, str]]:
    assert len({(each.kind, each.subject) for each in owed}) == len(owed)
    return {(each.kind.value, each.owner) for each in owed}


async def settle(works: FilingWorks, owed: Obligation, *, organ: str = DISTRICT, seen: int = 1) -> Obligation:
    async with works(within(organ, owed.organ)) as work:
        command = OnObligation(obligation_id=owed.id, seen=seen, organ=organ, actor="officer:甲")
        return await obligations.settle_obligation(command, "已当面发放", work)


async def account(works: FilingWorks, owed: Obligation) -> None:
    assert owed.institution_id is not None
    async with works(EVERYTHING) as work:
        await obligations.note_account_opened(account_opened(owed.institution_id), work)


async def by_itself(works: FilingWorks, owed: Obligation) -> None:
    async with works(EVERYTHING) as work:
        (await work.obligations.get(owed.id)).settle(by="province", at=work.at)
