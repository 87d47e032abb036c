"""Rate limits: token buckets in this process, per client address, token and object.

A limit applies to operations, however they arrive: by HTTP, server-sent events or WebSocket (`api.http.sockets`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic

from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from api.core.answers import Refused, refusal
from api.core.asker.clients import Client, client_of
from api.core.negotiation import JSON
from application.hosting.setting_groups import WebSettings

#: Buckets kept. The one untouched for longest is dropped first: it is full again, or nearly.
MOST_BUCKETS = 50_000
#: Paths of probes and monitoring, which have a limit of their own.
FREE_PATHS = ("/health", "/ready", "/metrics")
PROBES_PER_MINUTE, PROBES_AT_ONCE = 600, 100
REGISTRATIONS_AT_ONCE = 300
#: Key of the scope for what `begin_stream` calls.
BEGIN_STREAM = "parentalite.begin_stream"
#: Makes the response to a request that is refused.
Answer = Callable[[Request, Refused], Response]


@dataclass(slots=True)
class RateLimiter:
    """Buckets by kind and key. Each starts with `burst` tokens and gains `per_minute`; 0 means no limit."""

    clock: Callable[[], float] = monotonic
    _buckets: LRUCache[tuple[str, str], tuple[float, float]] = field(default_factory=lambda: LRUCache(MOST_BUCKETS))

    def take(self, kind: str, key: str, per_minute: float, burst: int) -> float:
        """Take one token and return 0, or take none and return the seconds until the next one."""
        if not per_minute:
            return 0.0
        now, rate = self.clock(), per_minute / 60
        tokens, since = self._buckets.get((kind, key), (float(burst), now))
        tokens = min(float(burst), tokens + (now - since) * rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / rate
        self._buckets[kind, key] = (tokens if wait else tokens - 1, now)
        return wait

    def give_back(self, kind: str, key: str) -> None:
        """Return a token that should not count."""
        if (kind, key) in self._buckets:
            tokens, since = self._buckets[kind, key]
            self._buckets[kind, key] = (tokens + 1, since)

    def take_request(self, web: WebSettings, client: Client, authorization: str | None) -> float:
        """Like `take`, for one operation or handshake. Local clients are not limited by address."""
        limit = web.requests_per_minute
        if not limit:
            return 0.0
        burst = max(1, limit // 6)
        by_address = 0.0 if client.direct else self.take("address", client.address, limit, burst)
        if by_address or authorization is None:
            return by_address
        # Keep the digest, not the token, in memory; normalised, so that another spelling is the same token.
        token = authorization.strip().rpartition(" ")[2].rstrip("=")
        return self.take("token", sha256(token.encode()).hexdigest(), limit, burst)


def too_often(seconds: float) -> Refused:
    """429 (RFC 6585, section 4)."""
    wait = max(1, round(seconds + 0.5))
    return Refused(429, "TOO_MANY_REQUESTS", f"Trop de demandes : réessayez dans {wait} s.", {"Retry-After": str(wait)})


def _in_json(request: Request, refused: Refused) -> Response:
    return refusal(refused, JSON)


class RateLimits:
    """ASGI middleware: answer 429 to requests and handshakes beyond the limits, and to too many lasting ones.

    `answer` makes the response to a request.
    """

    def __init__(self, app: ASGIApp, web: WebSettings, limiter: RateLimiter, answer: Answer = _in_json) -> None:
        self._app, self._web, self._limiter, self._answer = app, web, limiter, answer
        self._lasting: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        client, headers = client_of(scope, self._web), Headers(scope=scope)
        if wait := self._wait(scope["path"], client, headers):
            await self._refuse(too_often(wait), scope, receive, send)
        elif client.direct:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(client.address, scope, receive, send)
        else:
            with ExitStack() as stack:
                scope[BEGIN_STREAM] = lambda: stack.enter_context(self._place(client.address))
                await self._app(scope, receive, send)

    def _wait(self, path: str, client: Client, headers: Headers) -> float:
        if path not in FREE_PATHS:
            return self._limiter.take_request(self._web, client, headers.get("authorization"))
        if client.direct:
            return 0.0
        return self._limiter.take("probe", client.address, PROBES_PER_MINUTE, PROBES_AT_ONCE)

    async def _socket(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        with ExitStack() as stack:
            try:
                stack.enter_context(self._place(address))
            except Refused as refused:
                await self._refuse(refused, scope, receive, send)
                return
            await self._app(scope, receive, send)

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(Request(scope), refused)(scope, receive, send)
        else:
            await WebSocket(scope, receive, send).send_denial_response(refusal(refused, JSON))

    @contextmanager
    def _place(self, address: str) -> Iterator[None]:
        """Hold one of the places of connections whose length the client decides. Raises Refused (429)."""
        most = self._web.sockets_per_address
        if most and self._lasting[address] >= most:
            raise _too_many_at_once(most)
        self._lasting[address] += 1
        try:
            yield
        finally:
            self._lasting[address] -= 1
            if not self._lasting[address]:
                del self._lasting[address]


def begin_stream(scope: Scope) -> None:
    """Count this request among the lasting connections of its address, until it ends. Raises Refused (429)."""
    if (begin := scope.get(BEGIN_STREAM)) is not None:
        begin()


def _too_many_at_once(most: int) -> Refused:
    message = f"Trop de suivis à la fois depuis votre adresse : {most} au plus."
    return Refused(429, "TOO_MANY_REQUESTS", message, {"Retry-After": "60"})
