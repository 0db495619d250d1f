import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import SHANGHAI
from shared.documents import GlyphMissing, render
from shared.errors import Conflict
from tests.shared.documents.pdf import Pdf

AT = datetime(2024, 3, 4, 9, tzinfo=SHANGHAI)
HERE = Path(__file__).parent
RARE = HERE / "fonts"
"""Has 龍 and U+2000B, which the shipped font has not."""


def a_paper(
    *lines: str, title: str = "测试", at: datetime = AT, further_fonts: Path = HERE / "none"
) -> bytes:
    data = {"title": title, "lines": lines}
    return render(HERE / "lines.typ", data, at=at, further_fonts=further_fonts)


def test_a_paper_says_that_it_is_pdf_a_2b_and_when_it_was_made() -> None:
    metadata = Pdf(a_paper()).metadata

    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert b"<xmp:CreateDate>2024-03-04T01:00:00" in metadata


def test_every_font_of_a_paper_is_embedded() -> None:
    fonts = Pdf(a_paper("测试甲公司")).fonts

    assert fonts
    assert all(b"/FontFile3 " in font for font in fonts)


def test_the_same_input_gives_the_same_bytes() -> None:
    assert a_paper("测试甲公司") == a_paper("测试甲公司")


async def test_papers_made_in_several_threads_at_once_are_the_same() -> None:
    made = await asyncio.gather(*(asyncio.to_thread(a_paper, "测试甲公司") for _ in range(8)))

    assert set(made) == {a_paper("测试甲公司")}


def test_another_moment_gives_another_paper() -> None:
    assert a_paper(at=AT) != a_paper(at=AT + timedelta(seconds=1))


@pytest.mark.parametrize(
    "text",
    [
        "#import 公司",
        '#import "/etc/passwd": *',
        "#panic()",
        "*粗* _斜_ `码`",
        "$x^2$",
        "反\\斜\\\\杠 \\u{41}",
        "@甲 <标签> [括号] {花}",
        "= 标题",
        "- 一 + 二 / 三",
        "// 注 /* 注 */",
        "'单' \"双\" -- --- ... ~",
        "https://example.invalid/?a=1&b=<2>",
    ],
)
def test_text_is_printed_as_it_is_and_never_read_as_markup(text: str) -> None:
    assert Pdf(a_paper(text, title=text)).text == f"{text}{text}"


def test_rare_characters_of_names_are_printed() -> None:
    assert "喆堃珺玥璟𬭚〔〕·〇" in Pdf(a_paper("喆堃珺玥璟𬭚〔〕·〇")).text


def test_the_shipped_font_alone_prints_all_8105_characters_of_the_general_table() -> None:
    table = (HERE / "characters.txt").read_text(encoding="utf-8").split()

    printed = set(Pdf(a_paper(*table)).text)

    assert len(set("".join(table))) == 8105
    assert set("".join(table)) <= printed


def test_the_shipped_font_has_ascii_and_chinese_punctuation() -> None:
    marks = "".join(map(chr, range(0x21, 0x7F))) + "，。、；：？！“”‘’（）《》〈〉【】〔〕—…·￥％／～①⑩ⅠⅫ№℃×"

    assert set(marks) <= set(Pdf(a_paper(marks)).text)


def test_a_character_that_no_font_has_is_refused_by_name() -> None:
    with pytest.raises(GlyphMissing) as refused:
        a_paper("测试龍公司", "𠀋又𠀋")

    assert "龍(U+9F8D)、𠀋(U+2000B)" in refused.value.detail
    assert refused.value.extra == {"characters": ["U+9F8D", "U+2000B"]}
    assert refused.value.code == "NJT-DOC-1001"
    assert isinstance(refused.value, Conflict)


@pytest.mark.parametrize("char", ["\u0007", "\u202e", "\ufe00", "\u200b", "\ud800"])
def test_what_cannot_be_seen_is_refused_too(char: str) -> None:
    with pytest.raises(GlyphMissing, match=f"：\\(U\\+{ord(char):04X}\\)；"):
        a_paper(f"测试{char}公司")


def test_lines_may_be_broken() -> None:
    assert Pdf(a_paper("测试\n公司")).text == "测试测试公司"


def test_further_fonts_step_in_for_characters_beyond_the_shipped_one() -> None:
    paper = Pdf(a_paper("测试龍𠀋公司", further_fonts=RARE))

    assert "测试龍𠀋公司" in paper.text
    assert len(paper.fonts) == 2
    assert all(b"/FontFile3 " in font for font in paper.fonts)


def test_further_fonts_change_nothing_where_the_shipped_one_suffices() -> None:
    assert a_paper("测试公司", further_fonts=RARE) == a_paper("测试公司")
