"""A server that leaves without failing a request: its balancer is told first, then its clients, then it closes."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from cli.server.bounded_websocket import BoundedWebSocket

#: For how long idle clients are still answered, each answer with `Connection: close`, before they are closed.
DRAIN_SECONDS = 1.5
#: For how long open requests are waited for beyond that, such as proofs, exports and uploads. With the pauses before
#: and after, less than a supervisor waits for one that leaves.
FINISHING_SECONDS = 14.0
_TICK = 0.05


class DrainingServer(uvicorn.Server):
    """On SIGTERM, `leaving` is called and requests are answered for `leave_seconds` more; then it drains.

    On SIGHUP another process has taken over the socket: it drains at once. On SIGINT it stops.
    """

    def __init__(
        self, config: uvicorn.Config, started: Callable[[], None], leaving: Callable[[], None], leave_seconds: float
    ) -> None:
        super().__init__(config)
        self._tell_started, self._tell_leaving, self._leave_seconds = started, leaving, leave_seconds
        self._is_replaced = False

    def replace(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGHUP."""
        self._is_replaced = self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if not self._is_hurried:
            if not self._is_replaced:
                self._tell_leaving()
                await self._wait(self._leave_seconds, lambda: True)
            await self._drain()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        for server in self.servers:
            server.close()
        # Clients answered from here on connect anew, to another process.
        self.server_state.default_headers.append((b"connection", b"close"))
        for connection in list(self.server_state.connections):
            if isinstance(connection, BoundedWebSocket):
                connection.shutdown()
        await self._wait(DRAIN_SECONDS, lambda: bool(self.server_state.connections))
        await self._wait(FINISHING_SECONDS, lambda: any(map(_is_answering, self.server_state.connections)))

    async def _wait(self, seconds: float, goes_on: Callable[[], Any]) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until and goes_on() and not self._is_hurried:
            await asyncio.sleep(_TICK)

    @property
    def _is_hurried(self) -> bool:
        """Whether somebody waits at a terminal."""
        return self.force_exit or signal.SIGINT in self._captured_signals


def _is_answering(connection: Any) -> bool:
    """Return whether a request is open that comes to an end by itself, as streams of events do not."""
    cycle = getattr(connection, "cycle", None)
    if cycle is None or cycle.response_complete:
        return False
    return not any(name == b"accept" and b"text/event-stream" in value for name, value in cycle.scope["headers"])
