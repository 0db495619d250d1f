"""The province's messages about one institution, as filing's worker receives them."""

from typing import Any
from uuid import uuid4

from sqlalchemy import text

from services.filing.domain.institution import Institution
from shared.contracts.province import (
    FilingChange,
    InstitutionFiled,
    MessageCode,
)
from shared.paging import Page
from tests.filing.works import holder
from tests.interfaces import Interfaces
from tests.provincial import receipts, send

FILED = MessageCode.INSTITUTION_FILED


class Exchange:
    """The province's messages about one institution, in their lane."""

    def __init__(self, interfaces: Interfaces, filed: InstitutionFiled) -> None:
        self.interfaces, self.filed = interfaces, filed
        self._lane, self._sequence = str(uuid4()), 0

    async def tell(self, change: FilingChange = FilingChange.FILED, **told: Any) -> tuple[bool, str]:
        """Whether it was carried out, or the reason code why not."""
        self.filed = self.filed.model_copy(update={"change": change, "reason": ""} | told)
        self._sequence += 1
        place = {"lane": self._lane, "sequence": self._sequence}
        message = await send(self.interfaces, "filing", FILED, self.filed, **place)
        technical, business = await receipts(self.interfaces, "filing", message)
        assert technical["ok"], technical
        return business["ok"], business["reason_code"]

    async def institution(self) -> Institution:
        async with self.interfaces.suite.runtimes["filing"].works(holder(self.filed.uscc)) as work:
            page: Page[Institution] = await work.institutions.page(cursor=None, size=5)
        (found,) = page.items
        return found

    async def announced(self) -> list[str]:
        key = (await self.institution()).id
        async with self.interfaces.suite.runtimes["filing"].engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT topic FROM outbox WHERE subject = :key ORDER BY sequence"), {"key": key}
            )
            return [each.split(".")[1] for each in rows.scalars()]
