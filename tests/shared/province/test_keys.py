"""Keys on both ends: found by their ids, replaced one after the other, read from files."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from shared.province.keys.signing import Ed25519Signer, KeyFileError, KeyRing, key_id_of
from simulator.keys import PeerKeys
from tests.shared.province.letters import Province

SIGNER = Ed25519Signer(Ed25519PrivateKey.generate())
OLD, NEW, STRANGER = Province(signer=SIGNER), Province(), Province()
CONTENT = "备案".encode()


def holds(ring: KeyRing, writer: Province) -> bool:
    envelope = writer.write()
    return ring.holds(envelope.key_id, envelope.signed_bytes(), envelope.signature)


def test_a_key_is_named_by_the_digest_of_its_public_half() -> None:
    # RFC 8032, 7.1, TEST 1, and the first 16 digits that sha256sum says of its public key.
    key = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert key_id_of(key.public_key()) == "21fe31dfa154a261"
    assert list(Ed25519Signer(key).public()) == ["21fe31dfa154a261"]


def test_a_signature_of_an_unknown_key_does_not_hold() -> None:
    ring = KeyRing(OLD.signer.public())
    assert holds(ring, OLD)
    assert not holds(ring, STRANGER)


def test_a_known_key_does_not_answer_for_anothers_signature() -> None:
    ring = KeyRing(OLD.signer.public() | NEW.signer.public())
    assert ring.holds(NEW.signer.key_id, CONTENT, NEW.signer.sign(CONTENT))
    assert not ring.holds(NEW.signer.key_id, CONTENT, OLD.signer.sign(CONTENT))


def test_while_a_key_is_replaced_both_hold_and_afterwards_only_the_new_one() -> None:
    assert all(holds(KeyRing(OLD.signer.public() | NEW.signer.public()), each) for each in (OLD, NEW))
    replaced = KeyRing(NEW.signer.public())
    assert holds(replaced, NEW)
    assert not holds(replaced, OLD)


def test_an_empty_ring_holds_nothing() -> None:
    assert not holds(KeyRing({}), OLD)


def test_keys_go_to_files_and_come_back(tmp_path: Path) -> None:
    private, public = tmp_path / "city.pem", tmp_path / "city-keys.json"
    private.write_bytes(SIGNER.to_pem())
    public.write_text(json.dumps(OLD.signer.public()), encoding="utf-8")
    signer = Ed25519Signer.from_file(private)
    assert signer.key_id == OLD.signer.key_id
    assert KeyRing.from_file(public).holds(signer.key_id, CONTENT, signer.sign(CONTENT))


def test_the_province_reads_the_keys_that_the_city_publishes(tmp_path: Path) -> None:
    published = tmp_path / "city-keys.json"
    published.write_text(json.dumps(OLD.signer.public()), encoding="utf-8")
    assert PeerKeys.from_file(published).holds(OLD.signer.key_id, CONTENT, OLD.signer.sign(CONTENT))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        '"a text"',
        "null",
        '{"k1": 1}',
        '{"k1": null}',
        '{"k1": ["AAAA"]}',
        '{"k1": "too short"}',
        '{"k1": "AAAA"}',
        '{"k1": "公钥"}',
        b"\xff\xfe",
    ],
)
def test_a_file_of_public_keys_with_faults_is_refused_by_its_name(
    tmp_path: Path, content: str | bytes
) -> None:
    path = tmp_path / "province-keys.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(KeyFileError, match=r"province-keys\.json .* · .*") as refusal:
        KeyRing.from_file(path)
    assert "k1" not in str(refusal.value)


def test_a_file_that_holds_no_private_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "filing.pem"
    for content in (b"", b"not a key", SIGNER.to_pem()[:60], json.dumps(OLD.signer.public()).encode()):
        path.write_bytes(content)
        with pytest.raises(KeyFileError, match=r"filing\.pem .* · .* PEM"):
            Ed25519Signer.from_file(path)


def test_a_private_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "filing.pem"
    key = generate_private_key(SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(KeyFileError, match="Ed25519"):
        Ed25519Signer.from_file(path)


def test_an_encrypted_private_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "filing.pem"
    locked = BestAvailableEncryption(b"a password for tests only")
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    with pytest.raises(KeyFileError, match="unencrypted"):
        Ed25519Signer.from_file(path)
