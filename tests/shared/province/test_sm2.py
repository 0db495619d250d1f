"""SM2 with SM3, held against the command line of the same standard's other implementation where one is at hand."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.province.keys.signing import Ed25519Signer
from shared.province.keys.sm2 import Sm2KeyError, Sm2PrivateKey, Sm2PublicKey

SIGNER = Sm2PrivateKey.generate()
VERIFIER = Sm2PublicKey(SIGNER.public_point())


@settings(max_examples=30)
@given(content=st.binary(max_size=300), other=st.binary(max_size=300))
def test_a_signature_is_of_this_content_and_no_other(content: bytes, other: bytes) -> None:
    signature = SIGNER.sign(content)
    assert VERIFIER.holds(content, signature)
    assert VERIFIER.holds(other, signature) is (content == other)


@settings(max_examples=30)
@given(place=st.integers(0, 69), bit=st.integers(0, 7))
def test_a_signature_with_one_bit_changed_holds_no_more(place: int, bit: int) -> None:
    signature = bytearray(SIGNER.sign(b"content"))
    signature[place % len(signature)] ^= 1 << bit
    assert not VERIFIER.holds(b"content", bytes(signature))


@pytest.mark.parametrize("signature", [b"", b"\0", b"x" * 70, SIGNER.sign(b"content") + b"\0"])
def test_what_is_no_signature_does_not_hold(signature: bytes) -> None:
    assert not VERIFIER.holds(b"content", signature)


def test_another_key_s_signature_does_not_hold() -> None:
    assert not VERIFIER.holds(b"content", Sm2PrivateKey.generate().sign(b"content"))


def test_a_key_keeps_through_its_file() -> None:
    again = Sm2PrivateKey.from_pem(SIGNER.to_pem())
    assert again.public_point() == SIGNER.public_point()
    assert VERIFIER.holds(b"content", again.sign(b"content"))


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(pem: bytes) -> None:
    with pytest.raises(Sm2KeyError):
        Sm2PrivateKey.from_pem(pem)


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(Sm2KeyError):
        Sm2PrivateKey.from_pem(Ed25519Signer(Ed25519PrivateKey.generate()).to_pem())


@pytest.mark.parametrize(
    "point", [b"", b"\x04" * 65, SIGNER.public_point()[:-1], SIGNER.public_point() + b"\0"]
)
def test_what_is_no_point_of_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(Sm2KeyError):
        Sm2PublicKey(point)


def test_the_openssl_command_accepts_our_signature_under_the_identifier_of_the_standard(
    tmp_path: Path,
) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "openssl is needed"
    for name, content in (("key", SIGNER.to_pem()), ("text", b"content"), ("sig", SIGNER.sign(b"content"))):
        (tmp_path / name).write_bytes(content)
    sm3 = ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    verdict = subprocess.run(
        [openssl, "pkeyutl", "-verify", "-inkey", "key", "-sigfile", "sig", "-in", "text", *sm3],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert verdict.returncode == 0, verdict.stderr
