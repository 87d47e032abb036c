"""How often one may ask: token buckets in this process, for each client address, each token, each thing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers import JSON, Refused, refusal
from application.service_settings import Outside

#: Buckets kept; the one untouched for longest goes first. It was full again, or soon would have been.
MOST_BUCKETS = 50_000
#: What is asked by those who run the service.
FREE_PATHS = ("/health", "/ready", "/metrics")
REGISTRATIONS_AT_ONCE = 300


@dataclass(slots=True)
class RateLimiter:
    """Buckets by kind and key. Each holds `burst` at first, and gains `per_minute` a minute; 0 a minute: no limit."""

    clock: Callable[[], float] = monotonic
    _buckets: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, kind: str, key: str, per_minute: int, burst: int) -> float:
        """Takes one; returns 0, or in how many seconds there will be one again, having taken none."""
        if not per_minute:
            return 0.0
        now, rate = self.clock(), per_minute / 60
        left, since = self._buckets.get((kind, key), (float(burst), now))
        left = min(float(burst), left + (now - since) * rate)
        wait = 0.0 if left >= 1 else (1 - left) / rate
        self._buckets[kind, key] = (left if wait else left - 1, now)
        self._buckets.move_to_end((kind, key))
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return wait

    def give_back(self, kind: str, key: str) -> None:
        """One that was taken, and should not count."""
        if (kind, key) in self._buckets:
            left, since = self._buckets[kind, key]
            self._buckets[kind, key] = (left + 1, since)


def too_often(seconds: float) -> Refused:
    """429 (RFC 6585, section 4)."""
    wait = max(1, round(seconds + 0.5))
    return Refused(429, "TOO_MANY_REQUESTS", f"Trop de demandes : réessayez dans {wait} s.", {"Retry-After": str(wait)})


def client_address(scope: Scope, outside: Outside) -> str:
    """Who asks: the last address on the way that is none of our proxies' (RFC 7239, section 7.4)."""
    address: str = (scope.get("client") or ("", 0))[0]
    forwarded = Headers(scope=scope).get("x-forwarded-for", "")
    for named in (part.strip() for part in reversed(forwarded.split(",")) if part.strip()):
        if not _is_proxy(address, outside):
            break
        address = named
    return address


def _is_proxy(address: str, outside: Outside) -> bool:
    try:
        return any(ip_address(address) in network for network in outside.trusted_proxies)
    except ValueError:
        return False


def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


class RateLimits:
    """ASGI middleware: refuses requests beyond the limits with 429. This machine itself is not limited by address."""

    def __init__(self, app: ASGIApp, outside: Outside, limiter: RateLimiter) -> None:
        self._app, self._outside, self._limiter = app, outside, limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in FREE_PATHS and (wait := self._wait(scope)):
            await refusal(too_often(wait), JSON)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        limit = self._outside.requests_per_minute
        if not limit:
            return 0.0
        burst = max(1, limit // 6)
        address = client_address(scope, self._outside)
        by_address = 0.0 if _is_this_machine(address) else self._limiter.take("address", address, limit, burst)
        token = Headers(scope=scope).get("authorization")
        if by_address or token is None:
            return by_address
        # By its digest: what is in memory for long must not be a token.
        return self._limiter.take("token", sha256(token.encode()).hexdigest(), limit, burst)
