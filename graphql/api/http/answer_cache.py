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
#: About the bytes of what is kept around an answer.
_OBJECTS = 2_000
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
class KeptAnswer:
    """An answer, until when it holds by the monotonic clock, and the positions of the snapshot that it was read in."""

    body: bytes
    until: float
    read_at: Live
    #: In bytes, with about the size of the objects around them.
    size: int


@dataclass(frozen=True, slots=True)
class _HttpAnswer(KeptAnswer):
    start: Message
    etag: str

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


class KeptAnswers:
    """The public answers that one process keeps, by their question, until the read models move."""

    def __init__(
        self,
        waiter: Waiter,
        most_bytes: int = MOST_BYTES,
        is_recent: Callable[[Live], bool] = lambda live: True,
    ) -> None:
        """`is_recent` tells whether an answer of a snapshot that held this may still be given."""
        self._waiter, self._is_recent = waiter, is_recent
        self._read_models_at: Hashable = None
        self._answers: LRUCache[Hashable, KeptAnswer] = LRUCache(most_bytes, getsizeof=lambda kept: kept.size)

    @property
    def standing(self) -> int | None:
        """What changes with every notice of a move; None while no notice can be heard, so that nothing is kept."""
        return self._waiter.standing

    @property
    def position(self) -> int:
        return self._waiter.position

    def find(self, question: Hashable, least: int) -> KeptAnswer | None:
        """Return an answer that still holds, and that was read at `least` or after it."""
        self._discard_unless(self.standing)
        kept = self._answers.get(question)
        if kept is None or monotonic() >= kept.until or not self._is_recent(kept.read_at):
            return None
        # Most want no least position, and to find that of an answer takes all its read models.
        return kept if least == 0 or _position(kept.read_at, least) >= least else None

    def keep(self, question: Hashable, answer: KeptAnswer, standing: int | None) -> None:
        """Keep an answer, unless something has moved since `standing`."""
        # A replica may be behind what was noticed here.
        if self.standing != standing or _position(answer.read_at, self.position) < self.position:
            return
        self._discard_unless(standing)
        if answer.size <= self._answers.maxsize:
            self._answers[question] = answer

    def _discard_unless(self, standing: Hashable) -> None:
        if self._read_models_at != standing:
            self._read_models_at = standing
            self._answers.clear()


def kept_answer(body: bytes, size: int, scope: Scope) -> KeptAnswer | None:
    """Return an answer to keep, or None where the view does not let it be kept."""
    if (seconds := scope.get(LASTING, 0)) <= 0:
        return None
    return KeptAnswer(body, monotonic() + seconds, scope.get(READ_AT, {}), len(body) + size + _OBJECTS)


class AnswerCache:
    """ASGI middleware before the GraphQL view: answers from the cache, and stores the answers that the view allows."""

    def __init__(self, view: ASGIApp, kept: KeptAnswers) -> None:
        self._view, self._kept = view, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        standing = self._kept.standing
        if standing is None or not self._is_public(scope, headers):
            await self._view(scope, receive, send)
            return
        body, receive = await _body(receive) if scope["method"] == "POST" else (scope["query_string"], receive)
        question = _question(scope, headers, body)
        if question is None:
            await self._view(scope, receive, send)
        elif isinstance(kept := self._kept.find(question, _least(scope, headers)), _HttpAnswer):
            await kept.send(question, headers, send)
        else:
            await self._view(scope, receive, self._storing(question, standing, scope, headers, send))

    def _is_public(self, scope: Scope, headers: Headers) -> bool:
        if scope["method"] not in ("GET", "POST") or any(name in headers for name in _OWN):
            return False
        minimum = headers.get("min-position", "0")
        readable = minimum.isascii() and minimum.isdigit() and len(minimum) < 20
        return readable and int(minimum) <= self._kept.position

    def _storing(self, question: _Question, standing: int, scope: Scope, headers: Headers, send: Send) -> Send:
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and scope.get(LASTING, 0) > 0:
                start = message
                return
            if start is None:
                await send(message)
                return
            answer = _http_answer(question, start, message["body"], scope)
            self._kept.keep(question, answer, standing)
            await answer.send(question, headers, send)

        return sending


def _least(scope: Scope, headers: Headers) -> int:
    """Return the position that the asker wants at least, or has recorded themselves."""
    return max(int(headers.get("min-position", "0")), own_position(scope))


def own_position(scope: Scope) -> int:
    """Return the position of what the client of a request recorded last."""
    own: OwnWrite | None = scope.get(OWN_WRITE)
    return own.position if own is not None else 0


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


def _http_answer(question: _Question, start: Message, body: bytes, scope: Scope) -> _HttpAnswer:
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    # Clients must revalidate each time: only this server knows whether the answer has changed.
    headers = [(name, value) for name, value in start["headers"] if name != b"cache-control"]
    response_headers = [*headers, (b"cache-control", b"no-cache"), (b"etag", etag.encode())]
    size = len(question.query) + len(question.accept) + len(question.content_type) + len(body) + _OBJECTS
    until, read_at = monotonic() + scope[LASTING], scope.get(READ_AT, {})
    return _HttpAnswer(body, until, read_at, size, {**start, "headers": response_headers}, etag)
