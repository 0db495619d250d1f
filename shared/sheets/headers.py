"""The header row: every column of the layout, in its order and under its title."""

from collections.abc import Sequence

from shared.sheets.cells import Cell
from shared.sheets.layout import ERROR_TITLE, SheetLayout
from shared.sheets.refusals import HeadersDiffer


def require_headers(cells: Sequence[Cell], layout: SheetLayout) -> int:
    """How many columns the header takes, the findings' column of a file given back included.

    A title is `中文 · English` as the template has it, or its Chinese half alone. Raises HeadersDiffer.
    """
    titles = [" ".join(str(cell).split()) for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    returned = bool(titles) and titles[-1] == ERROR_TITLE
    if returned:
        titles.pop()
    known = {name: column.zh for column in layout.columns for name in (column.title, column.zh)}
    found = [known.get(title, title) for title in titles]
    wanted = [column.zh for column in layout.columns]
    if found != wanted:
        raise _differing(found, wanted)
    return len(wanted) + returned


def _differing(found: list[str], wanted: list[str]) -> HeadersDiffer:
    missing = [name for name in wanted if name not in found]
    unknown = [name[:40] or "（空 · blank）" for name in found if name not in wanted]
    repeated = sorted({name for name in found if found.count(name) > 1 and name in wanted})
    moved = [
        f"{position}: {name} ≠ {want}"
        for position, (name, want) in enumerate(zip(found, wanted, strict=False), 1)
        if name != want
    ]
    told = [
        ("缺少 · missing", missing),
        ("多余 · unknown", unknown),
        ("重复 · repeated", repeated),
        ("次序 · order", [] if missing or unknown or repeated else moved),
    ]
    text = "; ".join(f"{what} {'、'.join(names[:10])}" for what, names in told if names)
    return HeadersDiffer(f"表头与模板不一致 · The header row differs: {text}")
