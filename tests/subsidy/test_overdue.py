"""What nobody did in time: escalated to the city once, seen in the lists, entered in the ledger, counted."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from services.subsidy.domain.claim import Claim, ClaimState, ObjectionsOpen, PublicityRunning
from services.subsidy.domain.deadline import Deadline
from services.subsidy.domain.item import UnknownItem
from services.subsidy.domain.objection import Objection, ObjectionState, Resolution, Statement
from services.subsidy.domain.queue import Wanted
from services.subsidy.handlers.publicity import ResolveObjection, raise_objection, resolve_objection
from services.subsidy.handlers.register import freeze_claims, release_claims
from services.subsidy.handlers.review import approve_claim
from services.subsidy.handlers.watch import OverdueWatch, escalate_claim, escalate_objection
from services.subsidy.worker import create_worker
from shared.clock import StoryClock
from shared.contracts import filing
from shared.identity import Permission
from shared.observability import exposition
from shared.policy import Policy
from tests.interfaces import Interfaces
from tests.subsidy.builders import NOON, lathe
from tests.subsidy.claiming import Claimant
from tests.subsidy.desk import Desk, opened, publicised

DAY = timedelta(days=1)
CITY = "320100"


def test_a_claim_is_due_ten_working_days_after_all_of_it_is_decided(policy: Policy) -> None:
    due = Deadline.of("subsidy.review_days", policy, at=NOON)
    assert due.due_at.isoformat() == "2024-06-18T23:59:59+08:00"
    assert not due.is_overdue(at=due.due_at)
    assert due.is_overdue(at=due.due_at + timedelta(microseconds=1))


def test_what_is_overdue_is_escalated_the_first_time_only() -> None:
    due = Deadline(due_at=NOON)
    assert due.watched(at=NOON) is due
    late = due.watched(at=NOON + DAY)
    assert late.escalated_at == NOON + DAY
    assert late.watched(at=NOON + 2 * DAY) is late


class Watch:
    """The worker's watch, on one employer's units of work."""

    def __init__(self, employer: Claimant) -> None:
        self._employer = employer
        self.told: dict[str, int] = {}
        self._watch = OverdueWatch(self.told.__setitem__)

    async def claims(self) -> list[UUID]:
        async with self._employer.works() as work:
            due = [each.id for each in await self._watch.claims(work)]
        for key in due:
            async with self._employer.works() as work:
                await escalate_claim(key, work)
        return due

    async def objections(self) -> list[UUID]:
        async with self._employer.works() as work:
            due = [each.id for each in await self._watch.objections(work)]
        for key in due:
            async with self._employer.works() as work:
                await escalate_objection(key, work)
        return due


@pytest.fixture
def watch(employer: Claimant) -> Watch:
    return Watch(employer)


async def entries_of(employer: Claimant, subject: UUID) -> Sequence[str]:
    """The reasons that the ledger gives for what was changed of a subject."""
    async with employer.works.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT reason FROM ledger_entry WHERE subject_id = :subject ORDER BY id"),
            {"subject": subject},
        )
        return [str(reason) for (reason,) in rows if reason]


async def listed(employer: Claimant, wanted: Wanted) -> set[UUID]:
    found: set[UUID] = set()
    cursor = None
    while True:
        async with employer.works() as work:
            page = await work.claims.page(wanted, cursor=cursor, size=200)
        found |= {each.id for each in page.items}
        if (cursor := page.next) is None:
            return found


async def test_a_claim_nobody_reviewed_in_time_is_escalated_once_and_counted_until_it_is(
    employer: Claimant, watch: Watch
) -> None:
    claim = await employer.claimed(lathe(4))
    assert claim.due is not None
    employer.works.at = claim.due.due_at
    await watch.claims()
    before = watch.told["claim-review"]
    assert (await employer.now(claim)).due == claim.due
    employer.works.at += timedelta(seconds=1)
    assert claim.id in await watch.claims()
    assert watch.told["claim-review"] > before
    escalated = (await employer.now(claim)).due
    assert escalated is not None
    assert escalated.escalated_at == employer.works.at
    employer.works.at += DAY
    assert claim.id not in await watch.claims()
    assert (await employer.now(claim)).due == escalated
    assert await entries_of(employer, claim.id) == [
        "逾期未审核，报市级 · not reviewed in time, escalated to the city"
    ]
    for wanted in (Wanted(overdue_at=employer.works.at), Wanted(escalated=True)):
        assert claim.id in await listed(employer, wanted)
    counted = watch.told["claim-review"]
    await employer.reviewed(await employer.now(claim))
    await watch.claims()
    assert watch.told["claim-review"] == counted - 1
    for wanted in (Wanted(overdue_at=employer.works.at), Wanted(escalated=True)):
        assert claim.id not in await listed(employer, wanted)


async def test_what_is_reviewed_in_time_is_never_escalated(employer: Claimant, watch: Watch) -> None:
    claim = await employer.reviewed(await employer.claimed(lathe(4)))
    employer.works.at += 60 * DAY
    assert claim.id not in await watch.claims()
    async with employer.works() as work:
        assert (await escalate_claim(claim.id, work)).due == claim.due


async def test_a_frozen_claim_is_not_late_and_has_its_whole_time_again_when_it_goes_on(
    employer: Claimant, watch: Watch
) -> None:
    claim = await employer.claimed(lathe(4))
    async with employer.works() as work:
        told = {"institution_id": employer.key, "organ": employer.organ, "basis": ("N3.3",)}
        await freeze_claims(filing.InstitutionSuspended(**told, reason="整改逾期"), work)
    employer.works.at += 60 * DAY
    assert claim.id not in await watch.claims()
    async with employer.works() as work:
        await release_claims(filing.InstitutionResumed(**told), work)
    again = await employer.now(claim)
    assert claim.due is not None
    assert again.due is not None
    assert (again.state, again.due.escalated_at) == (ClaimState.SUBMITTED, None)
    assert again.due.due_at > claim.due.due_at + 50 * DAY
    assert claim.id not in await watch.claims()


async def test_a_claim_that_was_frozen_while_publicised_is_publicised_its_whole_time_again(
    employer: Claimant,
) -> None:
    claim = await employer.publicised(await employer.claimed(lathe(4)))
    told = {"institution_id": employer.key, "organ": employer.organ, "basis": ("N3.3",)}
    (item,) = await employer.items(claim)
    async with employer.works() as work:
        assert (await work.publicity.of_item(item.id, at=work.at)).claim_id == claim.id
        await freeze_claims(filing.InstitutionSuspended(**told, reason="整改逾期"), work)
    async with employer.works() as work:
        with pytest.raises(UnknownItem):
            await work.publicity.of_item(item.id, at=work.at)
    employer.works.at += 60 * DAY
    async with employer.works() as work:
        await release_claims(filing.InstitutionResumed(**told), work)
    again = await employer.now(claim)
    assert (again.state, again.publicity_until and again.publicity_until > employer.works.at) == (
        ClaimState.PUBLICITY,
        True,
    )
    with pytest.raises(PublicityRunning):
        async with employer.works() as work:
            await approve_claim(employer.by(again, "officer-b"), work)


async def objected(employer: Claimant) -> tuple[Claim, Objection]:
    claim = await employer.publicised(await employer.claimed(lathe(4)))
    (item,) = await employer.items(claim)
    async with employer.works() as work:
        return claim, await raise_objection(item.id, Statement(text="该职工已退休"), work)


async def test_an_objection_nobody_looked_into_in_time_is_escalated_once_and_its_claim_goes_on_waiting(
    employer: Claimant, watch: Watch
) -> None:
    claim, objection = await objected(employer)
    employer.works.at = objection.due.due_at + timedelta(seconds=1)
    assert objection.id in await watch.objections()
    counted = watch.told["claim-objection"]
    assert objection.id not in await watch.objections()
    assert await entries_of(employer, objection.id) == [
        "异议逾期未核查，报市级 · not looked into in time, escalated to the city"
    ]
    with pytest.raises(ObjectionsOpen):
        async with employer.works() as work:
            await approve_claim(employer.by(await employer.now(claim), "officer-b"), work)
    async with employer.works() as work:
        late = await work.objections.get(objection.id)
        assert late.due.escalated_at == employer.works.at
        await resolve_objection(
            ResolveObjection(
                objection_id=late.id,
                seen=late.version,
                organ=employer.organ,
                actor="officer-c",
                resolution=Resolution.DISMISSED,
                finding="已核查",
            ),
            work,
        )
    await watch.objections()
    assert watch.told["claim-objection"] == counted - 1
    async with employer.works() as work:
        approved = await approve_claim(employer.by(await employer.now(claim), "officer-b"), work)
    assert approved.state is ClaimState.APPROVED


async def test_an_objection_resolved_in_time_is_never_escalated(employer: Claimant) -> None:
    _, objection = await objected(employer)
    async with employer.works() as work:
        kept = await work.objections.get(objection.id)
        kept.resolve(Resolution.DISMISSED, "已核查", by="officer-c", at=work.at)
    employer.works.at = objection.due.due_at + DAY
    async with employer.works() as work:
        late = await escalate_objection(objection.id, work)
    assert (late.state, late.due.escalated_at) == (ObjectionState.DISMISSED, None)


async def test_the_city_sees_what_its_districts_left_undone_and_other_districts_do_not(
    desk: Desk, story: StoryClock, interfaces: Interfaces
) -> None:
    waiting, other = await opened(desk), await publicised(desk, await opened(desk))
    item = next(each for each in other["items"] if each["state"] == "payable")
    said = {"text": "该职工已退休", "channel": "phone"}
    objection = await desk.make(f"/v1/claim-items/{item['id']}/objections", desk.officer(), said)
    story.set(story.now() + 60 * DAY)
    runtime = interfaces.suite.runtimes["subsidy"]
    worker = create_worker(runtime, province_bus=runtime.bus)
    for job in worker.jobs:
        if job.name in {"watch-claims", "watch-objections"}:
            await worker.do_job(job)
    granted = (Permission.REVIEW_CLAIMS, Permission.READ_REGISTER)
    for organ, sees in ((CITY, True), ("320115", True), ("320102", False)):
        officer = interfaces.bearer(*granted, organ=organ, subject="city-officer")
        for flag in ("overdue", "escalated"):
            claims = await seen(desk, f"/v1/claims?{flag}=true", officer)
            assert (waiting["id"] in claims) is sees
            assert other["id"] not in claims
            assert (objection["id"] in await seen(desk, f"/v1/claim-objections?{flag}=true", officer)) is sees
    shown = await desk.read(f"/v1/claims/{waiting['id']}", desk.own)
    assert shown["escalated_at"] > shown["due_at"] > shown["submitted_at"]
    counted = {
        sample.labels["kind"]: sample.value
        for family in text_string_to_metric_families(exposition(runtime.telemetry).decode())
        for sample in family.samples
        if sample.name == "njt_terms_overdue"
    }
    # Whatever else this process watched before is still told beside these.
    assert min(counted[kind] for kind in ("claim-review", "claim-objection")) >= 1


async def seen(desk: Desk, path: str, who: dict[str, str]) -> set[str]:
    """The ids on all pages of a list."""
    found: set[str] = set()
    cursor = ""
    while True:
        page = await desk.read(f"{path}&size=200{cursor}", who)
        found |= {each["id"] for each in page["items"]}
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_objections_are_listed_by_their_state(desk: Desk) -> None:
    claim = await publicised(desk, await opened(desk))
    item = next(each for each in claim["items"] if each["state"] == "payable")
    made = await desk.make(
        f"/v1/claim-items/{item['id']}/objections", desk.officer(), {"text": "有误", "channel": "letter"}
    )
    assert made["id"] in await seen(desk, "/v1/claim-objections?state=open", desk.officer())
    assert made["id"] not in await seen(desk, "/v1/claim-objections?state=upheld", desk.officer())
    assert made["id"] not in await seen(desk, "/v1/claim-objections?overdue=true", desk.officer())
