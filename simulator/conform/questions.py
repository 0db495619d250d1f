"""What must hold of every counterpart when it is asked: fates, totals, numbers once more; and when it is not answered."""

from collections import defaultdict
from hashlib import sha256
from uuid import UUID

from shared.contracts.exchange import (
    UNNUMBERED,
    ActOnRecord,
    Bucket,
    Fate,
    Reconcile,
    Reconciled,
    ResendRequest,
    StatusQuery,
    Teller,
    Total,
)
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.contracts.queries import CertificateQuery
from simulator.books import MOST_ACTS, digest_of, total_of
from simulator.conform.cases import GOOD, told
from simulator.conform.peer import Peer, Unlike, today
from simulator.conform.verdict import Case, check
from simulator.wire import organ_of, payload_digest, place_of

_UNHEARD_OF = "Y000032999999991999999"


async def status_known(peer: Peer) -> str:
    """A message that was carried out is known as done, with the digest of its payload."""
    good = peer.good()
    check(await told(peer, good), GOOD)
    known = await peer.fate(good)
    check(known.digest, payload_digest(good.payload))
    return check(known.fate, Fate.DONE)


async def status_of_the_act(peer: Peer) -> str:
    """An act is known by its business key, whichever message told it."""
    good = peer.good()
    check(await told(peer, good), GOOD)
    known = await peer.fate(good.model_copy(update={"message_id": peer.new_id()}))
    check(known.digest, payload_digest(good.payload))
    return check(known.fate, Fate.DONE)


async def status_unknown(peer: Peer) -> str:
    """A message that never came is unknown."""
    return check((await peer.fate(peer.good())).fate, Fate.UNKNOWN)


async def status_refused(peer: Peer) -> str:
    """A message that was refused is known as refused, with the reason."""
    good = peer.good()
    check(await told(peer, good.model_copy(update={"schema_version": "99"})), "technical VERSION")
    known = await peer.fate(good)
    return check((known.fate.value, known.reason_code), ("refused", "VERSION"))


async def _totals(peer: Peer, bucket: Bucket | None, prefix: str = "", *totals: Total) -> Reconciled:
    question = Reconcile(
        reconciliation_id=peer.new_id(), day=today(peer), bucket=bucket, prefix=prefix, totals=totals
    )
    answer = await peer.ask(MessageCode.RECONCILE, question, Reconciled)
    asked = question.reconciliation_id, question.day, question.bucket, question.prefix
    check((answer.reconciliation_id, answer.day, answer.bucket, answer.prefix), asked)
    return answer


async def _acts(peer: Peer, bucket: Bucket, key: str) -> tuple[str, tuple[ActOnRecord, ...]]:
    """The shortest prefix of a business key's place under which acts are listed, and these acts."""
    place = place_of(key)
    for digits in range(len(place) + 1):
        answer = await _totals(peer, bucket, place[:digits])
        if answer.acts is not None:
            return place[:digits], answer.acts
    raise Unlike(f"no acts listed under {place}, at most {MOST_ACTS}")


def _bucket(peer: Peer, envelope: ProvinceEnvelope) -> Bucket:
    return Bucket(teller=peer.side.teller, code=envelope.code, organ=organ_of(envelope.payload))


async def reconcile_equal(peer: Peer) -> str:
    """What was carried out is in the totals of its day, under its digest, and the totals are of the acts listed."""
    good = peer.good()
    bucket = _bucket(peer, good)
    before = _of(bucket, await _totals(peer, None))
    check(await told(peer, good), GOOD)
    after = _of(bucket, await _totals(peer, None))
    check(after.count, before.count + 1)
    prefix, acts = await _acts(peer, bucket, good.business_key)
    listed = {act.business_key: act.digest for act in acts}
    check(listed.get(good.business_key), payload_digest(good.payload))
    if not prefix:
        check((after.count, after.digest), (len(acts), digest_of(acts)))
    return f"{after.count} acts"


async def reconcile_differing(peer: Peer) -> str:
    """What was never told is not in their totals, whatever ours say."""
    good, never = peer.good(), peer.good()
    check(await told(peer, good), GOOD)
    bucket = _bucket(peer, good)
    claimed = ActOnRecord(business_key=never.business_key, digest=payload_digest(never.payload))
    prefix, before = await _acts(peer, bucket, never.business_key)
    ours = total_of(bucket, (*before, claimed), "")
    theirs = (await _totals(peer, bucket, prefix, ours)).acts
    listed = {act.business_key for act in theirs or ()}
    return check("listed" if never.business_key in listed else "not listed", "not listed")


def _of(bucket: Bucket, answer: Reconciled) -> Total:
    empty = total_of(bucket, ())
    return next((total for total in answer.totals if total.bucket == bucket), empty)


async def asks_before_it_repeats(peer: Peer) -> str:
    """Without receipts it asks what became of its message, and repeats the unknown under its id and number."""
    peer.silent = True
    sent = await _their_message(peer)
    await peer.until(lambda: _asked_about(peer, sent.message_id), seconds=peer.patience.chase)
    check(f"{len(_copies(peer, sent))} copies before the question", "1 copies before the question")
    await peer.until(lambda: len(_copies(peer, sent)) > 1, seconds=peer.patience.chase)
    check({it.sequence for it in _copies(peer, sent)}, {sent.sequence})
    peer.silent = False
    await peer.receipt(sent)
    return "asked, then repeated"


async def repeats_on_request(peer: Peer) -> str:
    """A number that is asked for comes again under the same id."""
    peer.silent = True
    sent = await _their_message(peer)
    await peer.receipt(sent)
    before = len(_copies(peer, sent))
    wanted = ResendRequest(lane=sent.lane, first=sent.sequence, last=sent.sequence)
    request = peer.envelope(
        code=MessageCode.RESEND_REQUEST,
        business_key=f"conform:{peer.new_id()}",
        receiver=sent.sender,
        payload=wanted.model_dump(mode="json"),
    )
    await peer.tell(request)
    await peer.until(lambda: len(_copies(peer, sent)) > before, seconds=peer.patience.chase)
    return "came again"


async def says_one_thing_of_an_act(peer: Peer) -> str:
    """No act is told with other content than before."""
    peer.silent = True
    await peer.receipt(await _their_message(peer))
    check(await told(peer, peer.good()), GOOD)
    contents = defaultdict(set)
    for it in peer.received:
        if it.code not in UNNUMBERED:
            contents[it.code, it.business_key].add(payload_digest(it.payload))
    contradicted = [key for (_, key), digests in contents.items() if len(digests) > 1]
    check(f"{len(contradicted)} contradicted", "0 contradicted")
    return f"{len(contents)} acts"


def _copies(peer: Peer, sent: ProvinceEnvelope) -> list[ProvinceEnvelope]:
    return [it for it in peer.received if it.message_id == sent.message_id]


def _asked_about(peer: Peer, message_id: UUID) -> bool:
    queries = [
        StatusQuery.model_validate(it.payload) for it in peer.received if it.code == MessageCode.STATUS_QUERY
    ]
    return any(asked.message_id == message_id for query in queries for asked in query.messages)


async def _their_message(peer: Peer) -> ProvinceEnvelope:
    """A message that they send of their own: the province answers a query, the city opens an account."""
    if peer.side.teller is Teller.CITY:
        query = CertificateQuery(
            query_id=peer.new_id(), key=sha256(b"conform").hexdigest(), numbers=(_UNHEARD_OF,)
        )
        cause = peer.good(code=MessageCode.CERTIFICATE_QUERY, payload=query.model_dump(mode="json"))
        wanted, lane = MessageCode.CERTIFICATES_ANSWERED, cause.lane
    else:
        cause = peer.good()
        wanted, lane = MessageCode.ACCOUNT_OPENED, cause.payload["uscc"]
    check(await told(peer, cause), GOOD)

    def found() -> list[ProvinceEnvelope]:
        return [it for it in peer.received if it.code == wanted and it.lane == lane]

    await peer.until(lambda: bool(found()))
    return found()[0]


OF_QUESTIONS: tuple[Case, ...] = (
    status_known,
    status_of_the_act,
    status_unknown,
    status_refused,
    reconcile_equal,
    reconcile_differing,
    asks_before_it_repeats,
    repeats_on_request,
    says_one_thing_of_an_act,
)
