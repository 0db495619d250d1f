"""The published language of the suite: one module per publisher, and the province's."""

from shared.contracts import accounts, filing, subsidy, supervision
from shared.contracts.event import EVENTS, Event, topics_of
from shared.contracts.scope import ScopeItem

__all__ = ["EVENTS", "Event", "ScopeItem", "accounts", "filing", "subsidy", "supervision", "topics_of"]
