"""The receipt on paper: one page that says everything, with a code of its own."""

from datetime import date
from typing import Any

import pytest

from services.subsidy.receipt_paper import draw_receipt
from services.subsidy.receipts import Receipt, sign
from shared.documents import GlyphMissing
from shared.policy import Policy
from tests.shared.documents.pdf import Pdf
from tests.subsidy.deciding import lathe
from tests.subsidy.receipting import URL, concluded, content, signer


def signed(policy: Policy, **changes: Any) -> Receipt:
    return sign(content(policy, **changes), url=URL, signer=signer())


def printed(policy: Policy, **changes: Any) -> Pdf:
    return Pdf(draw_receipt(signed(policy, **changes)))


def test_a_receipt_is_a_pdf_a_2b_on_one_page_with_embedded_fonts(policy: Policy) -> None:
    made = printed(policy)
    assert made.size == (210, 297)
    assert len(made.pages) == 1
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in made.metadata
    assert all(b"/FontFile3 " in font for font in made.fonts)
    assert "样式为假设样例 · layout assumed" in made.text


def test_it_says_in_chinese_who_is_paid_how_much_by_which_clauses(policy: Policy) -> None:
    text = printed(policy).text
    for said in (
        "予以发放2,600.00 元标准 2,000.00 元，紧缺型上浮 30%",
        "南京市江宁区人力资源和社会保障局",
        "持证人测***\u3000320*************1X",
        "证书编号Y000032000001243000001",
        "等级三级/高级工",
        "申领单位测试一厂",
        "宁人社函〔2021〕22号（N1.7）\u3000取得高级工及以上相应紧缺型职业技能等级证书的",
        "按2024年6月3日以前公布的政策",
        "1122紧缺上浮符合紧缺型（sample-2024",
        "宁人社函〔2021〕22号 N1.7通知载明",
    ):
        assert said in text


def test_it_shows_digest_signature_key_and_versions_to_the_letter(policy: Policy) -> None:
    receipt, text = signed(policy), printed(policy).text
    for said in (
        receipt.digest,
        receipt.signature,
        receipt.key_id,
        receipt.content.inputs_digest,
        receipt.content.policy_version,
        str(receipt.content.item_id),
    ):
        assert said in text


def test_a_refusal_names_the_missed_rule_and_its_clause(policy: Policy) -> None:
    late = concluded(policy, lathe(4), on=date(2026, 1, 1))
    text = printed(policy, decision=late, scope=lathe(4)).text
    assert "不予发放0.00 元" in text
    assert "1113申领期限不符合申领日 2026-01-01 不在期限内" in text
    assert "（NJ2023-WINDOW）\u3000自证书核发之日起12个月内申领" in text


def test_what_was_left_out_says_why(policy: Policy) -> None:
    assert "剔除原因\u3000抽查发现材料不实" in printed(policy, excluded_for="抽查发现材料不实").text


def test_the_same_receipt_gives_the_same_bytes_and_another_key_another_code(policy: Policy) -> None:
    first, again = (draw_receipt(signed(policy)) for _ in range(2))
    other = draw_receipt(sign(content(policy), url=URL, signer=signer(2)))
    assert first == again != other


def test_what_cannot_be_printed_is_refused(policy: Policy) -> None:
    with pytest.raises(GlyphMissing, match="U\\+E000"):
        printed(policy, excluded_for="\ue000")
