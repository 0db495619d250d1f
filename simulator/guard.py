"""Who stands at the province's door: a message is signed by a key of the city's that may sign now, or it is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.contracts.dialect import Algorithm
from simulator.dialect import Opened
from simulator.keys import PeerKeys
from simulator.reading import NotAccepted

_OLDEST = timedelta(days=7)
"""For so long after a key's end it is believed that what it signed was issued before."""


class Guard:
    """Looks at signatures alone; what a message says is read afterwards."""

    def __init__(self, keys: PeerKeys, algorithm: Algorithm, now: Callable[[], datetime]) -> None:
        self._keys = keys
        self._algorithm = algorithm
        self._now = now

    def check(self, opened: Opened) -> None:
        """Raises NotAccepted with SIGNATURE, KEY_NOT_YET or KEY_EXPIRED."""
        envelope, now = opened.envelope, self._now()
        key = self._keys.find(envelope.key_id)
        if key is None or key.algorithm is not self._algorithm:
            raise NotAccepted("SIGNATURE", "密钥未知或算法不符 · The key is unknown, or of another algorithm")
        if not key.holds(opened.signed, envelope.signature):
            raise NotAccepted("SIGNATURE", "签名缺失或不符 · The signature is missing or does not hold")
        if key.since and max(envelope.issued_at, now) < key.since:
            raise NotAccepted("KEY_NOT_YET", f"密钥自 {key.since} 起有效 · The key may not sign before that")
        if key.until and (envelope.issued_at > key.until or now > key.until + _OLDEST):
            raise NotAccepted("KEY_EXPIRED", f"密钥有效期至 {key.until} · The key could sign until then")
