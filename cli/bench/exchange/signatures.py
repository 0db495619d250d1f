"""What a signature costs: the same messages read, and read and verified; small ones, and such of a thousand certificates."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import cycle, islice

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.bench.actors import Cue, Go
from cli.bench.exchange.ground import SERVICE, plan_of
from cli.bench.exchange.letters import INSTITUTIONS, Letters, story_of
from cli.bench.exchange.steps import stepping
from shared.contracts.dialect import Algorithm
from shared.province.dialect import Dialect
from shared.province.keys.signing import Ed25519Signer, KeyRing, Signer, Sm2Signer
from shared.province.keys.sm2 import Sm2PrivateKey

UNSIGNED = "unsigned"
_TOGETHER = 10
_SIGNERS: Mapping[str, Callable[[], Signer]] = {
    UNSIGNED: lambda: Ed25519Signer(Ed25519PrivateKey.generate()),
    Algorithm.ED25519: lambda: Ed25519Signer(Ed25519PrivateKey.generate()),
    Algorithm.SM2_SM3: lambda: Sm2Signer(Sm2PrivateKey.generate()),
}


@asynccontextmanager
async def read(cue: Cue) -> AsyncIterator[Go]:
    """Going, so many messages of `each` certificates are read, and verified unless they go for `UNSIGNED`."""
    signed = str(cue.told["signed"])
    signer = _SIGNERS[signed]()
    keys = KeyRing(signer.public())
    dialect = Dialect.from_file(plan_of(cue).settings(SERVICE).province.dialect_file)
    story = story_of(INSTITUTIONS * int(cue.told["each"]))
    written = Letters(story, dialect, signer.sign, signer.key_id).take(INSTITUTIONS)
    left = islice(cycle(written), cue.count)
    done = 0

    async def step() -> tuple[float, int]:
        nonlocal done
        bodies = list(islice(left, _TOGETHER))
        began = time.monotonic()
        for body in bodies:
            taken = dialect.read(body)
            if signed != UNSIGNED:
                _verified(keys, taken.signed, taken.envelope.key_id, taken.envelope.signature)
        done += len(bodies)
        return time.monotonic() - began, len(bodies)

    async def counted() -> int:
        return done

    yield stepping(step, counted)


def _verified(keys: KeyRing, content: bytes, key_id: str, signature: str) -> None:
    if not keys.holds(key_id, content, signature):
        raise ValueError("签名不符 · The signature does not hold")
