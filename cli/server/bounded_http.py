"""HTTP with a limit on everything that a client controls; uvicorn's own protocol has none.

Bytes before a body, between its chunks and after it are counted while they are read. Each wait for a client has one
deadline overall, not one for each byte. Connections and the memory of incomplete bodies are limited too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from cli.server.joined_writes import JoinedWrites

#: Bytes outside the body: request line, headers, sizes of chunks, trailers.
MAX_HEAD_BYTES = 32_000
#: Seconds from the first byte to the end of the headers, and from there to the end of the body.
HEAD_SECONDS = 20.0
BODY_SECONDS = 60.0
#: Bytes received that extend an upload's deadline by one second.
MIN_UPLOAD_SPEED = 20_000
#: Seconds and bytes a refused client may go on sending, so that it gets to read the response.
LINGER_SECONDS, LINGER_BYTES = 2.0, 32_000_000
#: Extension while uvicorn's buffer is full: the application, not the client, is slow.
_OURS_TO_READ_SECONDS = 5.0
#: Bytes of incomplete bodies in memory, for all connections together and for one.
MAX_BODIES_IN_MEMORY, MAX_BODY_IN_MEMORY = 256_000_000, 1_000_000


@dataclass(slots=True)
class Door:
    """State shared by all connections of one process. `is_trusted` recognises addresses of many clients."""

    max_connections: int
    max_per_peer: int
    is_trusted: Callable[[str], bool]
    faults: Counter[str] = field(default_factory=Counter)
    peers: Counter[str] = field(default_factory=Counter)
    bodies: int = 0

    def leave(self, peer: str) -> None:
        self.peers[peer] -= 1
        if self.peers[peer] <= 0:
            del self.peers[peer]


class _Refused(Exception):
    """Raised in the parser's callbacks, to stop it."""


def bounded_protocol(door: Door) -> type[HttpToolsProtocol]:
    """Return the protocol class of a server whose connections share `door`."""
    return type("BoundedHttp", (_BoundedHttp,), {"door": door})


class _BoundedHttp(HttpToolsProtocol):
    door: Door

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._peer: str | None = None
        #: When the client must have continued; None while we do not wait for the client.
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._in_message = self._in_body = self._is_upload = False
        self._head = self._unparsed = self._callbacks = 0
        self._body = self._buffered = 0
        self._body_began = 0.0
        self._status: int | None = None
        self._refused = False
        self._lingering = 0

    # Connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._joined = JoinedWrites(transport, self.loop)
        self.transport = self._joined  # type: ignore[assignment]
        door = self.door
        self._peer = self.client[0] if self.client else ""
        door.peers[self._peer] += 1
        crowded = door.peers[self._peer] > door.max_per_peer and not door.is_trusted(self._peer)
        if crowded or len(self.connections) > door.max_connections:
            self._refuse(503, "too many connections")
        else:
            self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._in_body and not self._refused:
            self.door.faults["left in the middle of a body"] += 1
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        self._release_buffer()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._deadline = None
        if self._peer is not None:
            self.door.leave(self._peer)
            self._peer = None

    def handle_websocket_upgrade(self) -> None:
        peer, door = self._peer or "", self.door
        self._leave()
        self.transport = self._joined.transport
        super().handle_websocket_upgrade()
        websocket: Any = self.transport.get_protocol()
        door.peers[peer] += 1
        websocket.door, websocket.peer = door, peer

    # Reading

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._refused:
            self._lingering += len(data)
            if self._lingering > LINGER_BYTES:
                self.transport.abort()
            return
        if not self._in_message and self._deadline is None:
            self._expect(HEAD_SECONDS)
        callbacks = self._callbacks
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._unsupported_upgrade_warning()
            return
        except httptools.HttpParserError:
            self._refuse(self._status or 400, "no HTTP" if self._status is None else "too large a head")
            return
        # Without a callback, the data belongs to something the parser reports once complete.
        self._unparsed = self._unparsed + len(data) if self._callbacks == callbacks else 0
        if self._head + self._unparsed > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431, "too large a head")

    def _count(self, size: int) -> None:
        self._callbacks += 1
        self._head += size
        if self._head > MAX_HEAD_BYTES:
            self._stop(431)

    def _stop(self, status: int) -> None:
        self._status = status
        raise _Refused

    def on_message_begin(self) -> None:
        self._in_message, self._in_body = True, False
        self._head = self._body = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        # Trailers come after the application has checked the headers: do not add them.
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_body = True
        self._is_upload = any(
            name == b"content-type" and value.lower().startswith(b"multipart/") for name, value in self.headers
        )
        self._body_began = self.loop.time()
        self._expect(BODY_SECONDS)
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        self._callbacks += 1

    def on_body(self, body: bytes) -> None:
        self._callbacks += 1
        self._body += len(body)
        growth = min(self._body, MAX_BODY_IN_MEMORY) - self._buffered
        self._buffered += growth
        self.door.bodies += growth
        if self.door.bodies > MAX_BODIES_IN_MEMORY:
            self._stop(503)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._callbacks += 1
        self._in_message = self._in_body = False
        self._deadline = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._release_buffer()
        if self._is_answered() and self._deadline is not None:
            # Answered before the body was complete: keep reading for a moment, so that the client reads the answer.
            self._deadline = min(self._deadline, self.loop.time() + LINGER_SECONDS)
            self._arm()
        super().on_response_complete()

    def _release_buffer(self) -> None:
        self.door.bodies -= self._buffered
        self._buffered = 0

    # Deadlines

    def _expect(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        assert self._deadline is not None
        self._timer = self.loop.call_at(self._deadline, self._check_deadline)

    def _check_deadline(self) -> None:
        # One timer serves many requests: as a rule it was set for an earlier deadline.
        self._timer = None
        if self._deadline is None or self.transport.is_closing():
            return
        now = self.loop.time()
        if self.flow.read_paused:
            self._deadline = max(self._deadline, now + _OURS_TO_READ_SECONDS)
        elif self._in_body and self._is_upload and not self._is_answered():
            allowed = self._body_began + BODY_SECONDS + self._body / MIN_UPLOAD_SPEED
            self._deadline = max(self._deadline, allowed)
        if not self._in_message and self.cycle is not None and not self.cycle.response_complete:
            # No further request has begun: the client waits for our answer.
            self._deadline = None
        elif now < self._deadline:
            self._arm()
        elif not self._in_message or self._is_answered():
            self.transport.close()
        else:
            self._refuse(408, "too slow")

    def _is_answered(self) -> bool:
        return self._in_body and self.cycle is not None and self.cycle.response_complete

    # Refusals

    def _refuse(self, status: int, fault: str) -> None:
        """Answer and close, whatever may still arrive."""
        self.door.faults[fault] += 1
        self._refused, self._deadline = True, None
        self._release_buffer()
        cycle = self.cycle
        under_way = cycle is not None and not cycle.response_complete
        if under_way:
            cycle.disconnected = True
            cycle.message_event.set()
        if under_way and (cycle.response_started or not self._in_body):
            # Another answer has begun, or must come first.
            self.transport.close()
            return
        content = [STATUS_LINE[status], b"content-length: 0\r\nconnection: close\r\n"]
        if status == 503:
            content.append(b"retry-after: 10\r\n")
        self.transport.write(b"".join((*content, b"\r\n")))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "no HTTP")

    def _unsupported_upgrade_warning(self) -> None:
        self.door.faults["an upgrade that is not served"] += 1
