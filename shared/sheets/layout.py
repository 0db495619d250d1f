"""What a spreadsheet looks like: its columns, their titles in two languages and what may stand in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

ERROR_TITLE = "错误 · Errors"


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    DATE = "date"
    CHOICE = "choice"

    @property
    def label(self) -> str:
        return _KINDS[self]


_KINDS = {
    Kind.TEXT: "文本 · text",
    Kind.CODE: "编号（文本格式） · code, as text",
    Kind.INTEGER: "整数 · whole number",
    Kind.DATE: "日期 · date",
    Kind.CHOICE: "选项 · choice",
}


@dataclass(frozen=True)
class Choice:
    """One entry of a drop-down: what is kept and what is shown."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column; `key` names it in values, the titles stand in the header row."""

    key: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: Sequence[Choice] = ()
    max_length: int = 200
    width: int = 18
    note: str = ""

    def __post_init__(self) -> None:
        if (self.kind is Kind.CHOICE) is not bool(self.choices):
            raise ValueError(f"{self.key}: a choice column has choices, no other has")
        names = [name for choice in self.choices for name in {choice.value, choice.label}]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.key}: two choices share a value or label")

    @property
    def title(self) -> str:
        return f"{self.zh} · {self.en}"


@dataclass(frozen=True)
class SheetLayout:
    """A named and numbered template; a file made from another name or version is refused."""

    name: str
    version: int
    columns: Sequence[Column] = field(default=())

    def __post_init__(self) -> None:
        for names in ([c.key for c in self.columns], [c.zh for c in self.columns]):
            if not names or len(set(names)) < len(names):
                raise ValueError(f"{self.name}: columns need keys and titles of their own")
