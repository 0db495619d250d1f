"""追回通知书 on paper."""

from datetime import date, datetime
from pathlib import Path

from services.subsidy.domain.recovery_notice import NoticeContent
from shared.clock import SHANGHAI
from shared.documents import render
from shared.values import Fen

_TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 500
"""Certificates listed on paper; the others stand in the JSON document."""


def draw_notice(content: NoticeContent) -> bytes:
    """A PDF/A-2b on A4, of the moment of its issue: the same notice gives the same bytes. Raises GlyphMissing."""
    shown = content.items[:MOST_ROWS]
    facts = {
        "number": content.number,
        "organ": content.organ.name,
        "debtor": content.debtor.name,
        "debtor_code": content.debtor.code,
        "line": f"{content.line.name}（{content.line.code} 线）",
        "cause": content.cause.name,
        "reason": content.reason,
        "evidence": list(content.evidence),
        "amount": Fen(content.amount_fen).yuan,
        "certificates": content.certificates,
        "issued_on": _day(content.issued_at.astimezone(SHANGHAI).date()),
        "statement_until": _moment(content.statement_until),
        "due_on": _day(content.due_on),
        "rows": [
            {
                "number": each.certificate_number,
                "level": each.level.name,
                "paid": Fen(each.paid_fen).yuan,
                "due": Fen(each.due_fen).yuan,
                "reason": each.reason.partition(" · ")[0] or content.cause.name,
            }
            for each in shown
        ],
        "more": len(content.items) - len(shown),
        "basis": [f"{each.number or each.document}（{each.clause}）　{each.text}" for each in content.basis],
        "terms": [
            f"{each.name} {each.working_days} 个工作日（{each.status.name}）" for each in content.terms
        ],
    }
    return render(_TEMPLATES / "recovery.typ", facts, at=content.issued_at)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{_day(local.date())} {local:%H:%M}"
