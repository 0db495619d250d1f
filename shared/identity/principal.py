"""Who is calling, from which organ, with which permissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Forbidden
from shared.identity.scope import Scope
from shared.policy import Policy


class Permission(StrEnum):
    """What a token may allow. The value is the OAuth scope."""

    APPLY = "filing:apply"
    ASSESS = "filing:assess"
    ACKNOWLEDGE = "filing:acknowledge"
    MANAGE_NETWORK = "filing:network"
    SCORE = "filing:score"
    READ_REGISTER = "register:read"
    READ_ACCOUNTS = "accounts:read"
    MANAGE_CLIENTS = "accounts:clients"
    MEND_ACCOUNTS = "accounts:drift"
    CLAIM = "subsidy:claim"
    CLAIM_IN_PERSON = "subsidy:personal"
    CLAIM_ONLINE = "subsidy:online"
    REVIEW_CLAIMS = "subsidy:review"
    PAY_CLAIMS = "subsidy:pay"
    PUBLISH_POLICY = "subsidy:publish"
    RELEASE_POLICY = "subsidy:release"
    PLAN = "supervision:plan"
    SUPERVISE = "supervision:inspect"
    OPERATE = "suite:operate"
    READ_EXCHANGE = "exchange:read"
    OPERATE_EXCHANGE = "exchange:operate"


class NotYours(Forbidden):
    """不属于您的管辖或单位 · Not within your organ or institution."""

    code = "NJT-IDN-0001"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """One authenticated caller. `organ` is set for officers, `holder` (a USCC) for an institution's own client."""

    subject: str
    permissions: frozenset[Permission]
    organ: str | None = None
    holder: str | None = None
    on_behalf_of: str | None = None

    @classmethod
    def from_claims(cls, claims: Mapping[str, object]) -> "Principal":
        """Read a verified token's claims; permissions this suite does not know are left out."""
        known = {permission.value for permission in Permission}
        granted = str(claims.get("scope", "")).split()
        return cls(
            subject=str(claims["sub"]),
            permissions=frozenset(Permission(name) for name in granted if name in known),
            organ=_text(claims.get("organ")),
            holder=_text(claims.get("holder")),
            on_behalf_of=_text(claims.get("act_for")),
        )

    @property
    def person(self) -> str:
        """The officer counts as the person, also behind a portal; as `Scope.person` does."""
        return self.on_behalf_of or self.subject

    def scope(self, act: str, policy: Policy) -> Scope:
        """The rows this caller reaches: an officer its organ and those below it, an institution its own."""
        organs = policy.territory(self.organ) if self.organ else frozenset[str]()
        above = policy.above(self.organ) if self.organ else frozenset[str]()
        return Scope(
            actor=self.subject,
            act=act,
            on_behalf_of=self.on_behalf_of,
            organs=organs,
            holder=self.holder,
            above=above,
        )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
