"""A message that had to be read before it was applied: reading takes long where a message is long, once is enough."""

from dataclasses import dataclass, field

from shared.messaging.consumer import Incoming
from shared.messaging.envelope import Undecodable
from shared.province.dialect import Dialect, Read


@dataclass(frozen=True, kw_only=True)
class Opened(Incoming):
    """A message, and what stands there, or why it cannot be read."""

    read: Read | Undecodable = field(repr=False, compare=False)


def read_of(incoming: Incoming, dialect: Dialect) -> Read:
    """What stands there; raises Undecodable."""
    if not isinstance(incoming, Opened):
        return dialect.read(incoming.body)
    if isinstance(incoming.read, Undecodable):
        raise Undecodable(incoming.read.detail)
    return incoming.read
