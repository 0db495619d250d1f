"""`njt receipt`: whether a receipt is what subsidy signed, with nothing at hand but its public keys."""

from pathlib import Path
from typing import Annotated

import typer

from cli.servers.places import data_root
from services.subsidy.domain.receipt import Content
from services.subsidy.receipts import Attested, FalseReceipt, verify
from shared.province.keys.signing import KeyFileError, KeyRing
from shared.values import Fen

app = typer.Typer(help="核算凭证 · Receipts of decisions.", no_args_is_help=True)


@app.callback()
def receipt() -> None:
    """核算凭证 · Receipts of decisions."""


@app.command("verify")
def verify_receipt(
    file: Annotated[
        Path, typer.Argument(help="凭证 JSON，或二维码文字 · the JSON, or the text of its QR code")
    ],
    keys: Annotated[
        Path | None,
        typer.Option(
            help="公钥表 JSON，取自 /v1/public/receipt-keys · public keys", show_default="本机开发环境的"
        ),
    ] = None,
) -> None:
    """离线核验凭证，任何一处改动即退出 1 · Verify offline what a receipt attests; exits 1 when a byte was changed."""
    ring = _ring(keys or data_root() / "up" / "home" / "receipt-keys.json")
    try:
        attested = verify(file.read_bytes(), ring)
    except OSError as error:
        raise typer.BadParameter(f"文件无法读取 · cannot be read: {error.strerror}") from None
    except FalseReceipt as refusal:
        typer.echo(f"{refusal.title}\n{refusal.detail}", err=True)
        raise typer.Exit(code=1) from None
    for line in _said(attested):
        typer.echo(line)


def _ring(path: Path) -> KeyRing:
    if not path.exists():
        raise typer.BadParameter(f"没有公钥表 {path.name} · there is no such file", param_hint="--keys")
    try:
        return KeyRing.from_file(path)
    except KeyFileError as error:
        raise typer.BadParameter(str(error), param_hint="--keys") from None


def _said(attested: Attested) -> list[str]:
    seal = attested.seal
    lines = [f"签名成立 · the signature holds（{seal.key_id}）"]
    lines += _told(attested.content) if attested.content else [_ONLY_THE_DIGEST]
    return [*lines, f"内容摘要 · digest　{seal.digest}", f"查验 · look up　{seal.url}"]


_ONLY_THE_DIGEST = (
    "二维码只证明该摘要由此密钥签署，内容见凭证 JSON"
    " · the code proves that this digest was signed; what it says is in the JSON"
)


def _told(content: Content) -> list[str]:
    """What is attested, rule by rule."""
    occupation = f"{content.occupation.name}（{content.occupation.code}）{content.work_type}"
    claimant = content.institution.name if content.institution else "持证人本人 · the holder"
    return [
        f"{content.outcome.name}　{Fen(content.amount_fen).yuan} 元　{content.line.name}",
        f"证书 · certificate　{content.certificate_number}　{occupation}　{content.level.name}",
        f"持证人 · holder　{content.holder.name}　{content.holder.id}",
        f"申领 · claim　{content.claim_id}　{claimant}　{content.claimed_on}",
        f"政策 · policy　{content.policy_version}，{content.known_on} 所知 · as known then",
        *([f"剔除 · excluded　{content.excluded_for}"] if content.excluded_for else []),
        *(f"  {each.result.name}　{each.rule.name}：{each.detail}" for each in content.rules),
    ]
