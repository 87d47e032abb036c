"""Answers to the public, kept as bytes for as long as the read models stand still.

What is kept was computed from the read models alone, for everybody alike and whatever the time (`LASTING`). The first
notice of a move, or of a switch of generations, discards all of it; while nobody listens for notices, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.context import Waiter

#: Set in the scope of a request by whoever knows that its answer may be kept.
LASTING = "parentalite.lasting"
MOST_BYTES = 64_000_000
#: Questions are some kilobytes; what is longer is passed on unread.
_LONGEST_QUESTION = 20_000
#: Whose answers are of one person, or in another form.
_OWN = ("authorization", "cookie", "content-encoding", "transfer-encoding", "range")


class _Question(NamedTuple):
    """What tells answers apart: the very bytes of the question, and the form of the answer."""

    method: str
    accept: str
    content_type: str
    asked: bytes


@dataclass(frozen=True, slots=True)
class _Kept:
    start: Message
    body: bytes
    etag: str
    #: In bytes, with about what the objects around them take.
    size: int

    async def send(self, question: _Question, headers: Headers, send: Send) -> None:
        if question.method == "GET" and self.etag in headers.get("if-none-match", ""):
            told = [(name, value) for name, value in self.start["headers"] if not name.startswith(b"content-")]
            await send({"type": "http.response.start", "status": 304, "headers": told})
            await send({"type": "http.response.body", "body": b""})
            return
        await send(self.start)
        await send({"type": "http.response.body", "body": self.body})


class AnswerCache:
    """Before the GraphQL view: answers what it knows, and remembers what the view says may be kept."""

    def __init__(self, view: ASGIApp, waiter: Waiter, most_bytes: int = MOST_BYTES) -> None:
        self._view, self._waiter = view, waiter
        self._standing: Hashable = None
        self._known: LRUCache[_Question, _Kept] = LRUCache(most_bytes, getsizeof=lambda kept: kept.size)

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
        elif kept := self._known.get(question):
            await kept.send(question, headers, send)
        else:
            await self._view(scope, receive, self._remembering(question, standing, scope, headers, send))

    def _is_public(self, scope: Scope, headers: Headers) -> bool:
        if scope["method"] not in ("GET", "POST") or any(name in headers for name in _OWN):
            return False
        minimum = headers.get("min-position", "0")
        readable = minimum.isascii() and minimum.isdigit() and len(minimum) < 20
        return readable and int(minimum) <= self._waiter.position

    def _remembering(self, question: _Question, standing: Hashable, scope: Scope, headers: Headers, send: Send) -> Send:
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and scope.get(LASTING):
                start = message
                return
            if start is None:
                await send(message)
                return
            kept = _kept(question, start, message["body"])
            if self._waiter.standing == standing:
                self._keep(question, kept, standing)
            await kept.send(question, headers, send)

        return sending

    def _keep(self, question: _Question, kept: _Kept, standing: Hashable) -> None:
        self._discard_unless(standing)
        if kept.size <= self._known.maxsize:
            self._known[question] = kept

    def _discard_unless(self, standing: Hashable) -> None:
        if self._standing != standing:
            self._standing = standing
            self._known.clear()


def _question(scope: Scope, headers: Headers, body: bytes | None) -> _Question | None:
    if body is None or len(body) > _LONGEST_QUESTION:
        return None
    return _Question(scope["method"], headers.get("accept", ""), headers.get("content-type", ""), body)


async def _body(receive: Receive) -> tuple[bytes | None, Receive]:
    """The body, None when it does not come whole at once; and what gives all of it again."""
    message = await receive()
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return message

    whole = message["type"] == "http.request" and not message.get("more_body", False)
    return (message.get("body", b"") if whole else None), again


def _kept(question: _Question, start: Message, body: bytes) -> _Kept:
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    # To be asked for again each time: only this server knows whether it has become another.
    headers = [(name, value) for name, value in start["headers"] if name != b"cache-control"]
    told = [*headers, (b"cache-control", b"no-cache"), (b"etag", etag.encode())]
    size = len(question.asked) + len(question.accept) + len(question.content_type) + len(body) + 2_000
    return _Kept({**start, "headers": told}, body, etag, size)
