"""Official papers as PDF/A-2b: a template, its data, and fonts that have every character of it."""

from shared.documents.faces import NOTO_CJK, GlyphMissing
from shared.documents.paper import render
from shared.documents.qr import qr_svg

__all__ = ["NOTO_CJK", "GlyphMissing", "qr_svg", "render"]
