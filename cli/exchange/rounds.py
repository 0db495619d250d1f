"""One way of going over services or messages: each is asked, what each said is told, and what failed comes last."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import typer

from cli.exchange.calling import CallRefused, Calls, ServiceAway, called, chosen, tell

T = TypeVar("T")


@dataclass(kw_only=True)
class Round(Generic[T]):
    """What each of those asked has said, and why the others have not; `without` are those that have no such thing."""

    said: dict[str, T] = field(default_factory=dict)
    without: dict[str, CallRefused] = field(default_factory=dict)
    failed: dict[str, CallRefused | ServiceAway] = field(default_factory=dict)
    untried: list[str] = field(default_factory=list)

    def end(self) -> None:
        """Tell what failed and end the command with 1 if anything did, or if nobody has such a thing."""
        for name, failure in self.failed.items():
            tell(failure, of=name)
        for name in self.untried:
            typer.echo(f"{name}　未执行 · not tried", err=True)
        nowhere = [] if self.said or self.failed else list(self.without.values())
        for refusal in nowhere[:1]:
            tell(refusal)
        if self.failed or nowhere:
            raise typer.Exit(code=1)


async def go_over(
    names: Iterable[str], ask: Callable[[str], Awaitable[T]], *, none: str = "", of_one: bool = False
) -> Round[T]:
    """Ask each, whatever the others say; a refusal with the code `none` says that there is no such thing there.

    Where they are all `of_one` service, that one is not asked for the rest once it is away.
    """
    found: Round[T] = Round()
    for name in names:
        if of_one and any(isinstance(each, ServiceAway) for each in found.failed.values()):
            found.untried.append(name)
            continue
        try:
            found.said[name] = await ask(name)
        except CallRefused as refusal:
            if none and refusal.code == none:
                found.without[name] = refusal
            else:
                found.failed[name] = refusal
        except ServiceAway as away:
            found.failed[name] = away
    return found


def placed(context: typer.Context, services: Sequence[str]) -> tuple[str, ...]:
    """These services, or all; raises BadParameter where one has no address, before any of them is asked."""
    names = chosen(services)
    for name in names:
        context.obj.base(name)
    return names


def over(
    context: typer.Context,
    services: Sequence[str],
    ask: Callable[[Calls, str], Awaitable[T]],
    *,
    none: str = "",
) -> Round[T]:
    """Ask these services, or all, the same."""
    names = placed(context, services)
    return called(context, lambda calls: go_over(names, lambda name: ask(calls, name), none=none))
