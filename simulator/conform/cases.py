"""What must hold of every counterpart, whichever side it is: messages, receipts, signatures, lanes."""

from datetime import timedelta
from typing import Any

from shared.contracts.exchange import Fate, ResendRequest, Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage
from simulator.conform.peer import Peer, Unlike
from simulator.conform.verdict import Case, check
from simulator.faults import UNKNOWN_VERSION
from simulator.keys import ProvinceKey
from simulator.wire import payload_digest

GOOD = "technical ok, business ok"
_JUNK = (b"", b"\xff\x00\xfe", b"{", b"{}", b"[]", b'{"message_id": 1}', b'{"payload": {"x": NaN}}')
_IN_A_ROW = 5
_CLOCKS_DIFFER = timedelta(minutes=5)


def said(receipts: list[Receipt]) -> str:
    """Receipts in words, each kind once, the technical one first whichever came first."""
    words = {f"{it.stage} {'ok' if it.ok else it.reason_code}" for it in receipts}
    return ", ".join(sorted(words, reverse=True))


async def told(peer: Peer, envelope: ProvinceEnvelope) -> str:
    """Send a message and say how it was answered this time."""
    before = len(peer.receipts(envelope))
    await peer.tell(envelope)
    return said(await peer.answered(envelope, since=before))


async def accepted_and_done(peer: Peer) -> str:
    """A good message gets a technical and a business receipt, both good."""
    return check(await told(peer, peer.good()), GOOD)


async def duplicate(peer: Peer) -> str:
    """The same message again is answered alike."""
    good = peer.good()
    check(await told(peer, good), GOOD)
    return check(await told(peer, good), GOOD)


async def same_act_again(peer: Peer) -> str:
    """The same act in a new message is answered alike."""
    good = peer.good()
    check(await told(peer, good), GOOD)
    return check(await told(peer, good.model_copy(update={"message_id": peer.new_id()})), GOOD)


async def other_content(peer: Peer) -> str:
    """The same business key with other content is a CONFLICT and changes nothing."""
    good = peer.good()
    check(await told(peer, good), GOOD)
    other = {"message_id": peer.new_id(), "payload": good.payload | {"name": "另一名称"}}
    seen = check(await told(peer, good.model_copy(update=other)), "technical CONFLICT")
    known = await peer.fate(good)
    check((known.fate, known.digest), (Fate.DONE, payload_digest(good.payload)))
    return seen


async def wrong_signature(peer: Peer) -> str:
    """A signature that does not hold is refused as SIGNATURE and changes nothing."""
    good = peer.good()
    signed = peer.signed(good)
    content = signed.model_copy(update={"payload": good.payload | {"name": "改动过的名称"}})
    return await _refused(peer, good, "SIGNATURE", body=peer.dialect.written(content))


async def unknown_key(peer: Peer) -> str:
    """A signature by an unknown key is refused as SIGNATURE and changes nothing."""
    good = peer.good()
    stranger = peer.signed(good, ProvinceKey.new(peer.key.algorithm))
    return await _refused(peer, good, "SIGNATURE", body=peer.dialect.written(stranger))


async def unknown_version(peer: Peer) -> str:
    """An unknown schema version is refused as VERSION and changes nothing."""
    return await _refused(peer, peer.good(), "VERSION", schema_version=UNKNOWN_VERSION)


async def wrong_receiver(peer: Peer) -> str:
    """A message for somebody else is refused as RECEIVER and changes nothing."""
    return await _refused(peer, peer.good(), "RECEIVER", receiver="990000/nobody")


async def unknown_code(peer: Peer) -> str:
    """A code that is not taken there is refused as CODE and changes nothing."""
    return await _refused(peer, peer.good(), "CODE", code=peer.side.unknown_to_them)


async def payload_at_fault(peer: Peer) -> str:
    """A payload with faults is refused as PAYLOAD and changes nothing."""
    good = peer.good()
    return await _refused(peer, good, "PAYLOAD", payload=good.payload | {"uscc": "不是代码"})


async def _refused(
    peer: Peer, good: ProvinceEnvelope, reason_code: str, *, body: bytes = b"", **wrong: Any
) -> str:
    """It is refused for this reason; mended, it is taken under the same id and number."""
    bad = good.model_copy(update=wrong)
    await peer.put(body or peer.dialect.written(peer.signed(bad)))
    seen = check(said(await peer.answered(good)), f"technical {reason_code}")
    check(await told(peer, good), GOOD)
    return seen


async def unreadable_bytes(peer: Peer) -> str:
    """Bytes that are no message do no harm: a good message after them passes."""
    for junk in _JUNK:
        await peer.put(junk)
    return check(await told(peer, peer.good()), GOOD)


async def replayed_old(peer: Peer) -> str:
    """An old message that comes again is answered alike, and its lane goes on."""
    first = peer.good()
    lane = [first, *(peer.good(lane=first.lane, sequence=number) for number in (2, 3))]
    for each in lane:
        check(await told(peer, each), GOOD)
    seen = check(await told(peer, first), GOOD)
    check(await told(peer, peer.good(lane=first.lane, sequence=4)), GOOD)
    return seen


async def number_used_before(peer: Peer) -> str:
    """Another act under a number that was counted is refused as SEQUENCE."""
    first = peer.good()
    check(await told(peer, first), GOOD)
    return check(await told(peer, peer.good(lane=first.lane)), "technical SEQUENCE")


async def queue_order(peer: Peer) -> str:
    """Messages of one lane are concluded in their order."""
    first = peer.good()
    lane = [first]
    lane += [peer.good(lane=first.lane, sequence=number) for number in range(2, _IN_A_ROW + 1)]
    for each in lane:
        await peer.tell(each)
    for each in lane:
        check(said(await peer.answered(each)), GOOD)
    ids = {each.message_id: each.sequence for each in lane}
    order = [ids[it.in_reply_to] for it in peer.received if it.in_reply_to in ids and _is_business(it)]
    return check(list(dict.fromkeys(order)), list(range(1, _IN_A_ROW + 1)))


def _is_business(envelope: ProvinceEnvelope) -> bool:
    return (
        envelope.code == MessageCode.RECEIPT
        and Receipt.model_validate(envelope.payload).stage is Stage.BUSINESS
    )


async def gap(peer: Peer) -> str:
    """What comes too early is held, the missing number asked for, and both then carried out."""
    first = peer.good()
    missing, early = (peer.good(lane=first.lane, sequence=number) for number in (2, 3))
    check(await told(peer, first), GOOD)
    await peer.tell(early)
    check((await peer.fate(early)).fate, Fate.TAKEN)
    await peer.until(lambda: _asks_for(peer, missing), seconds=peer.patience.chase)
    if peer.receipts(early):
        raise Unlike(f"{said(peer.receipts(early))} before its turn")
    check(await told(peer, missing), GOOD)
    check(said(await peer.answered(early)), GOOD)
    return "held, asked for, done"


def _asks_for(peer: Peer, missing: ProvinceEnvelope) -> bool:
    requests = [
        ResendRequest.model_validate(it.payload)
        for it in peer.received
        if it.code == MessageCode.RESEND_REQUEST
    ]
    return any(it.lane == missing.lane and it.first <= missing.sequence <= it.last for it in requests)


async def void(peer: Peer) -> str:
    """A refused message can be voided: the lane goes on behind its number."""
    refused = peer.good()
    faulty = refused.model_copy(update={"payload": refused.payload | {"uscc": "不是代码"}})
    check(await told(peer, faulty), "technical PAYLOAD")
    behind = peer.good(lane=refused.lane, sequence=2)
    await peer.tell(behind)
    check((await peer.fate(behind)).fate, Fate.TAKEN)
    voided = Voided(message_id=refused.message_id, code=refused.code, reason="测试作废 · voided by the kit")
    message = peer.good(lane=refused.lane, code=MessageCode.VOID, payload=voided.model_dump(mode="json"))
    seen = check(await told(peer, message), GOOD)
    check(said(await peer.answered(behind)), GOOD)
    return seen


async def everything_signed(peer: Peer) -> str:
    """All that came from there could be read, was signed by a known key, of a known version, and named its receiver."""
    receivers = {it.receiver for it in peer.received}
    check((peer.spoilt, receivers), (0, {peer.side.sender}))
    return f"{len(peer.received)} messages"


async def clock_is_right(peer: Peer) -> str:
    """Nothing that came from there is dated later than now, give or take five minutes."""
    check(await told(peer, peer.good()), GOOD)
    latest = max(it.issued_at for it in peer.received)
    if latest > peer.clock.now() + _CLOCKS_DIFFER:
        raise Unlike(f"{latest:%Y-%m-%d %H:%M:%S} > {peer.clock.now():%Y-%m-%d %H:%M:%S}")
    return "not ahead"


OF_MESSAGES: tuple[Case, ...] = (
    accepted_and_done,
    duplicate,
    same_act_again,
    other_content,
    wrong_signature,
    unknown_key,
    unknown_version,
    wrong_receiver,
    unknown_code,
    payload_at_fault,
    unreadable_bytes,
    replayed_old,
    number_used_before,
    queue_order,
    gap,
    void,
)
