"""A way to PostgreSQL that a test cuts and restores, and sessions that hold what others need."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Proxy:
    """Listens on a port of this machine, and passes everything on to the server of `database_url`, while it is open."""

    def __init__(self, database_url: str) -> None:
        parameters = conninfo_to_dict(database_url)
        self._target = str(Path(str(parameters["host"])) / f".s.PGSQL.{parameters.get('port', 5432)}")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = make_conninfo(database_url, host="127.0.0.1", port=self.port)
        self._ways: list[socket.socket] = []
        #: Once these were sent to the server over one connection, in this order, its answer is never seen.
        self.swallow: tuple[bytes, ...] = ()
        self.swallowed = threading.Event()
        #: While it is not set, nothing comes through, and no connection ends.
        self.flows = threading.Event()
        self.flows.set()
        self._accept()

    def cut(self) -> None:
        """Every connection ends, and no new one is taken."""
        self._close(self._listener)
        for way in list(self._ways):
            self._close(way)
        self._ways.clear()

    def restore(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._accept()

    def _accept(self) -> None:
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            self._ways += [client, server]
            lost = threading.Event()
            threading.Thread(target=self._pass, args=(client, server, lost, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, lost, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, lost: threading.Event, to_server: bool) -> None:
        seen = 0
        with suppress(OSError):
            while data := source.recv(65_536):
                if to_server:
                    while seen < len(self.swallow) and self.swallow[seen] in data:
                        seen += 1
                    if self.swallow and seen == len(self.swallow):
                        self.swallow = ()
                        lost.set()
                if not to_server and lost.is_set():
                    self.swallowed.set()
                    break
                self.flows.wait()
                target.sendall(data)
        self._close(source)
        self._close(target)

    @staticmethod
    def _close(way: socket.socket) -> None:
        # `close` alone does not wake a thread that waits on it.
        with suppress(OSError):
            way.shutdown(socket.SHUT_RDWR)
        way.close()


@contextmanager
def proxied(database_url: str) -> Iterator[Proxy]:
    proxy = Proxy(database_url)
    try:
        yield proxy
    finally:
        proxy.flows.set()
        proxy.cut()


@contextmanager
def log_locked(database_url: str) -> Iterator[psycopg.Connection]:
    """Somebody's idle transaction that holds the log's table."""
    with psycopg.connect(database_url, application_name="somebody-idle") as conn:
        conn.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        yield conn


def terminate_all(database_url: str, like: str = "%") -> int:
    """Ends all other sessions of the database whose application is named so; returns how many."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        rows = conn.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE %s",
            (like,),
        ).fetchall()
    return len(rows)
