"""A body has one initial case for an audience in hand, whoever hands in another and however soon."""

import asyncio
from typing import Any

import pytest

from services.filing.domain.refusals import BeingHandled
from services.filing.domain.stages import IN_HAND_STATES, FilingState
from shared.policy import Audience, FilingKind
from tests.builders import AT, OTHER_DISTRICT, a_filing, a_uscc, an_applicant
from tests.filing.casework import drafted
from tests.filing.works import FilingWorks, keep
from tests.interfaces import Interfaces


async def test_a_second_case_of_a_body_is_refused_when_it_is_submitted_and_its_draft_is_kept(
    interfaces: Interfaces,
) -> None:
    first = await drafted(interfaces)
    second = await drafted(interfaces, first.uscc)
    for case in (first, second):
        await case.hand_in_everything()
    await first.done("submission", first.applicant)
    refused = await second.ask("submission", second.applicant)
    assert (refused.status_code, refused.json()["code"]) == (409, BeingHandled.code)
    assert (await second.read(second.applicant)).json()["state"] == "draft"
    await first.done("withdrawal", first.applicant)
    assert (await second.done("submission", second.applicant))["state"] == "submitted"


async def test_of_two_submitted_at_once_one_is_in_hand(interfaces: Interfaces) -> None:
    first = await drafted(interfaces)
    second = await drafted(interfaces, first.uscc)
    for case in (first, second):
        await case.hand_in_everything()
    answers = await asyncio.gather(*(each.ask("submission", each.applicant) for each in (first, second)))
    assert sorted(each.status_code for each in answers) == [200, 409]
    assert [each.json()["code"] for each in answers if each.status_code == 409] == ["NJT-FIL-1033"]


@pytest.mark.parametrize("state", sorted(IN_HAND_STATES))
async def test_whatever_its_stage_a_case_in_hand_keeps_another_out(
    works: FilingWorks, state: FilingState
) -> None:
    applicant = an_applicant()
    await keep(works, a_filing(applicant=applicant, state=state, submitted_at=AT))
    with pytest.raises(BeingHandled):
        await keep(works, a_filing(applicant=applicant, state=FilingState.SUBMITTED, organ=OTHER_DISTRICT))


@pytest.mark.parametrize(
    "changes",
    [
        {"state": FilingState.DRAFT},
        {"state": FilingState.REFUSED},
        {"audience": Audience.PUBLIC},
        {"kind": FilingKind.EXTENSION},
    ],
)
async def test_drafts_what_is_decided_another_audience_and_amendments_are_free(
    works: FilingWorks, changes: dict[str, Any]
) -> None:
    applicant = an_applicant(a_uscc())
    given = {"state": FilingState.SUBMITTED, "applicant": applicant}
    await keep(works, a_filing(**given))
    await keep(works, another := a_filing(**(given | changes)))
    assert another.version == 1
