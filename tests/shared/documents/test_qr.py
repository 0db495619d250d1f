from xml.etree import ElementTree as ET

import pytest
import segno

from shared.documents import qr_svg

URL = "https://example.invalid/verify/Q7XK2M9P?a=1&b=<2>"


def test_a_code_is_one_line_of_square_svg_with_a_quiet_zone_of_four_modules() -> None:
    drawing = qr_svg(URL)
    root = ET.fromstring(drawing)  # noqa: S314 — our own drawing

    modules = segno.make(URL, error="m", micro=False).symbol_size(border=0)[0]
    assert "\n" not in drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == f"0 0 {modules + 8} {modules + 8}"


def test_a_code_draws_every_dark_module_of_the_symbol() -> None:
    root = ET.fromstring(qr_svg(URL))  # noqa: S314 — as above
    path = root.find("{http://www.w3.org/2000/svg}path")
    assert path is not None

    dark = sum(sum(row) for row in segno.make(URL, error="m", micro=False).matrix)
    drawn = sum(int(run[1:]) for run in _runs(path.get("d") or ""))
    assert drawn == dark


@pytest.mark.parametrize("text", ["测试甲公司", "1"])
def test_any_text_can_be_coded(text: str) -> None:
    assert qr_svg(text) != qr_svg(text + "1")


def _runs(path: str) -> list[str]:
    """The strokes `h7` of a path that otherwise only moves."""
    return [f"h{part.partition('m')[0].strip()}" for part in path.split("h")[1:]]
