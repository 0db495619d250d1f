"""Whose rows a unit of work may see, and in whose name it acts."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The reach of one unit of work.

    `organs` are the organs whose rows are visible, `everything` lifts that for the service's own work on events and
    deadlines, `holder` is the USCC of an institution that sees what is its own. All empty means no rows at all.
    `above` are the organs over the caller's: it may read what they lend to those below them, and change none of it.
    """

    actor: str
    act: str
    on_behalf_of: str | None = None
    organs: frozenset[str] = frozenset()
    everything: bool = False
    holder: str | None = None
    above: frozenset[str] = frozenset()

    @property
    def person(self) -> str:
        """Who acts, where persons are told apart: behind a portal the officer, not the portal."""
        return self.on_behalf_of or self.actor

    @classmethod
    def of_service(cls, service: str, act: str) -> "Scope":
        """The scope in which a service acts on a message or a deadline."""
        return cls(actor=f"service:{service}", act=act, everything=True)
