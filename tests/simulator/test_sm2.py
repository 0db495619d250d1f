"""The province's own SM2, held against the standard's example, the system's library and the openssl command."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.province.keys import sm2 as citys
from simulator.sm2 import Sm2PrivateKey, Sm2PublicKey

CITY = citys.Sm2PrivateKey.generate()
PROVINCE = Sm2PrivateKey.from_pem(CITY.to_pem())
"""The same key in two programs."""
PUBLIC = PROVINCE.public_key()
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def holds(content: bytes, signature: bytes) -> bool:
    try:
        PUBLIC.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def der(r: int, s: int) -> bytes:
    numbers = [each.to_bytes(each.bit_length() // 8 + 1) for each in (r, s)]
    body = b"".join(bytes([2, len(raw)]) + raw for raw in numbers)
    return bytes([0x30, len(body)]) + body


def test_the_example_of_the_standard_comes_out() -> None:
    # GB/T 32918.5, annex A.2.
    key = Sm2PrivateKey(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)
    drawn = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
    assert key.public_key().public_bytes_raw().hex() == (
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    assert key.sign(b"message digest", drawn=lambda: drawn) == der(
        0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
        0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
    )


def test_both_programs_read_the_same_key() -> None:
    assert PUBLIC.public_bytes_raw() == CITY.public_point()
    assert Sm2PrivateKey.from_private_bytes(PROVINCE.private_bytes_raw()).public_key().public_bytes_raw() == (
        CITY.public_point()
    )


@settings(max_examples=25)
@given(content=st.binary(max_size=300), other=st.binary(max_size=300))
def test_each_program_verifies_what_the_other_signs(content: bytes, other: bytes) -> None:
    ours, theirs = PROVINCE.sign(content), CITY.sign(content)
    verifier = citys.Sm2PublicKey(CITY.public_point())
    assert verifier.holds(content, ours)
    assert holds(content, theirs)
    assert verifier.holds(other, ours) is holds(other, theirs) is (other == content)


@settings(max_examples=40)
@given(place=st.integers(0, 71), bit=st.integers(0, 7))
def test_a_signature_with_one_bit_changed_holds_in_neither(place: int, bit: int) -> None:
    signature = bytearray(CITY.sign(b"content"))
    signature[place % len(signature)] ^= 1 << bit
    assert not holds(b"content", bytes(signature))
    assert not citys.Sm2PublicKey(CITY.public_point()).holds(b"content", bytes(signature))


@pytest.mark.parametrize(
    "signature",
    [b"", b"0" * 8, b"x" * 72, b"x" * 500, der(0, 1), der(1, 0), der(N, 1), der(1, N), der(1, N - 1)],
)
def test_what_is_no_signature_holds_in_neither(signature: bytes) -> None:
    assert not holds(b"content", signature)
    assert not citys.Sm2PublicKey(CITY.public_point()).holds(b"content", signature)


@pytest.mark.parametrize(
    "raw", [b"", b"\x04" * 65, b"\x02" + bytes(64), CITY.public_point()[:-1], CITY.public_point() + b"\0"]
)
def test_what_is_no_point_of_the_curve_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=" · "):
        Sm2PublicKey.from_public_bytes(raw)


@pytest.mark.parametrize("secret", [0, N - 1, N])
def test_a_private_number_out_of_range_is_refused(secret: int) -> None:
    with pytest.raises(ValueError, match="range"):
        Sm2PrivateKey(secret)


def test_the_openssl_command_makes_a_key_and_accepts_what_it_signs(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "openssl is needed"
    made = [openssl, "genpkey", "-algorithm", "SM2", "-out", "key.pem"]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    key = Sm2PrivateKey.from_pem((tmp_path / "key.pem").read_bytes())
    (tmp_path / "text").write_bytes(b"content")
    (tmp_path / "sig").write_bytes(key.sign(b"content"))
    sm3 = ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    verify = [openssl, "pkeyutl", "-verify", "-inkey", "key.pem", "-sigfile", "sig", "-in", "text", *sm3]
    verdict = subprocess.run(verify, cwd=tmp_path, capture_output=True, check=False)
    assert verdict.returncode == 0, verdict.stderr
