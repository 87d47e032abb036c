"""HTTP with a bound on everything that a client decides: uvicorn's own protocol has none.

What comes before a body, between its chunks and after it is counted while it is read; each wait for a client has a
deadline in all, not from byte to byte; so have connections, and the memory that half-sent bodies take.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

#: Bytes of all that is no body: request line, headers, sizes of chunks, trailers.
LARGEST_HEAD = 32_000
#: Seconds from the first byte to the end of the headers, and from there to the end of the body.
HEAD_SECONDS = 20.0
BODY_SECONDS = 60.0
#: Bytes a second: who uploads no faster than this may take as long as the file needs by it.
LEAST_SPEED = 20_000
#: Seconds and bytes that somebody who was refused may go on sending, so that they read why.
LINGER_SECONDS, LINGER_BYTES = 2.0, 32_000_000
#: What uvicorn takes in before the application reads: until then it is not the client who is slow.
_OURS_TO_READ_SECONDS = 5.0
#: Memory of bodies that have not come whole, in all connections together. Of a file, no more than this is in memory.
MOST_BODIES, MOST_OF_A_BODY = 256_000_000, 1_000_000


@dataclass(slots=True)
class Door:
    """What all connections of one process share. `is_trusted` tells addresses that stand for many clients."""

    most_connections: int
    most_of_a_peer: int
    is_trusted: Callable[[str], bool]
    faults: Counter[str] = field(default_factory=Counter)
    peers: Counter[str] = field(default_factory=Counter)
    bodies: int = 0

    def leave(self, peer: str) -> None:
        self.peers[peer] -= 1
        if self.peers[peer] <= 0:
            del self.peers[peer]


class _Refused(Exception):
    """Raised in what the parser calls, to stop it."""


def bounded(door: Door) -> type[HttpToolsProtocol]:
    """The protocol of a server whose connections share `door`."""
    return type("BoundedHttp", (_BoundedHttp,), {"door": door})


class _BoundedHttp(HttpToolsProtocol):
    door: Door

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._peer: str | None = None
        #: When the client must have gone on; None while it is not the client who is waited for.
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._in_message = self._in_body = self._is_upload = False
        self._head = self._unseen = self._seen = 0
        self._body = self._held = 0
        self._body_began = 0.0
        self._status: int | None = None
        self._refused = False
        self._lingering = 0

    # Connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        door = self.door
        self._peer = self.client[0] if self.client else ""
        door.peers[self._peer] += 1
        crowded = door.peers[self._peer] > door.most_of_a_peer and not door.is_trusted(self._peer)
        if crowded or len(self.connections) > door.most_connections:
            self._refuse(503, "too many connections")
        else:
            self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._in_body and not self._refused:
            self.door.faults["left in the middle of a body"] += 1
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        self._let_go()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._deadline = None
        if self._peer is not None:
            self.door.leave(self._peer)
            self._peer = None

    def handle_websocket_upgrade(self) -> None:
        peer, door = self._peer or "", self.door
        self._leave()
        super().handle_websocket_upgrade()
        websocket: Any = self.transport.get_protocol()
        door.peers[peer] += 1
        websocket.door, websocket.peer = door, peer

    # What is read

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._refused:
            self._lingering += len(data)
            if self._lingering > LINGER_BYTES:
                self.transport.abort()
            return
        if not self._in_message and self._deadline is None:
            self._expect(HEAD_SECONDS)
        seen = self._seen
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
        # All of it may have been a part of something that the parser tells of when it is whole.
        self._unseen = self._unseen + len(data) if self._seen == seen else 0
        if self._head + self._unseen > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431, "too large a head")

    def _count(self, size: int) -> None:
        self._seen += 1
        self._head += size
        if self._head > LARGEST_HEAD:
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
        # Trailers come after the application has looked at the headers: nothing there may become one.
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
        self._seen += 1

    def on_body(self, body: bytes) -> None:
        self._seen += 1
        self._body += len(body)
        held = min(self._body, MOST_OF_A_BODY) - self._held
        self._held += held
        self.door.bodies += held
        if self.door.bodies > MOST_BODIES:
            self._stop(503)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._seen += 1
        self._in_message = self._in_body = False
        self._deadline = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._let_go()
        if self._is_answered() and self._deadline is not None:
            # Answered before the body was whole: what still comes is read for a moment, so that the answer is.
            self._deadline = min(self._deadline, self.loop.time() + LINGER_SECONDS)
            self._arm()
        super().on_response_complete()

    def _let_go(self) -> None:
        self.door.bodies -= self._held
        self._held = 0

    # How long it may take

    def _expect(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        assert self._deadline is not None
        self._timer = self.loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        """The time was set for an earlier deadline, as a rule: one timer serves many requests."""
        self._timer = None
        if self._deadline is None or self.transport.is_closing():
            return
        now = self.loop.time()
        if self.flow.read_paused:
            self._deadline = max(self._deadline, now + _OURS_TO_READ_SECONDS)
        elif self._in_body and self._is_upload and not self._is_answered():
            allowed = self._body_began + BODY_SECONDS + self._body / LEAST_SPEED
            self._deadline = max(self._deadline, allowed)
        if not self._in_message and self.cycle is not None and not self.cycle.response_complete:
            # No request has begun, whatever came: they wait for our answer.
            self._deadline = None
        elif now < self._deadline:
            self._arm()
        elif not self._in_message or self._is_answered():
            self.transport.close()
        else:
            self._refuse(408, "too slow")

    def _is_answered(self) -> bool:
        return self._in_body and self.cycle is not None and self.cycle.response_complete

    # What is refused

    def _refuse(self, status: int, fault: str) -> None:
        """Answers and closes, whatever may still come."""
        self.door.faults[fault] += 1
        self._refused, self._deadline = True, None
        self._let_go()
        cycle = self.cycle
        under_way = cycle is not None and not cycle.response_complete
        if under_way:
            cycle.disconnected = True
            cycle.message_event.set()
        if under_way and (cycle.response_started or not self._in_body):
            # Another answer has begun, or comes first.
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
