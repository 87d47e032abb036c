"""Cache public answers as bytes until the read models move.

Cached answers depend on the read models alone, whoever asks, for as long as the view says (`LASTING`). Any notice of a
move, or of a switch of generations, discards them all; without a listener for notices, nothing is cached. What an
answer holds is what its snapshot told: one of a replica that is behind the notices is not cached.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter
from time import monotonic
from typing import NamedTuple

from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.context import Waiter
from api.core.reading.own_writes import OWN_WRITE, OwnWrite
from projections.engine.reading import Live

#: In the scope of a request: for how many seconds its answer may be cached, and what the snapshot held that it was
#: read in.
LASTING, READ_AT = "parentalite.lasting", "parentalite.read_at"
#: Root fields that the public reads from the read models alone, with everything below them.
OF_READ_MODELS = frozenset(
    (
        *("animations", "animation", "structures", "structure", "territories", "territory", "typology"),
        *("attestationForm", "communes"),
    )
) | {"position", "__typename"}
MOST_BYTES = 64_000_000
#: Queries are some kilobytes; longer bodies are passed on unread.
_LONGEST_QUESTION = 20_000
_POSITION_OF = itemgetter(1)
#: Headers of requests whose answer is personal, or encoded in another way.
_OWN = ("authorization", "cookie", "content-encoding", "transfer-encoding", "range")


class _Question(NamedTuple):
    """The cache key: the exact bytes of the query, and the form of the answer."""

    method: str
    accept: str
    content_type: str
    query: bytes


@dataclass(frozen=True, slots=True)
class _CachedAnswer:
    start: Message
    body: bytes
    etag: str
    #: In bytes, with about the size of the objects around them.
    size: int
    #: By the monotonic clock.
    until: float
    read_at: Live

    async def send(self, question: _Question, headers: Headers, send: Send) -> None:
        if question.method == "GET" and self.etag in headers.get("if-none-match", ""):
            response_headers = [
                (name, value) for name, value in self.start["headers"] if not name.startswith(b"content-")
            ]
            await send({"type": "http.response.start", "status": 304, "headers": response_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        # Middleware adds headers to the very list that it is sent.
        await send({**self.start, "headers": list(self.start["headers"])})
        await send({"type": "http.response.body", "body": self.body})


class AnswerCache:
    """ASGI middleware before the GraphQL view: answers from the cache, and stores the answers that the view allows."""

    def __init__(
        self,
        view: ASGIApp,
        waiter: Waiter,
        most_bytes: int = MOST_BYTES,
        is_recent: Callable[[Live], bool] = lambda live: True,
    ) -> None:
        """`is_recent` tells whether an answer of a snapshot that held this may still be given."""
        self._view, self._waiter, self._is_recent = view, waiter, is_recent
        self._read_models_at: Hashable = None
        self._answers: LRUCache[_Question, _CachedAnswer] = LRUCache(most_bytes, getsizeof=lambda cached: cached.size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        standing = self._waiter.standing
        if standing is None or not self._is_public(scope, headers):
            await self._view(scope, receive, send)
            return
        self._discard_unless(standing)
        body, receive = await _body(receive) if scope["method"] == "POST" else (scope["query_string"], receive)
        question = _question(scope, headers, body)
        if question is None:
            await self._view(scope, receive, send)
        elif (cached := self._answers.get(question)) and self._holds(cached, scope, headers):
            await cached.send(question, headers, send)
        else:
            await self._view(scope, receive, self._storing(question, standing, scope, headers, send))

    def _is_public(self, scope: Scope, headers: Headers) -> bool:
        if scope["method"] not in ("GET", "POST") or any(name in headers for name in _OWN):
            return False
        minimum = headers.get("min-position", "0")
        readable = minimum.isascii() and minimum.isdigit() and len(minimum) < 20
        return readable and int(minimum) <= self._waiter.position

    def _holds(self, cached: _CachedAnswer, scope: Scope, headers: Headers) -> bool:
        """Whether the answer may still be given, and is as new as the asker wants, and as what they recorded last."""
        own: OwnWrite = scope.get(OWN_WRITE) or OwnWrite()
        least = max(int(headers.get("min-position", "0")), own.position)
        is_new_enough = _position(cached.read_at, least) >= least
        return is_new_enough and monotonic() < cached.until and self._is_recent(cached.read_at)

    def _storing(self, question: _Question, standing: Hashable, scope: Scope, headers: Headers, send: Send) -> Send:
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and scope.get(LASTING, 0) > 0:
                start = message
                return
            if start is None:
                await send(message)
                return
            read_at = scope.get(READ_AT, {})
            cached = _cached_answer(question, start, message["body"], scope[LASTING], read_at)
            # A replica may be behind what was noticed here.
            if self._waiter.standing == standing and _position(read_at, self._waiter.position) >= self._waiter.position:
                self._store(question, cached, standing)
            await cached.send(question, headers, send)

        return sending

    def _store(self, question: _Question, cached: _CachedAnswer, standing: Hashable) -> None:
        self._discard_unless(standing)
        if cached.size <= self._answers.maxsize:
            self._answers[question] = cached

    def _discard_unless(self, standing: Hashable) -> None:
        if self._read_models_at != standing:
            self._read_models_at = standing
            self._answers.clear()


def _question(scope: Scope, headers: Headers, body: bytes | None) -> _Question | None:
    if body is None or len(body) > _LONGEST_QUESTION:
        return None
    return _Question(scope["method"], headers.get("accept", ""), headers.get("content-type", ""), body)


async def _body(receive: Receive) -> tuple[bytes | None, Receive]:
    """Read the request body. Return it (None if it arrives in several messages) and a `receive` that replays it."""
    message = await receive()
    replayed = False

    async def again() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return message

    whole = message["type"] == "http.request" and not message.get("more_body", False)
    return (message.get("body", b"") if whole else None), again


def _position(read_at: Live, default: int) -> int:
    return min(map(_POSITION_OF, read_at.values()), default=default)


def _cached_answer(question: _Question, start: Message, body: bytes, seconds: float, read_at: Live) -> _CachedAnswer:
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    # Clients must revalidate each time: only this server knows whether the answer has changed.
    headers = [(name, value) for name, value in start["headers"] if name != b"cache-control"]
    response_headers = [*headers, (b"cache-control", b"no-cache"), (b"etag", etag.encode())]
    size = len(question.query) + len(question.accept) + len(question.content_type) + len(body) + 2_000
    return _CachedAnswer({**start, "headers": response_headers}, body, etag, size, monotonic() + seconds, read_at)
