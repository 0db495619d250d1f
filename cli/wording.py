"""What is wrong with a command line, said in both languages: the framework's own words are English."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from typer import BadParameter, TyperException
from typer.core import TyperGroup

_WORDS: Mapping[str, str] = {
    "Missing": "缺少命令",
    "No such option": "没有此选项",
    "No such command": "没有此命令",
    "Got unexpected extra": "参数过多",
    "Option ": "选项用法有误",
}


class BilingualGroup(TyperGroup):
    """The whole command line; whatever is refused below it passes through here."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _said_in_both():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _said_in_both():
            return super().invoke(ctx)


@contextmanager
def _said_in_both() -> Iterator[None]:
    try:
        yield
    except TyperException as refusal:
        refusal.message = _in_both(refusal)
        raise


def _in_both(refusal: TyperException) -> str:
    said = refusal.message
    if " · " in said:
        return said
    if isinstance(refusal, BadParameter):
        return f"取值有误 · {said}" if said else "必须给出 · it is required"
    chinese = next((words for begins, words in _WORDS.items() if said.startswith(begins)), None)
    return f"{chinese} · {said}" if chinese else said
