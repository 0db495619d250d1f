import json
import re
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import Invalid
from shared.values import (
    CertificateNumber,
    CitizenId,
    Fen,
    InvalidCertificateNumber,
    InvalidCitizenId,
    InvalidFen,
    InvalidIdentityDocument,
    InvalidLevel,
    InvalidOccupationCode,
    InvalidStationCode,
    InvalidUscc,
    InvalidVocationalCertificateNumber,
    Level,
    Occupation,
    OccupationCode,
    StationCode,
    Uscc,
    VocationalCertificateNumber,
)
from shared.values.identifier import Identifier


class Record(BaseModel):
    """One field of every kind."""

    uscc: Uscc
    holder: CitizenId
    certificate: CertificateNumber
    former: VocationalCertificateNumber | None = None
    station: StationCode
    occupation: OccupationCode
    level: Level
    amount_fen: Fen


WIRE: dict[str, Any] = {
    "uscc": "91350100M000100Y43",
    "holder": "11010519491231002X",
    "certificate": "S000032000001263000001",
    "former": "1710012003300012",
    "station": "S000032000001",
    "occupation": "6-18-01-01",
    "level": 3,
    "amount_fen": 150000,
}
REFUSALS: dict[type[Identifier], type[Invalid]] = {
    Uscc: InvalidUscc,
    CitizenId: InvalidCitizenId,
    CertificateNumber: InvalidCertificateNumber,
    VocationalCertificateNumber: InvalidVocationalCertificateNumber,
    StationCode: InvalidStationCode,
    OccupationCode: InvalidOccupationCode,
}


def test_a_record_goes_in_and_out_of_json_unchanged() -> None:
    record = Record.model_validate_json(json.dumps(WIRE))
    assert json.loads(record.model_dump_json()) == WIRE
    assert Record.model_validate(record.model_dump()) == record


def test_fields_hold_the_values_own_types() -> None:
    record = Record.model_validate(WIRE)
    assert type(record.holder) is CitizenId
    assert record.level is Level.THREE
    assert type(record.amount_fen) is Fen


def test_dumped_texts_and_amounts_are_plain() -> None:
    dumped = Record.model_validate(WIRE).model_dump()
    assert {type(dumped[name]) for name in ("uscc", "holder", "certificate", "station", "occupation")} == {
        str
    }
    assert type(dumped["amount_fen"]) is int
    assert dumped["level"] is Level.THREE


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("uscc", "91350100M000100Y44", "NJT-VAL-1001"),
        ("holder", "110105194912310021", "NJT-VAL-1002"),
        ("holder", 110105194912310021, "NJT-VAL-1002"),
        ("holder", 1.10105194912310021e17, "NJT-VAL-1002"),
        ("holder", b"11010519491231002X", "NJT-VAL-1002"),
        ("certificate", "S00003200000126300000O", "NJT-VAL-1004"),
        ("former", "1710012003000012", "NJT-VAL-1005"),
        ("station", "J000032000001", "NJT-VAL-1006"),
        ("occupation", "9-18-01-01", "NJT-VAL-1007"),
        ("level", 0, "NJT-VAL-1008"),
        ("level", True, "NJT-VAL-1008"),
        ("level", 3.0, "NJT-VAL-1008"),
        ("level", "三级", "NJT-VAL-1008"),
        ("level", "03", "NJT-VAL-1008"),
        ("amount_fen", 1500.0, "NJT-VAL-1009"),
        ("amount_fen", "1500", "NJT-VAL-1009"),
        ("amount_fen", True, "NJT-VAL-1009"),
        ("amount_fen", -1, "NJT-VAL-1009"),
    ],
)
def test_a_refusal_keeps_its_code_and_text_and_withholds_the_input(field: str, value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**WIRE, field: value})
    errors = [error for error in caught.value.errors() if error["type"] == code]
    assert [error["loc"][0] for error in errors] == [field]
    assert " · " in errors[0]["msg"]
    assert errors[0]["input"] == "***"
    assert len(str(value)) < 4 or str(value) not in str(caught.value)


def test_a_citizen_number_appears_in_no_form_of_a_validation_error() -> None:
    number = "110105194912310021"
    for read in (
        lambda: TypeAdapter(list[CitizenId]).validate_python([number]),
        lambda: TypeAdapter(CitizenId).validate_json(f'"{number}"'),
    ):
        with pytest.raises(ValidationError) as caught:
            read()
        said = f"{caught.value} {caught.value!r} {caught.value.errors()} {caught.value.json()}"
        assert "1949" not in said


def test_levels_may_be_the_keys_of_a_json_object() -> None:
    adapter = TypeAdapter(dict[Level, Fen])
    rates = adapter.validate_json('{"3": 200000, "1": 430000}')
    assert rates == {Level.THREE: Fen(200000), Level.ONE: Fen(430000)}
    assert adapter.validate_json(adapter.dump_json(rates)) == rates


def test_an_occupation_is_checked_as_a_field() -> None:
    adapter = TypeAdapter(Occupation)
    occupation = adapter.validate_python({"edition": "2015", "code": "4-01-02-07"})
    assert adapter.dump_python(occupation, mode="json") == {"edition": "2015", "code": "4-01-02-07"}
    with pytest.raises(ValidationError):
        adapter.validate_python({"edition": "2015", "code": "4-01-02-7"})


@pytest.mark.parametrize("mode", ["validation", "serialization"])
@pytest.mark.parametrize("identifier", REFUSALS)
def test_the_json_schema_has_a_pattern_a_bilingual_description_and_a_valid_example(
    identifier: type[Identifier], mode: Any
) -> None:
    schema = TypeAdapter(identifier).json_schema(mode=mode)
    assert schema["type"] == "string"
    assert " · " in schema["description"]
    for example in schema["examples"]:
        assert re.search(schema["pattern"], example)
        assert identifier(example) == example


def test_the_json_schemas_of_level_and_money_are_integers_with_bounds() -> None:
    level, fen = TypeAdapter(Level).json_schema(), TypeAdapter(Fen).json_schema()
    assert (level["type"], level["enum"]) == ("integer", [1, 2, 3, 4, 5])
    assert (fen["type"], fen["minimum"], fen["maximum"]) == ("integer", 0, 10**13)
    assert Level(level["examples"][0])
    assert Fen(fen["examples"][0])


def test_every_refusal_has_its_own_code_and_a_bilingual_title() -> None:
    refusals: list[type[Invalid]] = [*REFUSALS.values(), InvalidIdentityDocument, InvalidLevel, InvalidFen]
    codes = {refusal.code for refusal in refusals}
    assert len(codes) == len(refusals)
    assert all(re.fullmatch(r"NJT-VAL-10\d\d", code) for code in codes)
    assert all(re.fullmatch(r"[\u4e00-\u9fff（）]+ · [A-Z].*", refusal().title) for refusal in refusals)


@pytest.mark.parametrize("value", [None, 5, 91350100.0, b"9"])
@pytest.mark.parametrize(("identifier", "refusal"), REFUSALS.items())
def test_what_is_not_text_is_refused(
    identifier: type[Identifier], refusal: type[Invalid], value: Any
) -> None:
    with pytest.raises(refusal, match=r"应为文本.* · Text is expected"):
        identifier(value)
