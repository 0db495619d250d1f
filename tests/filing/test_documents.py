import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.filing.documents import FORBIDDEN_WORDS, ForbiddenWords, certificate, plaque
from services.filing.domain.institution import Institution, ScopeVersion, ScopeWhy
from services.filing.domain.terms import Site
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.documents import GlyphMissing
from shared.policy import Audience, Category, DutyOwner, Policy, UnknownOccupation, load_policy
from shared.settings import PolicySettings
from shared.values import Edition, Level, OccupationCode, StationCode, Uscc, uscc_check_character
from tests.shared.documents.pdf import Pdf

AT = datetime(2024, 3, 11, 9, tzinfo=SHANGHAI)
URL = "https://example.invalid/verify/Q7XK2M9P"
FIRST17 = "91320115MA0000001"
CHEF, TRAINER = "4-03-02-01", "4-04-05-05"
LONG = "南京江宁玥璟珺喆堃𬭚智能制造与新能源汽车动力电池系统集成技术研究院（集团）股份有限公司第二分公司职业技能等级认定中心"
Print = Callable[..., bytes]


def an_item(code: str = CHEF, *, level: int = 4, work_type: str = "") -> ScopeItem:
    return ScopeItem(
        edition=Edition.Y2015, occupation=OccupationCode(code), work_type=work_type, level=Level(level)
    )


def a_version(*items: ScopeItem) -> ScopeVersion:
    return ScopeVersion(valid_from=date(2024, 3, 4), items=items, why=ScopeWhy.FILED, basis=("N2.2",))


def an_institution(**changes: Any) -> Institution:
    institution = Institution(
        id=uuid4(),
        name="测试甲公司",
        uscc=Uscc(FIRST17 + uscc_check_character(FIRST17)),
        organ="320115",
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        versions=(a_version(an_item()),),
        number="测试备案〔2024〕1号",
        valid_from=date(2024, 3, 4),
        valid_until=date(2027, 3, 3),
        basis=("N2.2",),
        filed_by="320115",
        verification="Q7XK2M9P",
    )
    return replace(institution, **changes)


def printed(paper: Print, institution: Institution, policy: Policy, *, at: datetime = AT) -> Pdf:
    return Pdf(paper(institution, policy, verify_url=URL, at=at))


def retitled(title: str, folder: Path) -> Policy:
    """The city's policy with another title on the plaque."""
    pack = shutil.copytree(PolicySettings().folder, folder / "pack")
    parameters = pack / "parameters.toml"
    text = parameters.read_text(encoding="utf-8")
    parameters.write_text(text.replace('"职业技能等级认定机构"', f'"{title}"'), encoding="utf-8")
    return load_policy(pack)


@pytest.mark.parametrize("paper", [plaque, certificate])
def test_plaque_and_certificate_are_pdf_a_2b_with_embedded_fonts_and_say_the_layout_is_assumed(
    paper: Print, policy: Policy
) -> None:
    made = printed(paper, an_institution(), policy)

    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in made.metadata
    assert all(b"/FontFile3 " in font for font in made.fonts)
    assert "样式为假设样例 · layout assumed" in made.pages[0]


@pytest.mark.parametrize("paper", [plaque, certificate])
def test_the_same_institution_and_moment_give_the_same_bytes(paper: Print, policy: Policy) -> None:
    institution = an_institution()
    made, again, later = (
        paper(institution, policy, verify_url=URL, at=at) for at in (AT, AT, AT + timedelta(seconds=1))
    )

    assert made == again
    assert made != later


@pytest.mark.parametrize("paper", [plaque, certificate])
def test_another_address_of_verification_gives_another_code(paper: Print, policy: Policy) -> None:
    institution = an_institution()

    one, other = (paper(institution, policy, verify_url=url, at=AT) for url in (URL, f"{URL}2"))

    assert one != other


def test_the_plaque_names_title_institution_number_and_organ_on_one_landscape_page(policy: Policy) -> None:
    made = printed(plaque, an_institution(plaque_number="测试牌1号"), policy)

    assert made.size == (600, 400)
    assert len(made.pages) == 1
    for said in (
        "职业技能等级认定机构",
        "测试甲公司",
        "编号测试牌1号",
        "监制机关南京市江宁区人力资源和社会保障局",
    ):
        assert said in made.text


def test_a_plaque_without_a_number_of_its_own_has_the_filing_number(policy: Policy) -> None:
    assert "备案号测试备案〔2024〕1号" in printed(plaque, an_institution(), policy).text


@pytest.mark.parametrize("name", ["甲厂", "测试甲公司", LONG, LONG * 3], ids=len)
def test_a_name_of_any_length_stands_whole_on_the_plaque(name: str, policy: Policy) -> None:
    made = printed(plaque, an_institution(name=name), policy)

    assert name in made.text
    assert len(made.pages) == 1


def test_the_certificate_says_who_may_evaluate_what_for_whom_until_when_and_by_which_clause(
    policy: Policy,
) -> None:
    institution = an_institution(
        address="测试路1号",
        legal_representative="张三",
        certificate_number="测试证1号",
        station_codes=(StationCode("Y000032010001"),),
        sites=(Site(name="考核点一", address="测试路2号"),),
    )

    text = printed(certificate, institution, policy).text

    for said in (
        "备案证书",
        "证书编号：测试证1号",
        "机构名称测试甲公司",
        f"统一社会信用代码{institution.uscc}",
        "机构类别市属企业",
        "法定代表人张三",
        "地址测试路1号",
        "评价对象本企业职工",
        "考核点考核点一（测试路2号）",
        "站点代码Y000032010001",
        "备案号测试备案〔2024〕1号",
        "备案机关南京市江宁区人力资源和社会保障局",
        "备案日期2024年3月4日",
        "有效期2024年3月4日至2027年3月3日",
        f"宁人社函〔2021〕22号（N2.2）\u3000{policy.clause('N2.2').zh}",
        "2024年3月11日打印",
        URL,
    ):
        assert said in text


def test_the_certificate_leaves_out_what_is_not_known(policy: Policy) -> None:
    text = printed(certificate, an_institution(), policy).text

    for label in ("证书编号", "法定代表人", "地址", "考核点", "站点代码"):
        assert label not in text


def test_the_certificate_lists_each_occupation_and_work_type_once_with_all_its_levels(policy: Policy) -> None:
    items = (
        an_item(TRAINER, level=3, work_type="数据标注员"),
        an_item(level=3),
        an_item(level=5),
        an_item(TRAINER, level=2),
    )

    text = printed(certificate, an_institution(versions=(a_version(*items),)), policy).text

    assert (
        f"1中式烹调师{CHEF}2015五级、三级2人工智能训练师{TRAINER}2015二级"
        f"3人工智能训练师（数据标注员）{TRAINER}2015三级备案依据"
    ) in text


def test_what_the_province_filed_names_the_province(policy: Policy) -> None:
    institution = an_institution(filed_by=DutyOwner.PROVINCE, basis=("N2.1",))

    assert "备案机关江苏省人力资源和社会保障厅" in printed(certificate, institution, policy).text
    assert "监制机关江苏省人力资源和社会保障厅" in printed(plaque, institution, policy).text


def test_five_hundred_rows_flow_over_pages_under_a_repeated_head_and_are_signed_once(policy: Policy) -> None:
    items = (an_item(work_type=f"工种{place:03}", level=level) for place in range(500) for level in (3, 4, 5))

    pages = printed(certificate, an_institution(versions=(a_version(*items),)), policy).pages

    assert len(pages) > 10
    for place in range(500):
        assert sum(f"中式烹调师（工种{place:03}）{CHEF}2015五级、四级、三级" in page for page in pages) == 1
    assert all("职业编码大典等级" in page for page in pages if "（工种" in page)
    assert [("（加盖公章有效）" in page) for page in pages].count(True) == 1
    assert all(f"第{place}页，共{len(pages)}页" in page for place, page in enumerate(pages, start=1))


@pytest.mark.parametrize("paper", [plaque, certificate])
def test_a_name_is_never_read_as_markup(paper: Print, policy: Policy) -> None:
    name = '#import "x" *甲* _乙_ $丙$ \\ @丁 <戊> `己`'

    assert name in printed(paper, an_institution(name=name), policy).text


@pytest.mark.parametrize("paper", [plaque, certificate])
def test_a_name_that_cannot_be_printed_is_refused(paper: Print, policy: Policy) -> None:
    with pytest.raises(GlyphMissing, match="U\\+E000"):
        paper(an_institution(name="测试\ue000公司"), policy, verify_url=URL, at=AT)


def test_an_occupation_outside_the_catalogue_is_not_printed_without_its_name(policy: Policy) -> None:
    institution = an_institution(versions=(a_version(an_item("8-00-00-00")),))

    with pytest.raises(UnknownOccupation):
        certificate(institution, policy, verify_url=URL, at=AT)


@pytest.mark.parametrize("word", FORBIDDEN_WORDS)
def test_a_title_with_a_forbidden_word_is_refused(word: str, tmp_path: Path) -> None:
    policy = retitled(f"{word}技能等级认定机构", tmp_path)

    for paper in (plaque, certificate):
        with pytest.raises(ForbiddenWords, match=word) as refused:
            paper(an_institution(), policy, verify_url=URL, at=AT)
        assert refused.value.code == "NJT-DOC-1002"


def test_an_institution_may_have_such_words_in_its_own_name(policy: Policy) -> None:
    assert "中国测试集团" in printed(plaque, an_institution(name="中国测试集团"), policy).text
