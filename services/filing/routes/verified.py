"""What a citizen's phone shows after scanning a plaque or certificate: a page without scripts (N3.3)."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from services.filing.domain.institution import Standing
from services.filing.schemas.register import PublicInstitutionView
from shared.values import Level

_TEMPLATES = Path(__file__).parent.parent / "templates"
_ASKED = {"text/html", "application/json"}
VARY = {"Vary": "Accept"}
"""The answer depends on what was asked for, whoever keeps it on its way."""


def wants_page(request: Request) -> bool:
    """Whether the caller would rather have a page: a browser would, a program that says nothing would not."""
    liked = {kind: _liking(request, kind) for kind in _ASKED}
    return liked["text/html"] > liked["application/json"]


def _liking(request: Request, kind: str) -> float:
    """How much the Accept header likes a media type that it names; what it does not name it does not prefer."""
    for each in request.headers.get("accept", "").split(","):
        named, *parameters = (part.strip().lower() for part in each.split(";"))
        if named == kind:
            return next((_quality(part) for part in parameters if part.startswith("q=")), 1.0)
    return 0.0


def _quality(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0


def found_page(view: PublicInstitutionView) -> Response:
    """Who carries the code, whether it may evaluate today, and what."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _facts(view))
    scope = "".join(f"<li>{escape(name)}<span>{escape(levels)}</span></li>" for name, levels in _scope(view))
    none = "<li>今日无评价范围 · none today</li>"
    body = (
        f"<section><h1>{escape(view.name)}</h1>{_standing(view)}</section>"
        f"<section><dl>{facts}</dl></section>"
        f"<section><h2>备案范围 · Scope on record</h2><ul>{scope or none}</ul></section>"
    )
    foot = "以本页所示为准；牌证与本页不符的，请向经办机关反映 · If a plaque or paper says otherwise, tell the office."
    return _page(body, title=f"{view.name} · 网络核验", foot=foot)


def unknown_page() -> Response:
    """Nobody carries this code."""
    body = (
        '<section><h1>查无此核验码</h1><p class="standing no">未找到对应的备案机构'
        "<small>No institution on record carries this code.</small></p></section>"
    )
    foot = "请核对牌匾或证书；疑为伪造的，请向当地人社部门反映 · If you suspect a forgery, tell the local office."
    return _page(body, title="查无此核验码 · Unknown code", foot=foot, status=404)


def _standing(view: PublicInstitutionView) -> str:
    if view.in_force and view.scope:
        return '<p class="standing yes">备案有效，今日可开展评价<small>On record; it may evaluate today.</small></p>'
    known = "今日无评价范围 · no scope today" if view.in_force else "不在有效期 · not valid"
    if view.standing is not Standing.ACTIVE:
        known = view.standing.label
    told = f"今日不可开展评价（{known}）"
    return f'<p class="standing no">{escape(told)}<small>It may not evaluate today.</small></p>'


def _facts(view: PublicInstitutionView) -> Iterator[tuple[str, str]]:
    yield "统一社会信用代码 · USCC", view.uscc
    yield "备案号 · Filing number", view.number
    yield "牌匾编号 · Plaque", view.plaque_number or "—"
    yield "证书编号 · Certificate", view.certificate_number or "—"
    yield "有效期 · Valid", f"{view.valid_from} — {view.valid_until}"
    if view.ended_on:
        yield "终止日期 · Ended on", f"{view.ended_on}"
    yield "机构类别 · Category", view.category.label
    yield "评价对象 · Evaluates", view.audience.label
    yield "经办机关 · Office", view.office


def _scope(view: PublicInstitutionView) -> Iterator[tuple[str, str]]:
    """Each occupation and work type with its levels, the lowest first."""
    levels: defaultdict[tuple[str, str], set[Level]] = defaultdict(set)
    for item in view.scope:
        work_type = f"（{item.work_type}）" if item.work_type else ""
        levels[f"{item.name}{work_type}", item.occupation].add(item.level)
    for (name, code), reached in sorted(levels.items()):
        yield name, f"{code}　{'、'.join(each.title for each in sorted(reached, reverse=True))}"


def _page(body: str, *, title: str, foot: str, status: int = 200) -> Response:
    style = _read("verified.css")
    html = Template(_read("verified.html")).substitute(
        title=escape(title), style=style, body=body, foot=escape(foot)
    )
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": policy, **VARY})


@cache
def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
