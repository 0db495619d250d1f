"""The canonical model and a counterpart's spelling of it: there and back, signed as it is spelled."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.dialect import Profile, ProfileError, read_profile
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage
from shared.messaging.envelope import Undecodable
from shared.province.dialect import SAMPLE, Dialect, Unspeakable
from simulator.reading import ABOUT_THE_EXCHANGE, FROM_CITY, FROM_PROVINCE
from tests.builders import institution_filed
from tests.shared.province.documents import payloads
from tests.shared.province.letters import DONE, Province, rejected

OTHER = Path(__file__).parent / "dialects" / "other.toml"
DIALECTS = {path.stem: Dialect.from_file(path) for path in (SAMPLE, OTHER)}
WRITER = Province()
MOMENT = datetime(2024, 2, 29, 15, 59, 30, tzinfo=UTC)

both = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
brief = settings(max_examples=50)


def fingerprint(content: bytes) -> str:
    """Stands for a signature: it is of these bytes and no others."""
    return base64.b64encode(sha256(content).digest()).decode()


def letter(payload: Any = None, **fields: Any) -> ProvinceEnvelope:
    return WRITER.write(payload, **{"issued_at": MOMENT, **fields})


def changed(dialect: Dialect, change: Callable[[dict[str, Any]], object]) -> bytes:
    """A message of the dialect after somebody meddled with it."""
    message = json.loads(dialect.write(letter(), fingerprint))
    change(message)
    return json.dumps(message).encode()


def unsigned(envelope: ProvinceEnvelope) -> dict[str, Any]:
    return envelope.model_dump(mode="json", exclude={"signature"})


@both
@pytest.mark.parametrize(
    "payload", [institution_filed(), DONE, rejected()], ids=["filed", "done", "rejected"]
)
def test_what_is_written_reads_back_as_it_was(dialect: Dialect, payload: Any) -> None:
    envelope = letter(payload, in_reply_to=uuid4() if isinstance(payload, Receipt) else None)
    read = dialect.read(dialect.write(envelope, fingerprint))
    # A field that is null is the same as one that is not told.
    left = {**unsigned(read.envelope), "payload": None}
    assert left == {**unsigned(envelope), "payload": None}
    again = type(payload).model_validate(read.envelope.payload)
    assert again == payload


@both
@brief
@given(payload=payloads, code=st.sampled_from([*MessageCode, "NOT_OURS"]))
def test_so_does_whatever_a_payload_may_hold(dialect: Dialect, payload: dict[str, Any], code: str) -> None:
    envelope = letter(payload, code=code, lane="一条通道")
    read = dialect.read(dialect.write(envelope, fingerprint)).envelope
    assert read.code == code
    if not dialect.profile.omit_null:
        assert read.payload == envelope.payload


@both
def test_the_signature_covers_the_message_as_it_is_spelled(dialect: Dialect) -> None:
    read = dialect.read(dialect.write(letter(), fingerprint))
    assert read.envelope.signature == fingerprint(read.signed)


def test_the_sample_is_spelled_and_signed_like_the_canonical_model() -> None:
    envelope = letter()
    body = DIALECTS["sample"].write(envelope, WRITER.signer.sign)
    assert json.loads(body) == json.loads(envelope.model_dump_json())
    assert DIALECTS["sample"].read(body).signed == envelope.signed_bytes()


def test_the_other_one_is_unlike_it_in_everything_that_a_profile_can_say() -> None:
    envelope = letter(
        {"uscc": "A", "issued_on": date(2024, 2, 29).isoformat(), "level": 3, "ok": True, "none": None},
        message_id=UUID("01234567-89ab-cdef-0123-456789abcdef"),
        business_key="键",
        lane="道",
        sequence=7,
        key_id="k",
    )
    message = json.loads(DIALECTS["other"].write(envelope, lambda _: base64.b64encode(b"\x01\xff").decode()))
    assert message == {
        "body": '{"dj":"三级","fzrq":"20240229","jgm":"0000","tyshxydm":"A"}',
        "head": {
            "ver": envelope.schema_version,
            "lsh": "0123456789abcdef0123456789abcdef",
            "jybh": "JG001",
            "fsf": "320000",
            "jsf": "320100/filing",
            "ywh": "键",
            "td": "道",
            "xh": 7,
            "fssj": "20240229235930",
            "mybh": "k",
            "system": "NJ-JNRC",
        },
        "sign": "01ff",
    }


def test_a_receipt_is_spelled_with_the_counterparts_own_codes_of_success() -> None:
    spelled = json.loads(
        DIALECTS["other"].write(letter(Receipt(stage=Stage.BUSINESS, ok=False)), fingerprint)
    )
    assert json.loads(spelled["body"]) == {"hzlx": "2", "jgm": "9999", "cwm": "", "cwxx": ""}


def test_pairs_cannot_be_shifted_from_one_field_into_another() -> None:
    one = letter(business_key="a&head.td=b", lane="c")
    other = letter(business_key="a", lane="b&head.td=c", message_id=one.message_id, payload=None)
    covered = [
        DIALECTS["other"].read(DIALECTS["other"].write(each, fingerprint)).signed for each in (one, other)
    ]
    assert covered[0] != covered[1]


@both
@pytest.mark.parametrize(
    "change",
    [
        lambda message: message.update(extra=1),
        lambda message: message.update(extra={"deep": 1}),
        lambda message: message.pop("signature" if "signature" in message else "sign"),
        lambda message: message.clear(),
        lambda message: (message.get("head") or message).pop("lsh" if "head" in message else "message_id"),
        lambda message: (message.get("head") or message).update({"fssj": "昨天", "issued_at": "昨天"}),
        lambda message: message.update({"body": "[", "payload": "["}),
    ],
    ids=["a field more", "a part more", "unsigned", "empty", "no id", "no moment", "no payload"],
)
def test_what_is_not_of_the_dialect_is_not_understood(
    dialect: Dialect, change: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(Undecodable):
        dialect.read(changed(dialect, change))


def test_what_must_stand_in_every_message_may_not_differ() -> None:
    with pytest.raises(Undecodable):
        DIALECTS["other"].read(changed(DIALECTS["other"], lambda message: message["head"].update(system="X")))


def test_a_signature_has_one_spelling() -> None:
    with pytest.raises(Undecodable):
        DIALECTS["other"].read(
            changed(DIALECTS["other"], lambda message: message.update(sign=message["sign"].upper()))
        )


@pytest.mark.parametrize(
    "payload",
    [
        {"jgmc": "某"},
        {"scope": [{"level": "三级"}]},
        {"ok": "0000"},
        {"issued_on": "昨天"},
        {"issued_on": "20240229"},
        {"issued_on": "0999-01-01"},
    ],
)
def test_what_would_read_back_as_something_else_is_not_written(payload: dict[str, Any]) -> None:
    with pytest.raises(Unspeakable, match=" · ") as refusal:
        DIALECTS["other"].write(letter(payload), fingerprint)
    assert "某" not in refusal.value.detail


@both
@settings(max_examples=200)
@given(body=st.one_of(st.binary(max_size=60), payloads.map(lambda content: json.dumps(content).encode())))
def test_any_bytes_are_read_or_said_not_to_be_understood(dialect: Dialect, body: bytes) -> None:
    with pytest.raises(Undecodable):
        dialect.read(body)


@both
def test_a_number_that_is_none_is_not_understood(dialect: Dialect) -> None:
    body = dialect.write(letter({"number": 0.5}), fingerprint)
    with pytest.raises(Undecodable):
        dialect.read(body.replace(b"0.5", b"NaN"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"envelope": {"nothing": "x"}}, "no \\['nothing'\\]"),
        ({"envelope": {"lane": "code"}}, "spelled alike"),
        ({"envelope": {"lane": "payload.lane"}}, "holds another"),
        ({"codes": {"RECEIPT": "A", "VOID": "A"}}, "spelled alike"),
        ({"codes": {"RECEIPT": "VOID", "VOID": "Z"}}, "mean two things"),
        ({"fields": {"name": "mc", "title": "mc"}}, "spelled alike"),
        ({"values": {"ok": {"true": "1", "false": "1"}}}, "spelled alike"),
        ({"colour": "red"}, "colour"),
        ({"codes": {"RECIEPT": "A"}}, "no such message codes: \\['RECIEPT'\\]"),
        ({"codes": {"RECEIPT": "VOID"}}, "mean two things"),
        ({"values": {"ok": {"yes": "1"}}}, "values.ok is not JSON: yes"),
        ({"signature": {"covers": "pairs"}}, "pairs needs payload_text"),
        ({"time": {"zone": "Asia/Nanjing"}}, "no such zone: Asia/Nanjing"),
        ({"time": {"format": "%Y%m%d%H%M"}}, "would not read back: %Y%m%d%H%M"),
        ({"time": {"day": "%m%d"}}, "would not read back: %m%d"),
    ],
)
def test_a_profile_that_would_not_read_back_is_refused(change: dict[str, Any], told: str) -> None:
    plain = {"name": "p", "title": "p", **change}
    with pytest.raises(ValueError, match=told):
        Profile.model_validate(plain)


def test_a_profile_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"broken\.toml"):
        read_profile(broken)
    with pytest.raises(ProfileError, match=r"none\.toml"):
        read_profile(tmp_path / "none.toml")
    broken.write_text('name = "P"\ntitle = ""', encoding="utf-8")
    with pytest.raises(ProfileError, match=r"name: .*title: "):
        read_profile(broken)


def properties(schema: Any) -> Iterator[tuple[str, str]]:
    """Every field of a payload with the schema of its values."""
    if isinstance(schema, dict):
        for name, told in schema.get("properties", {}).items():
            yield name, json.dumps(told)
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from properties(inner)


def test_the_other_one_has_words_for_every_payload_that_crosses() -> None:
    profile = DIALECTS["other"].profile
    models = {**FROM_CITY, **FROM_PROVINCE, **ABOUT_THE_EXCHANGE}
    fields = {pair for model in models.values() for pair in properties(model.model_json_schema())}
    assert len(fields) > 50
    assert not {name for name, _ in fields} & (set(profile.fields.values()) - profile.fields.keys())
    days = {name for name, told in fields if '"format": "date"' in told}
    others = {name for name, told in fields if '"format": "date"' not in told}
    assert profile.time.days & days
    assert not profile.time.days & others
