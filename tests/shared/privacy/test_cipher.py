"""Personal data comes back with the right key in the right place, and is found without being read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.privacy import FieldCipher, Undecipherable
from shared.privacy.cipher import new_keys
from tests.builders import CITIZEN_ID

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
ROW = "certificate:1:holder_id"


def a_cipher(*, current: str = "k1", index_key: bytes = INDEX, **keys: bytes) -> FieldCipher:
    return FieldCipher(keys=keys or {"k1": OLD}, current=current, index_key=index_key)


CIPHER = a_cipher()


@given(st.text(), st.text(max_size=20))
def test_a_text_comes_back_as_it_was(text: str, about: str) -> None:
    assert CIPHER.decrypt(CIPHER.encrypt(text, about=about), about=about) == text


@given(st.binary(max_size=200))
def test_bytes_come_back_as_they_were(content: bytes) -> None:
    assert CIPHER.unseal(CIPHER.seal(content, about=ROW), about=ROW) == content


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_ciphertext_moved_to_another_row_is_not_read(about: str, elsewhere: str) -> None:
    sealed = CIPHER.encrypt(CITIZEN_ID, about=about)
    if about != elsewhere:
        with pytest.raises(Undecipherable):
            CIPHER.decrypt(sealed, about=elsewhere)


@given(st.integers(0, 53), st.integers(1, 255))
def test_a_ciphertext_with_any_byte_altered_is_not_read(place: int, change: int) -> None:
    sealed = bytearray(CIPHER.encrypt(CITIZEN_ID, about=ROW))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(Undecipherable):
        CIPHER.decrypt(bytes(sealed), about=ROW)


@given(st.integers(0, 53))
def test_a_ciphertext_cut_short_anywhere_is_not_read(length: int) -> None:
    with pytest.raises(Undecipherable):
        CIPHER.decrypt(CIPHER.encrypt(CITIZEN_ID, about=ROW)[:length], about=ROW)


@given(st.binary(max_size=80))
def test_what_is_no_ciphertext_is_not_read(content: bytes) -> None:
    with pytest.raises(Undecipherable):
        CIPHER.decrypt(content, about=ROW)


def test_the_same_text_is_never_encrypted_to_the_same_bytes_and_shows_nothing() -> None:
    sealed = {CIPHER.encrypt(CITIZEN_ID, about=ROW) for _ in range(50)}
    assert len(sealed) == 50
    assert not [each for each in sealed if CITIZEN_ID.encode() in each]


def test_a_rotated_key_reads_what_the_old_one_wrote_and_writes_by_the_new_one() -> None:
    before = CIPHER.encrypt(CITIZEN_ID, about=ROW)
    rotated = a_cipher(current="k2", k1=OLD, k2=NEW)
    assert rotated.decrypt(before, about=ROW) == CITIZEN_ID
    after = rotated.encrypt(CITIZEN_ID, about=ROW)
    assert a_cipher(current="k2", k2=NEW).decrypt(after, about=ROW) == CITIZEN_ID
    with pytest.raises(Undecipherable):
        CIPHER.decrypt(after, about=ROW)
    with pytest.raises(Undecipherable):
        a_cipher(current="k2", k2=NEW).decrypt(before, about=ROW)


def test_another_key_of_the_same_name_reads_nothing() -> None:
    with pytest.raises(Undecipherable):
        a_cipher(k1=NEW).decrypt(CIPHER.encrypt(CITIZEN_ID, about=ROW), about=ROW)


def test_a_cipher_without_its_current_key_is_not_made() -> None:
    with pytest.raises(ValueError, match="k2"):
        a_cipher(current="k2", k1=OLD)


@given(st.text(), st.text())
def test_equal_texts_are_found_by_equal_indexes_and_others_are_not(one: str, other: str) -> None:
    assert (CIPHER.blind_index(one) == CIPHER.blind_index(other)) == (one == other)


def test_an_index_says_nothing_without_its_key_and_outlives_a_rotation() -> None:
    index = CIPHER.blind_index(CITIZEN_ID)
    assert len(index) == 32
    assert a_cipher(index_key=b"j" * 32).blind_index(CITIZEN_ID) != index
    assert a_cipher(current="k2", k1=OLD, k2=NEW).blind_index(CITIZEN_ID) == index


def test_keys_are_read_from_their_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(new_keys(), encoding="utf-8")
    sealed = FieldCipher.from_file(file).encrypt(CITIZEN_ID, about=ROW)
    again = FieldCipher.from_file(file)
    assert again.decrypt(sealed, about=ROW) == CITIZEN_ID
    assert again.blind_index(CITIZEN_ID) == FieldCipher.from_file(file).blind_index(CITIZEN_ID)


def test_fresh_keys_are_never_the_same() -> None:
    files = [json.loads(new_keys()) for _ in range(2)]
    assert files[0]["keys"]["k1"] != files[1]["keys"]["k1"]
    assert files[0]["index_key"] != files[1]["index_key"]
    assert files[0]["keys"]["k1"] != files[0]["index_key"]
