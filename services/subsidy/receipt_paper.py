"""核算凭证 on paper: the receipt as a PDF with a code that verifies without asking anybody."""

from datetime import datetime
from pathlib import Path

from services.subsidy.domain.receipt import Cited, Content, Told
from services.subsidy.receipts import Receipt
from shared.clock import SHANGHAI
from shared.documents import qr_svg, render
from shared.values import Fen

_TEMPLATES = Path(__file__).parent / "templates"


def draw_receipt(receipt: Receipt) -> bytes:
    """A PDF/A-2b on A4, of the moment of the decision: the same receipt gives the same bytes. Raises GlyphMissing."""
    content = receipt.content
    facts = {
        "outcome": content.outcome.name,
        "paid": content.amount_fen > 0,
        "amount": Fen(content.amount_fen).yuan,
        "working": _working(content),
        "fields": [[label, value] for label, value in _fields(content)],
        "remarks": [["剔除原因", content.excluded_for]] if content.excluded_for else [],
        "basis": [_citation(each) for each in content.basis],
        "rules": [_row(each) for each in content.rules],
        "seal": [
            ["内容摘要 SHA-256", receipt.digest],
            ["签名 Ed25519", receipt.signature],
            ["密钥号、政策版本", f"{receipt.key_id}　{content.policy_version}"],
            ["输入摘要 SHA-256", content.inputs_digest],
            ["申领号、明细号", f"{content.claim_id}　{content.item_id}"],
        ],
        "url": receipt.url,
        "qr": qr_svg(receipt.code),
        "organ": content.organ.name,
        "decided_at": _moment(content.decided_at),
        "known_on": _day(content.known_on.isoformat()),
    }
    return render(_TEMPLATES / "receipt.typ", facts, at=content.decided_at)


def _fields(content: Content) -> list[tuple[str, str]]:
    occupation = content.occupation.name + (f"（{content.work_type}）" if content.work_type else "")
    edition, _, code = content.occupation.code.partition(":")
    return [
        ("持证人", f"{content.holder.name}　{content.holder.id}"),
        ("证书编号", content.certificate_number),
        ("职业（工种）", f"{occupation}　{code}（{edition}年版）"),
        ("等级", content.level.name),
        ("核发日期", _day(content.issued_on.isoformat())),
        _claimant(content),
        ("资金", f"{content.line.name}（{content.line.code} 线）"),
        ("申领日期", _day(content.claimed_on.isoformat())),
    ]


def _claimant(content: Content) -> tuple[str, str]:
    if content.institution is None:
        return "申领人", "持证人本人"
    return "申领单位", f"{content.institution.name}　{content.institution.code}"


def _working(content: Content) -> str:
    """How the amount came about, in one line."""
    base = Fen(content.base_fen).yuan
    if not content.amount_fen:
        return "逐条核对结果见下"
    if content.uplift_percent is None:
        return f"标准 {base} 元，未上浮"
    by_formula = Fen(content.base_fen).uplifted(content.uplift_percent)
    if by_formula != content.amount_fen:
        return f"标准 {base} 元，紧缺型，按公布的上浮标准 {Fen(content.amount_fen).yuan} 元"
    return f"标准 {base} 元，紧缺型上浮 {content.uplift_percent}%"


def _row(told: Told) -> dict[str, str]:
    return {
        "code": told.rule.code.removeprefix("NJT-SUB-"),
        "name": told.rule.name,
        "result": told.result.code,
        "result_name": told.result.name,
        "detail": told.detail.rpartition(" · ")[0] or told.detail,
        "source": _source(told.source),
        "status": told.status.name,
    }


def _source(cited: Cited) -> str:
    """Number or title of the document, in Chinese, and the clause."""
    document = cited.number or cited.document.partition(" · ")[0]
    return f"{document} {cited.clause}" if cited.clause else document


def _citation(cited: Cited) -> str:
    return f"{cited.number or cited.document}（{cited.clause}）　{cited.text}"


def _day(day: str) -> str:
    year, month, date = (int(part) for part in day.split("-"))
    return f"{year}年{month}月{date}日"


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{_day(local.date().isoformat())} {local:%H:%M}"
