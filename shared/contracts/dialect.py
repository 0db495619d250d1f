"""A dialect profile: how one counterpart spells the messages of the exchange; data that both sides read.

What is at hand of the province's interface is names of documents, so no profile here is a counterpart's own: each says
what it is in its `title`, and a counterpart's real one is another file of this form.
"""

import json
import tomllib
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.contracts.province import MessageCode, ProvinceEnvelope

_MOMENT = datetime(2024, 11, 30, 23, 58, 59)  # noqa: DTZ001 — of no zone: only its spelling is tried

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Scalar = str | int | bool


class ProfileError(ValueError):
    """方言配置有误 · The dialect profile cannot be used."""


class Part(BaseModel):
    """A part of a profile."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Covers(StrEnum):
    """What a signature covers: the message without it, as canonical JSON, or as sorted pairs `path=value&…`."""

    JSON = "json"
    PAIRS = "pairs"


class Spelled(StrEnum):
    """How a signature's bytes are spelled."""

    BASE64 = "base64"
    HEX = "hex"


class Algorithm(StrEnum):
    """How messages are signed: Ed25519 (RFC 8032), or SM2 with SM3 (GB/T 32918, GB/T 35276)."""

    ED25519 = "ed25519"
    SM2_SM3 = "sm2-sm3"


class SignatureRule(Part):
    """The signature: by what, over what, and how it is spelled."""

    algorithm: Algorithm = Algorithm.ED25519
    covers: Covers = Covers.JSON
    spelled: Spelled = Spelled.BASE64


class TimeRule(Part):
    """Moments: ISO 8601, or a `strftime` format in a zone; days: ISO, or a format for the fields named."""

    format: str = "iso"
    zone: str = "UTC"
    day: str = "iso"
    days: frozenset[Name] = Field(
        default=frozenset(), description="载荷中的日期字段 · payload fields that are days"
    )

    @model_validator(mode="after")
    def _tells_them(self) -> "TimeRule":
        """A moment must read back to the second, a day to the day."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"没有这个时区 · no such zone: {self.zone}") from None
        if self.format != "iso" and not _reads_back(self.format, _MOMENT):
            raise ValueError(f"时间格式不能还原到秒 · a moment would not read back: {self.format}")
        if self.day != "iso" and not _reads_back(self.day, datetime.combine(_MOMENT, datetime.min.time())):
            raise ValueError(f"日期格式不能还原 · a day would not read back: {self.day}")
        return self


def _reads_back(spelling: str, moment: datetime) -> bool:
    try:
        return datetime.strptime(moment.strftime(spelling), spelling) == moment  # noqa: DTZ007 — as above
    except ValueError:
        return False


class Profile(Part):
    """One dialect. Paths are dotted; what is not named is spelled as in the canonical model.

    `envelope` gives the place of each field of the envelope, `codes` the message codes, `fields` the names in payloads,
    `values` the values of a payload field by their canonical spelling in JSON, `constants` what stands in every message.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: Name
    signature: SignatureRule = SignatureRule()
    time: TimeRule = TimeRule()
    plain_ids: bool = Field(
        default=False, description="消息号为 32 位十六进制，无连字符 · ids without dashes"
    )
    omit_null: bool = Field(default=False, description="空值不写 · nothing is written for a null")
    payload_text: bool = Field(
        default=False, description="载荷为 JSON 文本 · the payload is JSON within a string"
    )
    envelope: dict[Name, Name] = Field(default_factory=dict)
    codes: dict[Name, Name] = Field(default_factory=dict)
    fields: dict[Name, Name] = Field(default_factory=dict)
    values: dict[Name, dict[str, Scalar]] = Field(default_factory=dict)
    constants: dict[Name, Scalar] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reads_one_way(self) -> "Profile":
        """What is written must read back as the same: no two things may be spelled alike."""
        unknown = self.envelope.keys() - ProvinceEnvelope.model_fields.keys()
        if unknown:
            raise ValueError(f"信封没有这些字段 · the envelope has no {sorted(unknown)}")
        places = [self.place(name) for name in ProvinceEnvelope.model_fields] + list(self.constants)
        if unheard := self.codes.keys() - set(MessageCode):
            raise ValueError(f"没有这些报文代码 · no such message codes: {sorted(unheard)}")
        if any(a != b and (b + ".").startswith(a + ".") for a in places for b in places):
            raise ValueError("信封字段相互包含 · one place of the envelope holds another")
        spelled = {
            "envelope": places,
            "codes": list(self.codes.values()),
            "fields": list(self.fields.values()),
        }
        spelled |= {
            f"values.{name}": [str(each) for each in known.values()] for name, known in self.values.items()
        }
        for what, names in spelled.items():
            if len(set(names)) != len(names):
                raise ValueError(f"{what} 有两项写法相同 · two of {what} are spelled alike")
        for what, known, ours in (
            ("codes", self.codes, set(MessageCode)),
            ("fields", self.fields, self.fields),
        ):
            moved = {theirs for name, theirs in known.items() if name != theirs}
            if ambiguous := moved & set(ours):
                raise ValueError(f"{what} 歧义 · {what}: {sorted(ambiguous)} would mean two things")
        return self

    @model_validator(mode="after")
    def _signs_one_content(self) -> "Profile":
        if self.signature.covers is Covers.PAIRS and not self.payload_text:
            raise ValueError(
                "pairs 须与 payload_text 同用，否则不同载荷会有相同的待签内容"
                " · pairs needs payload_text, for else two payloads could be signed alike"
            )
        return self

    @model_validator(mode="after")
    def _values_are_json(self) -> "Profile":
        for name, known in self.values.items():
            for ours in known:
                try:
                    json.loads(ours)
                except ValueError:
                    raise ValueError(
                        f"values.{name} 的取值须写作 JSON · a value of values.{name} is not JSON: {ours}"
                    ) from None
        return self

    def place(self, field: str) -> str:
        """Where a field of the envelope stands."""
        return self.envelope.get(field, field)


def read_profile(path: Path) -> Profile:
    """Read a profile's TOML file; raises ProfileError naming what is wrong."""
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise ProfileError(f"{path.name}: 不是可读的 TOML · not readable TOML: {broken}") from None
    except ValidationError as broken:
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in broken.errors())
        raise ProfileError(f"{path.name}: {told}") from None
