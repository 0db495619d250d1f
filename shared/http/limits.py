"""How often one address may ask where nobody has to log in: a bucket of tokens for each address and route."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from math import ceil

from fastapi import Request, params

from shared.http.problems import TooManyRequests

_MOST_BUCKETS = 10_000
_NETWORK_BITS = 64  # what one IPv6 subscriber is given, and may change within at will
_MINUTE = 60.0
_PART = 1e-6  # of a token; seconds are not exact

Seconds = Callable[[], float]


class Rates:
    """The buckets of one process, the longest unused of them forgotten first. Each process counts for itself.

    `seconds` must never go back; `trusted_proxies` hops in front of us are believed about who called them.
    """

    def __init__(
        self, *, trusted_proxies: int = 0, seconds: Seconds = time.monotonic, most: int = _MOST_BUCKETS
    ) -> None:
        self._trusted_proxies = trusted_proxies
        self._seconds = seconds
        self._most = most
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, route: str, address: str, *, per_minute: float, burst: int, tokens: int = 1) -> None:
        """Take tokens of this route and address; raises TooManyRequests with the seconds until there are so many."""
        now, key = self._seconds(), (route, address)
        held, then = self._buckets.pop(key, (float(burst), now))
        held = min(float(burst), held + (now - then) * per_minute / _MINUTE)
        enough = held >= tokens - _PART
        self._buckets[key] = (held - tokens if enough else held, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if not enough:
            raise TooManyRequests(ceil((tokens - held) * _MINUTE / per_minute))

    def give_back(self, route: str, address: str, *, tokens: int) -> None:
        """Undo what was taken for a caller who turned out to be another; a bucket never holds more than it can."""
        if found := self._buckets.get((route, address)):
            held, then = found
            self._buckets[route, address] = (held + tokens, then)

    def caller(self, request: Request) -> str:
        """The address that called, as the outermost trusted proxy saw it; a whole network for IPv6."""
        peer = request.client.host if request.client else ""
        told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        hops = [*(hop.strip() for hop in told if hop.strip()), peer]
        for hop in hops[-1 - min(self._trusted_proxies, len(hops) - 1) :]:
            if known := _network(hop):
                return known
        return peer


def limited(*, per_minute: float, burst: int) -> params.Depends:
    """A dependency for routes without login: `dependencies=[limited(per_minute=30, burst=10)]`."""

    async def take(request: Request) -> None:
        rates: Rates = request.app.state.rates
        route: str = request.scope["route"].name
        rates.take(route, rates.caller(request), per_minute=per_minute, burst=burst)

    return params.Depends(take)


def _network(hop: str) -> str:
    """Whom a bucket belongs to; empty when a hop is no address (a proxy may add a port)."""
    bare = hop.rpartition("]:")[0] or (hop.rpartition(":")[0] if hop.count(":") == 1 else hop)
    try:
        address = ip_address(bare.strip("[]").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), _NETWORK_BITS), strict=False))
