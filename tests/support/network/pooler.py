"""A pooler in transaction mode, as small as can be: one session, in which clients take turns by the transaction."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_SSL_REQUEST = 80877103


def _exactly(source: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = source.recv(length - len(data))
        if not part:
            raise OSError("closed")
        data += part
    return data


def _message(source: socket.socket) -> bytes:
    """One message of the protocol: a letter, and a length that counts itself."""
    head = _exactly(source, 5)
    return head + _exactly(source, struct.unpack("!I", head[1:])[0] - 4)


class _Pooler:
    def __init__(self, database_url: str) -> None:
        parameters = conninfo_to_dict(database_url)
        self._session = socket.socket(socket.AF_UNIX)
        self._session.connect(str(Path(str(parameters["host"])) / f".s.PGSQL.{parameters.get('port', 5432)}"))
        named = f"user\0{parameters['user']}\0database\0{parameters['dbname']}\0client_encoding\0UTF8\0\0".encode()
        self._session.sendall(struct.pack("!II", len(named) + 8, 196608) + named)
        self._greeting = b"".join(self._until_ready())
        self._turn = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = make_conninfo(database_url, host="127.0.0.1", port=self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()
        self._session.close()

    def _until_ready(self) -> Iterator[bytes]:
        while True:
            message = _message(self._session)
            yield message
            if message[:1] == b"Z":
                self._is_idle = message[5:] == b"I"
                return

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            while True:
                length, kind = struct.unpack("!II", _exactly(client, 8))
                _exactly(client, length - 8)
                if kind != _SSL_REQUEST:
                    break
                client.sendall(b"N")
            client.sendall(self._greeting)
            while True:
                self._transaction(client, _message(client))

    def _transaction(self, client: socket.socket, first: bytes) -> None:
        message = first
        with self._turn:
            while message[:1] != b"X":
                self._session.sendall(message)
                if message[:1] in b"QS":
                    for answer in self._until_ready():
                        client.sendall(answer)
                    if self._is_idle:
                        return
                message = _message(client)
        raise OSError("the client has gone")


@contextmanager
def pooled_by_transaction(database_url: str) -> Iterator[str]:
    """The address of the pooler."""
    pooler = _Pooler(database_url)
    try:
        yield pooler.url
    finally:
        pooler.close()
