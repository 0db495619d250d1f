"""The province's signing and the city's are two programs that agree."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.province.keys.signing import Ed25519Signer, KeyRing
from simulator.keys import KeyFileError, PeerKeys, ProvinceKey


def test_the_city_holds_the_provinces_signature_and_the_province_the_citys(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    city = Ed25519Signer(key)
    (tmp_path / "key.pem").write_bytes(city.to_pem())
    (tmp_path / "peers.json").write_text(json.dumps(city.public()), encoding="utf-8")
    province = ProvinceKey.from_file(tmp_path / "key.pem")
    peers = PeerKeys.from_file(tmp_path / "peers.json")
    assert (province.key_id, province.public()) == (city.key_id, city.public())
    assert KeyRing(province.public()).holds(province.key_id, b"content", province.sign(b"content"))
    assert peers.holds(city.key_id, b"content", city.sign(b"content"))
    assert not peers.holds(city.key_id, b"another", city.sign(b"content"))


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    curve = generate_private_key(SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    with pytest.raises(KeyFileError, match="is not an Ed25519 private key"):
        ProvinceKey.from_file(tmp_path / "key.pem")


def test_a_file_without_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(KeyFileError, match="is not a PEM private key"):
        ProvinceKey.from_file(tmp_path / "key.pem")


@pytest.mark.parametrize("content", ["nothing", "[]", '{"a": 1}', '{"a": "AAAA"}'])
def test_a_file_without_public_keys_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "peers.json").write_text(content, encoding="utf-8")
    with pytest.raises(KeyFileError, match="public key"):
        PeerKeys.from_file(tmp_path / "peers.json")
