"""Which entries a chain links: the record of acts is one, the record of what crossed to the province another."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Entries in one table, numbered by `key` and marked `sealed`, and the links over them in another.

    `fields` are what a link covers. Of those in `digested` it covers the SHA-256, which the database takes, so that
    large ones need not be read.
    """

    name: str
    entries: str
    links: str
    key: str
    fields: tuple[str, ...]
    digested: frozenset[str] = frozenset()

    @property
    def genesis(self) -> bytes:
        """What the first link stands on."""
        return sha256(f"ningjitong {self.name}".encode()).digest()

    @property
    def columns(self) -> str:
        """The fields as they are selected from `entry`."""
        return ", ".join(
            f"sha256(entry.{name}) AS {name}" if name in self.digested else f"entry.{name}"
            for name in self.fields
        )


LEDGER = Chain(
    name="ledger",
    entries="ledger_entry",
    links="ledger_link",
    key="id",
    fields=(
        "id",
        "at",
        "actor",
        "on_behalf_of",
        "act",
        "subject_kind",
        "subject_id",
        "before_digest",
        "after_digest",
        "basis",
        "reason",
        "trace_id",
    ),
)
