from datetime import date

import pytest

from shared.values import (
    CitizenId,
    DocumentKind,
    IdentityDocument,
    InvalidCitizenId,
    InvalidIdentityDocument,
    identity_document,
)

TODAY = date(2021, 2, 23)
VALID = [
    (DocumentKind.RESIDENT_ID, "11010519491231002X"),
    (DocumentKind.RESIDENCE_PERMIT, "810000199408230021"),
    (DocumentKind.RESIDENCE_PERMIT, "830000199201300022"),
    (DocumentKind.PERMANENT_RESIDENCE, "911320198001010010"),
    (DocumentKind.PERMANENT_RESIDENCE, "XXA320080010100"),
    (DocumentKind.OFFICER_CARD, "测字第00000001号"),
    (DocumentKind.HONG_KONG_DOCUMENT, "A123456(3)"),
    (DocumentKind.MACAO_DOCUMENT, "1/234567/8"),
    (DocumentKind.TAIWAN_TRAVEL_PERMIT, "00000001"),
    (DocumentKind.PASSPORT, "E00000001"),
]
MISFITS = [
    (DocumentKind.RESIDENT_ID, "810000199408230021"),
    (DocumentKind.RESIDENT_ID, "911320198001010010"),
    (DocumentKind.RESIDENCE_PERMIT, "11010519491231002X"),
    (DocumentKind.PERMANENT_RESIDENCE, "11010519491231002X"),
    (DocumentKind.OFFICER_CARD, "测字"),
    (DocumentKind.HONG_KONG_DOCUMENT, "a123456(3)"),
    (DocumentKind.MACAO_DOCUMENT, "1234567890123"),
    (DocumentKind.TAIWAN_TRAVEL_PERMIT, "0000001"),
    (DocumentKind.PASSPORT, "E000 0001"),
    (DocumentKind.PASSPORT, "Ｅ00000001"),
    (DocumentKind.PASSPORT, ""),
]


@pytest.mark.parametrize(("kind", "number"), VALID)
def test_a_number_that_fits_its_kind_is_kept(kind: DocumentKind, number: str) -> None:
    document = identity_document(kind, number, on=TODAY)
    assert document == IdentityDocument(kind, number)


def test_every_kind_has_a_chinese_name_and_a_valid_example() -> None:
    assert {kind for kind, _ in VALID} == set(DocumentKind)
    assert len({kind.label for kind in DocumentKind}) == len(DocumentKind)


@pytest.mark.parametrize(("kind", "number"), MISFITS)
def test_a_number_of_another_kind_is_refused_without_quoting_it(kind: DocumentKind, number: str) -> None:
    with pytest.raises(InvalidIdentityDocument) as caught:
        identity_document(kind, number, on=TODAY)
    assert kind.label in caught.value.detail
    assert number == "" or number not in str(caught.value)


def test_a_resident_id_is_a_checked_citizen_id() -> None:
    document = identity_document(DocumentKind.RESIDENT_ID, "11010519491231002x", on=TODAY)
    assert isinstance(document.number, CitizenId)
    assert document.number == "11010519491231002X"


@pytest.mark.parametrize("number", ["110105194912310021", "XX1320080010100", "32010220300101001X"])
def test_a_citizen_id_that_fails_its_own_check_is_refused(number: str) -> None:
    with pytest.raises(InvalidCitizenId):
        identity_document(DocumentKind.PERMANENT_RESIDENCE, number, on=TODAY)


def test_somebody_not_yet_born_has_no_document() -> None:
    with pytest.raises(InvalidCitizenId):
        identity_document(DocumentKind.RESIDENT_ID, "11010519491231002X", on=date(1949, 12, 30))


@pytest.mark.parametrize(("kind", "number"), VALID)
def test_repr_shows_at_most_ten_characters_of_the_number(kind: DocumentKind, number: str) -> None:
    document = identity_document(kind, number, on=TODAY)
    assert number not in repr(document)
    assert document.masked in repr(document)
    assert document.masked.count("*") == len(number) - (10 if isinstance(document.number, CitizenId) else 3)


def test_a_passport_shows_its_first_and_last_two_characters() -> None:
    document = identity_document(DocumentKind.PASSPORT, "E00000078", on=TODAY)
    assert repr(document) == "IdentityDocument(passport, 'E******78')"
