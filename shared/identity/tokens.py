"""Access tokens: signed by one issuer, verified by its published keys, remembered until they expire."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, KeySetSerialization, OKPKey

from shared.clock import Clock
from shared.errors import Refusal
from shared.identity.principal import Principal

ALGORITHM = "Ed25519"
_REMEMBERED = 4096

FetchKeys = Callable[[], Awaitable[KeySetSerialization]]


class NotAuthenticated(Refusal):
    """未登录或令牌无效 · No valid access token."""

    code = "NJT-IDN-0401"


class TokenIssuer:
    """Signs access tokens for one issuer with its Ed25519 key."""

    def __init__(self, *, issuer: str, audience: str, key: OKPKey, lifetime_seconds: int) -> None:
        self._issuer = issuer
        self._audience = audience
        self._key = key
        self.lifetime_seconds = lifetime_seconds

    def issue(self, subject: str, claims: dict[str, Any], *, at: float, token_id: str) -> str:
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "at+jwt"}
        body = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "jti": token_id,
            "iat": int(at),
            "exp": int(at) + self.lifetime_seconds,
            **{name: value for name, value in claims.items() if value is not None},
        }
        return jwt.encode(header, body, self._key, algorithms=[ALGORITHM])

    def published_keys(self) -> KeySetSerialization:
        """The JWKS document: public halves only."""
        return KeySet([self._key]).as_dict(private=False)


class TokenVerifier:
    """Turns a bearer token into a Principal; fetches the issuer's keys when it meets a key id it does not know."""

    def __init__(self, *, issuer: str, audience: str, fetch_keys: FetchKeys, clock: Clock) -> None:
        self._issuer = issuer
        self._audience = audience
        self._fetch_keys = fetch_keys
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._remembered: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """The caller behind a token; raises NotAuthenticated when it is forged, foreign or expired."""
        now = self._clock.now().timestamp()
        known = self._remembered.get(token)
        if known is not None and known[0] > now:
            self._remembered.move_to_end(token)
            return known[1]
        claims = await self._claims(token, now)
        expires = self._checked(claims, now)
        principal = Principal.from_claims(claims)
        self._remembered[token] = (expires, principal)
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return principal

    async def _claims(self, token: str, now: float) -> dict[str, Any]:
        if self._keys is None:
            await self._refresh(now)
        try:
            return self._decoded(token)
        except NotAuthenticated:
            # A rotated key is met first here; ask again, but not on every forged token.
            if now - self._fetched_at < 30:  # noqa: PLR2004 — seconds between two looks at the issuer
                raise
        await self._refresh(now)
        return self._decoded(token)

    def _decoded(self, token: str) -> dict[str, Any]:
        if self._keys is None:
            raise NotAuthenticated("认证服务不可用 · The issuer's keys are not available")
        try:
            return jwt.decode(token, self._keys, algorithms=[ALGORITHM]).claims
        except Exception:  # a forged header makes the library stumble in more ways than it has names for
            raise NotAuthenticated("令牌无效 · The token cannot be verified") from None

    async def _refresh(self, now: float) -> None:
        self._fetched_at = now  # before asking: an issuer that is away is not asked for every forged token
        self._keys = KeySet.import_key_set(await self._fetch_keys())

    def _checked(self, claims: dict[str, Any], now: float) -> float:
        if claims.get("iss") != self._issuer or claims.get("aud") != self._audience:
            raise NotAuthenticated("令牌签发方不受信任 · The token's issuer or audience is not trusted")
        expires = claims.get("exp")
        if not isinstance(expires, int) or expires <= now or not isinstance(claims.get("sub"), str):
            raise NotAuthenticated("令牌已过期 · The token has expired")
        return float(expires)
