"""WebSockets with a deadline for each message, and without error logs for failed handshakes."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import websockets.http11
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from cli.server.bounded_http import Door

#: At INFO, uvicorn and websockets log clients and their requests.
_log = logging.getLogger("uvicorn.error.websockets")
_log.setLevel(logging.WARNING)
# We count refused handshakes ourselves.
_log.addFilter(lambda record: "without completing handshake" not in record.getMessage())
# The HTTP protocol has already bounded the handshake: accept what it accepted.
websockets.http11.MAX_LINE_LENGTH = 32_000
websockets.http11.MAX_NUM_HEADERS = 1_000
#: Seconds for a fragmented message. A client that stalls within a fragment fails the ping.
MESSAGE_SECONDS = 60.0
_BAD = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Closes a connection whose message does not end."""

    _timer: asyncio.TimerHandle | None = None
    #: Shared with the HTTP protocol, which sets them.
    door: Door | None = None
    peer = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _log

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.frames:
            self._stop()
        elif self._timer is None:
            self._timer = self.loop.call_later(MESSAGE_SECONDS, self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self.door is not None:
            self.door.leave(self.peer)
            self.door = None
        super().connection_lost(exc)

    def handle_parser_exception(self) -> None:
        if self.handshake_complete:
            super().handle_parser_exception()
        else:
            self.transport.write(_BAD)
            self.transport.close()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self.frames = []
            self._fail(1007, "no UTF-8")
        else:
            super().send_receive_event_to_app()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        self._timer = None
        self._fail(1008, "message too slow")

    def _fail(self, code: int, reason: str) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        if self.door is not None:
            self.door.faults["a broken message"] += 1
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.fail(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
