"""Lists as they are told at a terminal: whatever does not fit on a line goes on below, and nothing is cut off."""

from collections.abc import Sequence
from typing import Literal

from rich.box import HORIZONTALS, SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_ID_CHARACTERS = 36


class Listing:
    """Rows under titles; a cell of several lines is given as those lines, of which the empty ones are left out."""

    def __init__(self, *titles: str, title: str | None = None, several: bool = False) -> None:
        self._table = Table(
            title=title,
            title_justify="left",
            box=HORIZONTALS if several else SIMPLE_HEAD,
            show_lines=several,
            show_edge=False,
            pad_edge=False,
            padding=(0, 1, 0, 0) if several else 0,
        )
        for each in titles:
            self.column(each)

    def column(self, title: str, *, justify: Literal["left", "right"] = "left") -> None:
        """One more column; one that holds ids is wide enough for them."""
        ids = _ID_CHARACTERS if "标识" in title else None
        self._table.add_column(title, overflow="fold", min_width=ids, justify=justify)

    def part(self, *cells: str) -> None:
        """What the rows that follow have in common."""
        self._table.add_row(*(f"[bold]{escape(cell)}[/]" for cell in cells))

    def row(self, *cells: str | Sequence[str | None]) -> None:
        self._table.add_row(*(_told(cell) for cell in cells))

    def print(self, *, answered: bool = True) -> None:
        """Print it; that there is nothing is told only where somebody has `answered`."""
        if self._table.row_count:
            Console(highlight=False).print(self._table)
        elif answered:
            Console(highlight=False).print("没有 · none")


def _told(cell: str | Sequence[str | None]) -> str:
    lines = [cell] if isinstance(cell, str) else [line for line in cell if line]
    return escape("\n".join(lines))
