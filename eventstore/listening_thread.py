"""A thread that listens to the database, beside whoever started it, and ends with them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import psycopg

_PATIENCE_SECONDS = 10


@contextmanager
def beside(name: str, run: Callable[[Event], None], database_url: str, channel: str | None) -> Iterator[None]:
    """Runs `run` in a thread for as long as the context lasts; it must return soon after its event is set and it is
    woken, where it listens to `channel`.
    """
    stop = Event()
    thread = Thread(target=run, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        if channel is not None:
            _wake(database_url, channel)
        thread.join(timeout=_PATIENCE_SECONDS)


def _wake(database_url: str, channel: str) -> None:
    # Whoever else listens looks once in vain. Without a database the thread ends as soon as its wait does.
    with suppress(psycopg.OperationalError), psycopg.connect(database_url, autocommit=True, connect_timeout=5) as conn:
        conn.execute("SELECT pg_notify(%s, '')", (channel,))
