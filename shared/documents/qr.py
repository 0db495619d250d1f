"""QR codes for paper and page."""

from io import BytesIO

import segno


def qr_svg(text: str) -> str:
    """One line of SVG with the quiet zone the standard asks for; scales to whatever box it is put in."""
    drawing = BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawing, kind="svg", xmldecl=False, nl=False, omitsize=True)
    return drawing.getvalue().decode()
