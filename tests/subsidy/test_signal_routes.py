"""Signals as officers see them, beside claims whose decisions they never touch."""

from datetime import date
from typing import Any

from services.subsidy.domain.certificate import Mark
from services.subsidy.domain.fact import FactKind
from services.subsidy.domain.signal import SignalKind
from services.subsidy.handlers.claims import preview_claim
from shared.identity import Permission
from shared.values import CertificateNumber
from tests.interfaces import Headers, Interfaces
from tests.shared.values.made_up_numbers import citizen_number
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import ORGAN, Claimant
from tests.subsidy.desk import Desk, approved, opened
from tests.subsidy.looking import closed, look_through, signal_about, signals_about, told
from tests.subsidy.works import SubsidyWorks

OTHER = "320106"


async def suspected(desk: Desk, works: SubsidyWorks) -> list[str]:
    """Two certificates of which everything looks wrong that may without any rule of the decision asking for it."""
    child = citizen_number("320103", date(2008, 4, 1))
    numbers = await desk.employer.certified(lathe(4), robot(3), holder=child)
    await told(works, numbers, FactKind.PENSION, True)  # noqa: FBT003 — a fact's value
    await told(works, numbers, FactKind.ENROLLED, True)  # noqa: FBT003 — as above
    async with works() as work:
        certificate = await work.certificates.numbered(numbers[0])
        certificate.marks = (Mark.OUT_OF_SCOPE,)
        certificate.claimed_by_another()
    await desk.employer.give_account()
    await Claimant(works).on_record()
    return [str(each) for each in numbers]


async def decided(desk: Desk, works: SubsidyWorks, numbers: list[str]) -> list[tuple[Any, ...]]:
    """What would be decided about each at this moment, and from what."""
    async with works() as work:
        asked = desk.employer.asks(*[CertificateNumber(each) for each in numbers])
        assessment = await preview_claim(asked, work)
    told = [each.decision for each in assessment.items]
    return [(each.outcome, each.amount, each.reasons, each.rules, each.inputs_digest) for each in told]


async def test_n3_3_no_decision_is_other_for_a_signal_raised_or_confirmed(
    desk: Desk, works: SubsidyWorks
) -> None:
    numbers = await suspected(desk, works)
    before = await decided(desk, works, numbers)
    assert [each[0] for each in before] == ["payable", "payable"]
    await look_through(works)
    signals = await signals_about(desk.employer)
    assert {each.kind for each in signals} >= {
        SignalKind.PENSIONER,
        SignalKind.STUDENT,
        SignalKind.UNDER_AGE,
        SignalKind.OUT_OF_SCOPE,
        SignalKind.SERIAL_DUPLICATE,
        SignalKind.SHARED_ACCOUNT,
    }
    assert await decided(desk, works, numbers) == before
    for each in signals:
        await closed(works, each, "confirmed")
    assert await decided(desk, works, numbers) == before


async def test_n3_3_a_claim_with_open_signals_is_reviewed_and_approved_as_any_other(
    desk: Desk, works: SubsidyWorks, story: Any
) -> None:
    claim = await opened(desk)
    await told(works, [each["certificate_number"] for each in claim["items"]], FactKind.PENSION, True)  # noqa: FBT003 — a fact's value
    await look_through(works)
    claim = await approved(desk, story, claim)
    assert (claim["state"], claim["open_signals"], claim["total_fen"]) == ("approved", 3, 410_000)


async def test_a_claim_shows_officers_how_many_open_signals_touch_it_and_the_claimant_nothing(
    desk: Desk, works: SubsidyWorks
) -> None:
    claim = await opened(desk)
    path = f"/v1/claims/{claim['id']}"
    assert claim["open_signals"] is None
    assert (await desk.read(path, desk.officer()))["open_signals"] == 0
    untouched = await desk.employer.certified(lathe(3))
    first = claim["items"][0]["certificate_number"]
    await told(works, [first, *untouched], FactKind.PENSION, True)  # noqa: FBT003 — a fact's value
    await look_through(works)
    assert len(await signals_about(desk.employer, SignalKind.PENSIONER)) == 2
    # Its own certificate, and the serial that its institution skipped.
    assert (await desk.read(path, desk.officer()))["open_signals"] == 2
    assert (await desk.read(path, desk.own))["open_signals"] is None
    listed = await desk.read(f"/v1/signals?claim_id={claim['id']}", desk.officer())
    gap, signal = sorted(listed["items"], key=lambda each: len(each["evidence"]["certificates"]))
    assert (gap["kind"], signal["kind"]) == ("serial_gap", "pensioner")
    assert [each["number"] for each in signal["evidence"]["certificates"]] == [first]
    for each in await signals_about(desk.employer):
        await closed(works, each)
    assert (await desk.read(path, desk.officer()))["open_signals"] == 0


async def test_a_gap_in_an_institutions_serials_touches_all_it_claims_for(
    desk: Desk, works: SubsidyWorks
) -> None:
    next(desk.employer.serials)
    claim = await opened(desk)
    await look_through(works)
    shown = await desk.read(f"/v1/claims/{claim['id']}", desk.officer())
    assert shown["open_signals"] == 2
    kinds = {each.kind for each in await signals_about(desk.employer)}
    assert kinds == {SignalKind.SERIAL_GAP}


async def test_signals_are_listed_by_kind_state_institution_and_organ_page_by_page(
    desk: Desk, works: SubsidyWorks
) -> None:
    numbers = await desk.employer.certified(lathe(4), robot(3))
    await told(works, numbers, FactKind.PENSION, True)  # noqa: FBT003 — a fact's value
    await look_through(works)
    path = f"/v1/signals?institution_id={desk.employer.key}&kind=pensioner"
    page = await desk.read(f"{path}&size=1", desk.officer())
    rest = await desk.read(f"{path}&size=1&cursor={page['next']}", desk.officer())
    found = [*page["items"], *rest["items"]]
    assert (len(found), len({each["id"] for each in found}), rest["next"]) == (2, 2, None)
    for narrowed, count in (
        ("state=open", 2),
        ("state=closed", 0),
        (f"organ={ORGAN}", 2),
        (f"organ={OTHER}", 0),
    ):
        assert len((await desk.read(f"{path}&{narrowed}", desk.officer()))["items"]) == count
    one = found[0]
    assert await desk.read(f"/v1/signals/{one['id']}", desk.officer()) == one
    assert (one["label"], one["revision"], one["finding"]) == (
        "持证人领取养老待遇 · Holders draw a pension",
        1,
        None,
    )
    assert one["evidence"]["limits"] == [
        {"key": "subsidy.claim_window_months", "value": 12, "status": "cited"}
    ]


async def test_neither_the_institution_nor_another_district_sees_a_signal(
    desk: Desk, works: SubsidyWorks, interfaces: Interfaces
) -> None:
    numbers = await desk.employer.certified(lathe(4))
    await told(works, numbers, FactKind.PENSION, True)  # noqa: FBT003 — a fact's value
    await look_through(works)
    signal = await signal_about(desk.employer, SignalKind.PENSIONER)
    strangers: list[Headers] = [
        interfaces.bearer(holder=str(desk.employer.uscc)),
        interfaces.bearer(organ=OTHER),
    ]
    for who in strangers:
        answer = await desk.client.get(f"/v1/signals/{signal.id}", headers=who)
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-SUB-1901")
        listed = await desk.read(f"/v1/signals?institution_id={desk.employer.key}", who)
        assert listed == {"items": [], "next": None}
    reader = interfaces.bearer(Permission.READ_REGISTER, organ=ORGAN)
    assert (await desk.client.get(f"/v1/signals/{signal.id}", headers=reader)).status_code == 403
