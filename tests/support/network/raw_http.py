"""HTTP byte by byte, over a socket of one's own: for requests that no client would send."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.server import Server

READY = b"GET /ready HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
)


@contextmanager
def plain(server: Server) -> Iterator[socket.socket]:
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        yield connection


def sends(connection: socket.socket, *parts: bytes) -> None:
    """Send the parts; a server that has closed already loses them."""
    with suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)


def receive(connection: socket.socket) -> bytes:
    """Return all that comes until the connection is closed."""
    content = b""
    with suppress(ConnectionError):
        while part := connection.recv(65_536):
            content += part
    return content


def status(connection: socket.socket) -> int | None:
    """Return the status of the answer; None for a connection that was closed without one."""
    line = receive(connection).split(b"\r\n")[0].split()
    return int(line[1]) if len(line) > 1 else None
