"""What must be right about a message before anybody looks at what it says: who signed it, whose it is, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.contracts.dialect import Algorithm
from shared.contracts.exchange import UNNUMBERED
from shared.contracts.province import READABLE_VERSIONS, ProvinceEnvelope
from shared.province.keys.signing import PublicKey, PublicKeys
from shared.province.reading import NotAccepted, holds_nul

_LARGEST = 2**63 - 1
_NUL = b"u0000"
"""What stands in every spelling of a NUL, in JSON as in pairs, and hardly anywhere else."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How far a message's time may lie from ours: `ahead`, because clocks differ; `oldest`, because it may be replayed.

    What stands in a lane may be of any age, for its number says whether it came before. What stands outside is asked
    for again or told again by itself, so nothing is lost by refusing what is too old.
    """

    ahead: timedelta = timedelta(minutes=5)
    oldest: timedelta = timedelta(days=7)


class Gate:
    """Lets a counterpart's messages to one service through; `peers` are the keys of each counterpart.

    Keys are of the algorithm that the dialect agrees on; one of another algorithm signs nothing here.
    """

    def __init__(
        self, *, receiver: str, peers: Mapping[str, PublicKeys], algorithm: Algorithm, bounds: Bounds
    ) -> None:
        self._receiver = receiver
        self._peers = peers
        self._algorithm = algorithm
        self._bounds = bounds

    def check(self, envelope: ProvinceEnvelope, signed: bytes, *, now: datetime) -> None:
        """Raises NotAccepted; `signed` are the bytes that the signature covers, as they were spelled."""
        signer, key = self._signer(envelope, signed)
        self._check_window(key, envelope.issued_at, now)
        if envelope.sender != signer:
            raise NotAccepted(
                "SENDER", "发送方与签名密钥不符 · The key belongs to somebody else than the sender"
            )
        if envelope.schema_version not in READABLE_VERSIONS:
            raise NotAccepted("VERSION", f"未知报文版本 · unknown schema version {envelope.schema_version}")
        if envelope.receiver != self._receiver:
            raise NotAccepted("RECEIVER", "报文不属于本系统 · The message is for somebody else")
        if _NUL in signed and holds_nul(envelope):
            raise NotAccepted("PAYLOAD", "报文内容含空字符 · The payload holds a NUL")
        if envelope.sequence > _LARGEST:
            raise NotAccepted("SEQUENCE", "序号过大 · The number is too large")
        self._check_time(envelope, now)

    def _signer(self, envelope: ProvinceEnvelope, signed: bytes) -> tuple[str, PublicKey]:
        """Whose key signed it, whoever it says it is from; raises NotAccepted when the signature does not hold."""
        for counterpart, keys in self._peers.items():
            key = keys.find(envelope.key_id)
            if key is not None and key.algorithm is not self._algorithm:
                raise NotAccepted(
                    "SIGNATURE",
                    f"密钥算法与方言约定不符 · The key is of {key.algorithm}, the dialect of {self._algorithm}",
                )
            if key is not None and key.holds(signed, envelope.signature):
                return counterpart, key
        raise NotAccepted("SIGNATURE", "签名缺失或不符 · The signature is missing or does not hold")

    def _check_window(self, key: PublicKey, issued_at: datetime, now: datetime) -> None:
        """A message is signed when it leaves, which may be long after it was issued: it was held back, or is sent again.

        So a key that has begun may sign what is older than itself; one that has ended may sign nothing issued since,
        and what it signed is not believed for ever.
        """
        if key.since is not None and max(issued_at, now) < key.since:
            raise NotAccepted(
                "KEY_NOT_YET",
                f"密钥自 {_told(key.since)} 起有效 · The key may not sign before {_told(key.since)}",
            )
        if key.until is None:
            return
        if issued_at > key.until or now > key.until + self._bounds.oldest:
            raise NotAccepted(
                "KEY_EXPIRED",
                f"密钥有效期至 {_told(key.until)} · The key could sign until {_told(key.until)}",
            )

    def _check_time(self, envelope: ProvinceEnvelope, now: datetime) -> None:
        if envelope.issued_at > now + self._bounds.ahead:
            raise NotAccepted("CLOCK", "签发时间晚于当前时间 · It was issued later than now")
        if envelope.code in UNNUMBERED and envelope.issued_at < now - self._bounds.oldest:
            raise NotAccepted("STALE", "签发时间过早，疑为重放 · It is too old, and may be a replay")


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
