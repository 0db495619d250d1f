"""`njt exchange key|dialect`: what is agreed with a counterpart beforehand, said in the form in which files hold it."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from shared.contracts.dialect import Algorithm, ProfileError
from shared.contracts.province import SCHEMA_VERSION, MessageCode, ProvinceEnvelope, Receipt, Stage
from shared.province.dialect import Dialect
from shared.province.keys.signing import KeyFileError, KeyRing, Signer, read_signer

_ZONED = "%Y-%m-%dT%H:%M:%S%z"
_EXAMPLE = ProvinceEnvelope(
    schema_version=SCHEMA_VERSION,
    message_id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    code=MessageCode.RECEIPT,
    sender="320100/filing",
    receiver="320000",
    business_key="report:示例",
    lane="示例通道",
    sequence=0,
    issued_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    in_reply_to=UUID("01890a5d-ac96-774b-bcce-b302099a8056"),
    payload=Receipt(stage=Stage.BUSINESS, ok=True).model_dump(mode="json"),
    key_id="0123456789abcdef",
    signature="",
)

Since = Annotated[
    datetime | None,
    typer.Option("--from", formats=[_ZONED], help="自何时有效，带时区 · from when it may sign, with a zone"),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=[_ZONED], help="至何时有效，带时区 · until when it may sign, with a zone"),
]


def key(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="私钥 PEM · a private key")],
    *,
    since: Since = None,
    until: Until = None,
) -> None:
    """公钥表一项，交给对接方 · The entry of a key's public half, for the counterpart's key file."""
    ((key_id, told),) = _signer(file).public().items()
    entry = told if isinstance(told, dict) else {"key": told, "algorithm": Algorithm.ED25519.value}
    ends = {"from": since, "until": until}
    entry |= {name: moment.isoformat() for name, moment in ends.items() if moment is not None}
    try:
        KeyRing({key_id: entry})
    except ValueError:
        raise typer.BadParameter(
            "起始应早于截止 · It must begin before it ends", param_hint="--from"
        ) from None
    typer.echo(json.dumps({key_id: entry}, indent=2))


def dialect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="方言配置 TOML · a profile")],
) -> None:
    """查验方言配置并写一条示例回执 · Check a profile, and spell a receipt in it."""
    try:
        spoken = Dialect.from_file(file)
    except ProfileError as refusal:
        raise typer.BadParameter(str(refusal)) from None
    covered: list[bytes] = []

    def sign(content: bytes) -> str:
        covered.append(content)
        return base64.b64encode(b"signature").decode()

    body = spoken.write(_EXAMPLE, sign)
    typer.echo(spoken.profile.title)
    typer.echo(f"报文 · a receipt:\n{json.dumps(json.loads(body), ensure_ascii=False, indent=2)}")
    typer.echo(f"待签内容 · what is signed ({spoken.profile.signature.algorithm}):\n{covered[0].decode()}")


def _signer(file: Path) -> Signer:
    """The key of the file, of whichever algorithm it is."""
    for algorithm in Algorithm:
        with suppress(KeyFileError):
            return read_signer(file, algorithm)
    raise typer.BadParameter(f"{file.name} 不是 Ed25519 或 SM2 私钥 · is no private key of Ed25519 or SM2")
