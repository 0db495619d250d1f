"""省级备案的一生: what the province files, changes, suspends and revokes is carried to account, plans and claims (N2.1)."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from cli.suite.home import Home
from shared.contracts.province import FilingChange, InstitutionFiled, MessageCode, Receipt
from simulator.register import Accepted
from tests.builders import DISTRICT, MILLER, an_item, institution_filed
from tests.shared.province.exchange import until
from tests.shared.province.letters import DONE
from tests.shared.province.suite import OPENS_AT, Suite, opened_suite

NEXT_YEAR = date(2025, 1, 1)
_CLAIM = """
    INSERT INTO claim (id, version, organ, uscc, institution_id, line, state, frozen_for, created_at, submitted_at,
        file_name, faulty, certificates, undecided, pending, payable, total_fen, basis, unchecked, objections_open)
    VALUES ($1, 1, $2, $3, $4, 'B', 'submitted', '', $5, $5, '', 0, 0, 0, 0, 0, 0, '{}', 0, 0) RETURNING id
"""


@pytest.fixture(scope="module")
async def suite(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Suite]:
    async with opened_suite(postgres_url, home.passwords, scratch / "life") as suite:
        yield suite


class Told:
    """One institution as the province tells of it."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.filed = institution_filed(scope=(an_item(),))
        self._told = 0

    async def tell(self, change: FilingChange = FilingChange.FILED, **changes: Any) -> Receipt:
        """Another message about it, and what the city made of it."""
        self._told += 1
        self.filed = InstitutionFiled.model_validate({**self.filed.model_dump(), "change": change, **changes})
        message = await self.suite.province.send(
            "filing",
            MessageCode.INSTITUTION_FILED,
            business_key=f"{self.filed.provincial_number}:{self._told}",
            lane=self.filed.uscc,
            payload=self.filed,
        )
        return await self.suite.conclusion(message)

    async def row(self, service: str, table: str) -> dict[str, Any]:
        query = f"SELECT * FROM {table} WHERE uscc = $1"  # noqa: S608 — names of this test
        (row,) = await self.suite.rows(service, query, self.filed.uscc)
        return row

    async def shows(self, service: str, table: str, **wanted: object) -> None:
        """Wait until a service knows it so."""

        async def known() -> bool:
            row = await self.row(service, table)
            return {name: row[name] for name in wanted} == wanted

        await until(known)

    async def claim(self, institution_id: UUID) -> None:
        """Something of its is unpaid."""
        values = (uuid4(), DISTRICT, self.filed.uscc, institution_id, OPENS_AT)
        await self.suite.rows("subsidy", _CLAIM, *values)

    def account(self, state: str) -> Accepted | None:
        """What the province knows of its account."""
        told = self.suite.province.register.items()
        changed = (
            each for (code, _), each in told if code == MessageCode.ACCOUNT_CHANGED and self._is_own(each)
        )
        return next((each for each in changed if each.envelope.payload["state"] == state), None)

    def _is_own(self, message: Accepted) -> bool:
        return bool(message.envelope.payload["uscc"] == self.filed.uscc)


async def _changed(told: Told) -> None:
    """Name, scope and station codes from a day on."""
    wider = (an_item(), an_item(MILLER))
    codes = (*told.filed.station_codes, "Y000032000077")
    done = await told.tell(
        FilingChange.CHANGED, name="改名央企", scope=wider, station_codes=codes, effective_on=NEXT_YEAR
    )
    assert done == DONE
    await told.shows("accounts", "account", name="改名央企", station_codes=list(codes), scope_from=NEXT_YEAR)
    await told.shows("supervision", "supervised_institution", name="改名央企")
    await told.shows("subsidy", "institution", station_codes=list(codes))
    dated = (await told.row("subsidy", "institution"))["versions"]
    assert NEXT_YEAR.isoformat() in dated


async def _suspended_and_resumed(told: Told) -> None:
    """Nothing is evaluated or paid in between."""
    assert await told.tell(FilingChange.SUSPENDED, reason="省级督导") == DONE
    await told.shows("accounts", "account", state="suspended", reason="省级督导")
    await told.shows("supervision", "supervised_institution", standing="suspended")
    await told.shows("subsidy", "claim", state="frozen", frozen_for="省级督导")

    assert await told.tell(FilingChange.RESUMED, reason="") == DONE
    await told.shows("subsidy", "claim", state="submitted")
    await told.shows("accounts", "account", state="open")


async def test_n2_1_filed_changed_suspended_resumed_renewed_and_revoked_by_the_province(suite: Suite) -> None:
    told = Told(suite)
    assert await told.tell() == DONE
    await suite.opened(told.filed.uscc)
    institution = await told.row("filing", "institution")
    await told.shows("subsidy", "institution", standing="active")
    await told.claim(institution["id"])

    await _changed(told)
    await _suspended_and_resumed(told)
    assert await told.tell(FilingChange.RENEWED, valid_until=date(2030, 3, 3)) == DONE
    await told.shows("supervision", "supervised_institution", valid_until=date(2030, 3, 3))

    assert await told.tell(FilingChange.REVOKED, reason="弄虚作假") == DONE
    await told.shows("filing", "institution", standing="revoked")
    await told.shows("accounts", "account", state="closed", reason="弄虚作假")
    await told.shows("supervision", "supervised_institution", standing="revoked")
    await told.shows("subsidy", "claim", state="frozen", frozen_for="弄虚作假")
    await suite.at_rest()
    assert all(told.account(state) is not None for state in ("suspended", "open", "closed"))
    left = await suite.rows(
        "filing", "SELECT state FROM obligation WHERE institution_id = $1", institution["id"]
    )
    assert {each["state"] for each in left} <= {"done", "void"}
    assert suite.province.filings == {}


async def test_a_change_of_a_number_that_is_not_on_record_is_answered_with_its_reason(suite: Suite) -> None:
    told = Told(suite)
    rejection = await told.tell(FilingChange.SUSPENDED, reason="省级督导")
    assert (rejection.ok, rejection.reason_code) == (False, "NJT-FIL-1002")
    assert await suite.rows("filing", "SELECT 1 FROM institution WHERE uscc = $1", told.filed.uscc) == []
