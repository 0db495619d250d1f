"""Who is calling and what they may reach."""

from shared.identity.principal import NotYours, Permission, Principal
from shared.identity.scope import Scope
from shared.identity.tokens import NotAuthenticated, TokenIssuer, TokenVerifier

__all__ = [
    "NotAuthenticated",
    "NotYours",
    "Permission",
    "Principal",
    "Scope",
    "TokenIssuer",
    "TokenVerifier",
]
