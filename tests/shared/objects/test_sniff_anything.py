"""Whatever bytes come, the answer is an examined file or a refusal."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refusal
from shared.objects import Examined, Limits, examine
from tests.shared.objects.papers import a_docx, a_jpeg, a_pdf, a_png, an_xlsx

LIMITS = Limits(most_bytes=1_000_000, most_unpacked_bytes=1_000_000)
WHOLE = [a_pdf(), a_png(), a_jpeg(), an_xlsx(), a_docx()]
BEGINNINGS = [
    b"",
    b"%PDF-1.7\n",
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xe0",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0",
    b"ftyp",
    b"ID3",
]


def answered(content: bytes, name: str) -> Examined | Refusal:
    try:
        return examine(content, file_name=name, limits=LIMITS)
    except Refusal as refusal:
        return refusal


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=3000), st.sampled_from([b"", b"%%EOF", b"\xff\xd9"]))
def test_any_bytes_are_answered(beginning: bytes, rest: bytes, end: bytes) -> None:
    found = answered(beginning + rest + end, "a.pdf")
    assert isinstance(found, Refusal) or found.media_type == "application/pdf"


@given(st.data())
def test_a_file_damaged_anywhere_is_answered(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    content = content[: data.draw(st.integers(0, len(content)))]
    name = data.draw(st.sampled_from(["a.pdf", "a.png", "a.jpg", "a.xlsx", "a.docx"]))
    found = answered(bytes(content), name)
    assert isinstance(found, Refusal) or found.size == len(content)


@given(st.text(max_size=250))
def test_any_name_is_answered(name: str) -> None:
    found = answered(a_png(), name)
    assert isinstance(found, Refusal) or name.lower().endswith(".png")


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: b"%PDF-1.7 " + b"/#4a" * (size // 4) + b"%%EOF",
        lambda size: b"%PDF-1.7 " + b"/First stream\n" * (size // 14) + b"endstream %%EOF",
        lambda size: b"%PDF-1.7 " + b"9 0 obj<<>>stream\n" * (size // 18) + b"%%EOF",
        lambda size: b"\xff\xd8" + b"\xff\xe0\x00\x02" * (size // 4) + b"\xff\xd9",
        lambda size: b"\xff\xd8" + b"\xff" * size + b"\xff\xd9",
        lambda size: b"\x89PNG\r\n\x1a\n" + b"\x00" * size,
        lambda size: b"PK\x03\x04" + b"PK\x05\x06" * (size // 4),
    ],
)
def test_a_large_hostile_file_is_answered_without_much_ado(hostile: Callable[[int], bytes]) -> None:
    content = hostile(19_000_000)
    assert isinstance(refused(content), Refusal)


def refused(content: bytes) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        examine(content, file_name="a.pdf", limits=Limits())
    return refusal.value
