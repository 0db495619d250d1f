"""Sets a paper: a typst template and the data it prints."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import typst

from shared.documents.faces import NOTO_CJK, faces_for


def render(
    template: Path, data: Mapping[str, object], *, at: datetime, further_fonts: Path = NOTO_CJK
) -> bytes:
    """Make a PDF/A-2b created `at`; the same input gives the same bytes. Raises `GlyphMissing`.

    The template finds its data in `json(bytes(sys.inputs.data))`, where text is text and never markup, and the
    font families to set in `json(bytes(sys.inputs.families))`. Works the processor for some milliseconds a page:
    a coroutine calls it in a thread.
    """
    faces = faces_for("".join(_texts(data)), further_fonts)
    return typst.compile(
        template,
        font_paths=faces.fonts,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data), "families": json.dumps(faces.families)},
        pdf_standards="a-2b",
        timestamp=int(at.timestamp()),
    )


def _texts(value: object) -> Iterator[str]:
    """Every text in the data, however deep."""
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case _:
            pass
