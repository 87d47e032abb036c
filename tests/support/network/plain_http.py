"""A client that costs next to nothing beside the server that it asks: one connection, one question at a time."""

from __future__ import annotations

import asyncio
import re
import time
from types import TracebackType
from urllib.parse import urlsplit

#: Servers end a connection that nobody has used for some seconds.
_KEPT_SECONDS = 3.0
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class PlainHttp:
    """Use as an async context manager; answers must tell their length, as ours do."""

    def __init__(self, address: str) -> None:
        """`address`: of the GraphQL endpoint."""
        parts = urlsplit(address)
        self._host, self._port, self._path = parts.hostname or "", parts.port or 80, parts.path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used_at = 0.0

    async def __aenter__(self) -> PlainHttp:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None):
        self.close()

    async def post(self, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Status and body; header names are written with underscores."""
        if time.monotonic() - self._used_at > _KEPT_SECONDS:
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        sent = {"Host": self._host, "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        lines = [f"POST {self._path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in sent.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        assert length is not None, head
        answer = await reader.readexactly(int(length[1]))
        self._used_at = time.monotonic()
        if b"connection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1]), answer

    def close(self) -> None:
        """Ends the connection; the next question opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
