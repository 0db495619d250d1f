"""An issuer whose keys may be rotated and may be out of reach, and a clock that stands still."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import KeySet, KeySetSerialization, OKPKey

from shared.identity import Permission, TokenIssuer, TokenVerifier
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings

ISSUER, AUDIENCE, LIFETIME = "https://accounts.test", "ningjitong", 900
START = datetime(2024, 3, 4, tzinfo=UTC)


def a_key() -> OKPKey:
    key = OKPKey.generate_key("Ed25519", {"use": "sig"})
    key.ensure_kid()
    return key


@dataclass
class Issuer:
    """Publishes its keys, and counts how often it was asked for them."""

    keys: list[OKPKey] = field(default_factory=lambda: [a_key()])
    now: datetime = START
    asked: int = 0
    away: bool = False

    def token(self, *, key: OKPKey | None = None, **changes: Any) -> str:
        """A token by the newest key, as this issuer makes it but for the changes."""
        issuer = TokenIssuer(
            issuer=changes.pop("issuer", ISSUER),
            audience=changes.pop("audience", AUDIENCE),
            key=key or self.keys[-1],
            lifetime_seconds=LIFETIME,
        )
        claims = {"scope": Permission.ASSESS.value, "organ": "320115"} | changes
        return issuer.issue("jiangning", claims, at=self.now.timestamp(), token_id="t")

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def published(self) -> KeySetSerialization:
        self.asked += 1
        if self.away:
            raise ConnectionError
        return KeySet([*self.keys]).as_dict(private=False)


class _Clock:
    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def now(self) -> datetime:
        return self._issuer.now


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return verifier_of(issuer)


def verifier_of(issuer: Issuer) -> TokenVerifier:
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, fetch_keys=issuer.published, clock=_Clock(issuer))


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)
