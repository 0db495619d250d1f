"""The dialects of these tests, and keys of both algorithms."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.dialect import Algorithm
from shared.province.dialect import SAMPLE
from shared.province.keys.signing import Ed25519Signer, Signer, Sm2Signer
from shared.province.keys.sm2 import Sm2PrivateKey

OTHER = Path(__file__).parent / "dialects" / "other.toml"
PROFILES = {path.stem: path for path in (SAMPLE, OTHER)}


def new_signer(algorithm: Algorithm) -> Signer:
    if algorithm is Algorithm.SM2_SM3:
        return Sm2Signer(Sm2PrivateKey.generate())
    return Ed25519Signer(Ed25519PrivateKey.generate())


def new_pem(algorithm: Algorithm) -> bytes:
    """A private key as its file holds it."""
    if algorithm is Algorithm.SM2_SM3:
        return Sm2PrivateKey.generate().to_pem()
    return Ed25519Signer(Ed25519PrivateKey.generate()).to_pem()
