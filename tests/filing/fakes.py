"""Filing's repositories in memory."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import AlreadyOnRecord, UnknownFiling, UnknownInstitution
from services.filing.domain.terms import FilingState
from services.filing.handlers import Work
from shared.identity import Scope
from shared.paging import BadCursor, Page, decode_cursor, moment_in, page_of, uuid_in
from shared.policy import Audience, Policy
from shared.values import OccupationCode, Uscc
from tests.fakes import MemoryAggregates, MemoryOutbox, MemoryWorks, page_after, reaches


class MemoryFilings(MemoryAggregates[Filing]):
    """Filings in a dictionary."""

    missing = UnknownFiling

    def __init__(
        self, rows: dict[UUID, Filing], scope: Scope, *, serials: dict[tuple[str, int], int]
    ) -> None:
        super().__init__(rows, scope)
        self._serials = serials
        self._given: dict[tuple[str, int], int] = {}

    def is_visible(self, aggregate: Filing) -> bool:
        return reaches(self.scope, organ=aggregate.organ, uscc=aggregate.applicant.uscc)

    async def of_institution(self, institution_id: UUID) -> Filing | None:
        return next((each for each in self.visible() if each.institution_id == institution_id), None)

    async def queue(self, *, state: FilingState | None, cursor: str | None, size: int) -> Page[Filing]:
        wanted = [each for each in self.visible() if state in (None, each.state)]
        position = None
        if cursor is not None:
            priority, drafted, key = decode_cursor(cursor, parts=3)
            if priority not in ("True", "False"):
                raise BadCursor
            position = (priority == "False", moment_in(drafted), uuid_in(key))
        rows = page_after(
            wanted, lambda it: (not it.priority, it.drafted_at, it.id), after=position, size=size
        )
        return page_of(rows, size=size, position=lambda it: (it.priority, it.drafted_at.isoformat(), it.id))

    async def next_serial(self, *, organ: str, year: int) -> int:
        known = self._given.get((organ, year), self._serials.get((organ, year), 0))
        self._given[organ, year] = known + 1
        return known + 1

    def commit(self) -> None:
        super().commit()
        self._serials |= self._given


class MemoryInstitutions(MemoryAggregates[Institution]):
    """The register in a dictionary."""

    missing = UnknownInstitution

    def is_visible(self, aggregate: Institution) -> bool:
        return reaches(self.scope, organ=aggregate.organ, uscc=aggregate.uscc)

    def check_unique(self, aggregate: Institution) -> None:
        for row in self.rows.values():
            same_body = (row.uscc, row.audience) == (aggregate.uscc, aggregate.audience)
            if same_body or row.number == aggregate.number:
                raise AlreadyOnRecord

    async def has_first_filing(self, uscc: Uscc, *, on: date) -> bool:
        return any(
            each.uscc == uscc
            and each.audience is Audience.OWN_STAFF
            and each.standing is Standing.ACTIVE
            and each.valid_from <= on <= each.valid_until
            for each in self.visible()
        )

    async def any_covers(self, occupations: Iterable[OccupationCode], *, on: date) -> bool:
        wanted = set(occupations)
        return any(
            item.occupation in wanted and each.valid_until >= on
            for each in self.rows.values()
            for item in each.scope
        )

    async def page(self, *, cursor: str | None, size: int) -> Page[Institution]:
        position = None
        if cursor is not None:
            name, key = decode_cursor(cursor, parts=2)
            position = (name, uuid_in(key))
        rows = page_after(self.visible(), lambda it: (it.name, it.id), after=position, size=size)
        return page_of(rows, size=size, position=lambda it: (it.name, it.id))


def memory_works(policy: Policy) -> MemoryWorks[Work]:
    """Filing's units of work over an empty memory."""
    filings: dict[UUID, Filing] = {}
    institutions: dict[UUID, Institution] = {}
    serials: dict[tuple[str, int], int] = {}

    def bind(
        scope: Scope, at: datetime, outbox: MemoryOutbox
    ) -> tuple[Work, tuple[MemoryInstitutions, MemoryFilings]]:
        kept = (MemoryInstitutions(institutions, scope), MemoryFilings(filings, scope, serials=serials))
        work = Work(at=at, new_id=uuid4, policy=policy, institutions=kept[0], filings=kept[1], outbox=outbox)
        return work, kept

    return MemoryWorks(bind)
