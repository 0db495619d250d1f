"""What a pledge found false in an amendment does to what is on record (N3.3)."""

import pytest

from services.filing.domain.obligation import ObligationKind
from services.filing.domain.stages import FilingState
from services.filing.handlers.obligations import OnObligation
from services.filing.handlers.pledges import Finding, settle_pledge_check
from shared.policy import FilingKind, Status
from tests.builders import DISTRICT, a_filing, an_institution
from tests.filing.owing import an_obligation
from tests.filing.works import EVERYTHING, FilingWorks


@pytest.mark.parametrize(("consequence", "after"), [("revoke", "revoked"), ("record", "active")])
async def test_a_false_pledge_in_an_amendment_does_to_the_filing_what_the_policy_assumes(
    works: FilingWorks, monkeypatch: pytest.MonkeyPatch, *, consequence: str, after: str
) -> None:
    async with works(EVERYTHING) as work:
        policy = work.policy
    assert policy.parameter("pledge.false_in_amendment", works.at.date()).status is Status.ASSUMED
    text = policy.text
    told = {"pledge.false_in_amendment": consequence}
    monkeypatch.setattr(policy, "text", lambda key, on: told.get(key) or text(key, on))
    institution = an_institution()
    filing = a_filing(kind=FilingKind.EXTENSION, state=FilingState.REGISTERED, institution_id=institution.id)
    owed = an_obligation(
        policy, ObligationKind.CHECK_PLEDGE, institution_id=institution.id, filing_id=filing.id
    )
    async with works(EVERYTHING) as work:
        work.filings.add(filing)
        work.institutions.add(institution)
        work.obligations.add(owed)
    async with works(EVERYTHING) as work:
        await settle_pledge_check(
            OnObligation(obligation_id=owed.id, seen=1, organ=DISTRICT, actor="tester"),
            Finding(kept=False, text="社保不实", by="tester", organ=DISTRICT),
            work,
        )
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(institution.id)
        assert len(await work.integrity.of_body(institution.uscc)) == 1
    assert found.standing == after
    assert ("系假设" in found.standings[-1].reason) == (after == "revoked")
