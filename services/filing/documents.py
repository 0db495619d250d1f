"""一牌一证 on paper: the plaque and the certificate of an institution on record (N2.8).

No document at hand says what either looks like; the layout is assumed, and both papers say so.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from services.filing.domain.institution import Institution
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.documents import qr_svg, render
from shared.errors import Conflict
from shared.policy import DutyOwner, Organ, OrganKind, Policy
from shared.values import Level, Occupation

_TEMPLATES = Path(__file__).parent / "templates"

FORBIDDEN_WORDS = ("中华人民共和国", "中国", "中华", "国家", "全国", "职业资格")
"""What the name of such a paper may not say, by 人社部函〔2022〕25号 against look-alike certificates (山寨证书)."""


class ForbiddenWords(Conflict):
    """牌证名称含禁用字样 · The title of plaque and certificate has words it may not have."""

    code = "NJT-DOC-1002"


def plaque(institution: Institution, policy: Policy, *, verify_url: str, at: datetime) -> bytes:
    """牌匾: a PDF/A-2b of 600 × 400 mm. Raises `ForbiddenWords` and `GlyphMissing`."""
    facts = {
        **_shown_on_both(institution, policy, verify_url=verify_url, at=at),
        "number": [
            "编号" if institution.plaque_number else "备案号",
            institution.plaque_number or institution.number,
        ],
    }
    return render(_TEMPLATES / "plaque.typ", facts, at=at)


def certificate(institution: Institution, policy: Policy, *, verify_url: str, at: datetime) -> bytes:
    """备案证书: a PDF/A-2b on A4, as many pages as the scope needs.

    Raises `ForbiddenWords`, `GlyphMissing`, and `UnknownOccupation` for one the catalogue does not have.
    """
    facts = {
        **_shown_on_both(institution, policy, verify_url=verify_url, at=at),
        "number": ["证书编号", institution.certificate_number] if institution.certificate_number else [],
        "fields": [[label, value] for label, value in _fields(institution, policy) if value],
        "scope_since": _day(institution.versions[-1].valid_from) if institution.versions else "",
        "scope": _rows(institution.scope, policy),
        "basis": list(_basis(institution, policy)),
        "filed_on": _day(institution.valid_from),
        "printed_on": _day(at.astimezone(SHANGHAI).date()),
        "filing_number": institution.number,
    }
    return render(_TEMPLATES / "certificate.typ", facts, at=at)


def _shown_on_both(
    institution: Institution, policy: Policy, *, verify_url: str, at: datetime
) -> dict[str, object]:
    return {
        "title": _title(policy, on=at.astimezone(SHANGHAI).date()),
        "name": institution.name,
        "organ": _filed_by(institution, policy).office,
        "verify_url": verify_url,
        "qr": qr_svg(verify_url),
    }


def _title(policy: Policy, *, on: date) -> str:
    """The parameter `filing.plaque_title`; an institution's own name may well have such words, a title not."""
    title = policy.text("filing.plaque_title", on)
    if found := [word for word in FORBIDDEN_WORDS if word in title]:
        words = "、".join(found)
        raise ForbiddenWords(f"“{title}”含有：{words}（人社部函〔2022〕25号） · {title!r} has {words}")
    return title


def _fields(institution: Institution, policy: Policy) -> Iterator[tuple[str, str]]:
    """What the certificate says of the institution, line by line; without a value a line is left out."""
    yield "机构名称", institution.name
    yield "统一社会信用代码", institution.uscc
    yield "机构类别", institution.category.zh
    yield "法定代表人", institution.legal_representative
    yield "地址", institution.address
    yield "评价对象", institution.audience.zh
    yield "考核点", "\n".join(f"{site.name}（{site.address}）" for site in institution.sites)
    yield "站点代码", "\n".join(institution.station_codes)
    yield "备案号", institution.number
    yield "备案机关", _filed_by(institution, policy).office
    yield "备案日期", _day(institution.valid_from)
    yield "有效期", f"{_day(institution.valid_from)}至{_day(institution.valid_until)}"


def _filed_by(institution: Institution, policy: Policy) -> Organ:
    """Who put it on record; what the province files names no organ of ours."""
    if institution.filed_by == DutyOwner.PROVINCE:
        return next(organ for organ in policy.organs.values() if organ.kind is OrganKind.PROVINCE)
    return policy.organ(institution.filed_by)


def _rows(scope: tuple[ScopeItem, ...], policy: Policy) -> list[list[str]]:
    """Name, code, edition and levels of each occupation and work type, in the catalogue's order."""
    levels: defaultdict[tuple[str, str, str], set[Level]] = defaultdict(set)
    names: dict[tuple[str, str, str], str] = {}
    for item in scope:
        key = (item.edition.value, item.occupation, item.work_type)
        entry = policy.occupation(Occupation(item.edition, item.occupation))
        names[key] = f"{entry.name}（{item.work_type}）" if item.work_type else entry.name
        levels[key].add(item.level)
    return [
        [names[key], key[1], key[0], "、".join(map(_short, sorted(levels[key], reverse=True)))]
        for key in sorted(levels)
    ]


def _basis(institution: Institution, policy: Policy) -> Iterator[str]:
    for clause in map(policy.clause, institution.basis):
        document = policy.document(clause.document)
        yield f"{document.number or f'《{document.title}》'}（{clause.id}）　{clause.zh}"


def _short(level: Level) -> str:
    """五级 of 五级/初级工."""
    return level.title.partition("/")[0]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
