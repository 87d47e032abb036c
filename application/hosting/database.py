"""The PostgreSQL database: at `DATABASE_URL`, or embedded under the home folder. Other modules need not know which."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from application.hosting.archiving import archiving
from application.hosting.embedded_server import EmbeddedServerError, embedded_server
from application.hosting.settings import Settings
from eventstore.sessions.address import bounded

EMBEDDED_DATABASE = "parentalite"
OLDEST_VERSION = 14
CONNECT_SECONDS = 5


class DatabaseUnavailable(Exception):
    """No PostgreSQL is usable. The message says in one line where and why, without a password."""


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database that answered. `url` suits libpq, psycopg and `DATABASE_URL`."""

    url: str = field(repr=False)
    embedded: bool


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Open the database of `settings` and check that it is usable. The embedded server runs meanwhile."""
    with ExitStack() as stack:
        if settings.database_url is not None:
            _parameters(settings.database_url)
            database = Database(bounded(settings.database_url), embedded=False)
        else:
            try:
                folder = settings.home / "postgres"
                archive = None if settings.wal_archive is None else archiving(settings.wal_archive, folder)
                server = stack.enter_context(embedded_server(folder, archive))
            except EmbeddedServerError as error:
                raise DatabaseUnavailable(str(error)) from error
            _ensure_database(server, EMBEDDED_DATABASE)
            database = Database(with_database(server, EMBEDDED_DATABASE), embedded=True)
        check_database(database.url)
        yield database


@contextmanager
def temporary_database(server_url: str, name: str, template: str = "template1") -> Iterator[str]:
    """Create a database on the server of `server_url`, a copy of `template`, and drop it at the end.

    Needs PostgreSQL 15 or later. Meant for tests on the embedded server.
    """
    # Copying files takes 11 ms, through the log it takes 60 (PostgreSQL 18 without fsync).
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create.format(identifier, sql.Identifier(template)))
    try:
        yield with_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))


def with_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    if url.startswith(("postgresql://", "postgres://")):
        return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name, safe='')}"))
    return make_conninfo(url, dbname=name)


def check_database(url: str) -> None:
    """Raise DatabaseUnavailable unless `url` leads to a usable database."""
    parameters = _parameters(url)
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            check_server(connection.info.server_version, connection.info.parameter_status("server_encoding") or "")
        check_sessions(url)
    except psycopg.Error as error:
        raise DatabaseUnavailable(f"PostgreSQL cannot be reached: {_one_line(error, parameters)}") from None


def check_sessions(url: str) -> None:
    """Raise DatabaseUnavailable if a pooler shares sessions between connections."""
    with (
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as first,
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as second,
    ):
        before = _backend(first)
        with second.transaction():
            is_shared = _backend(second) == before or _backend(first) != before
        if not is_shared:
            # A pooler that takes its sessions in turn passes the first check but loses notifications.
            channel = f"parentalite_check_{secrets.token_hex(8)}"
            first.execute(f"LISTEN {channel}")
            second.execute(f"NOTIFY {channel}")
            is_shared = not list(first.notifies(timeout=CONNECT_SECONDS, stop_after=1))
    if is_shared:
        raise DatabaseUnavailable(
            "DATABASE_URL leads to a pooler that gives each transaction another session (PgBouncer: pool_mode = "
            "transaction), and prepared statements, advisory locks and LISTEN need one of their own: set "
            "pool_mode = session, or name PostgreSQL itself"
        )


def _backend(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def check_server(version: int, encoding: str) -> None:
    """Raise DatabaseUnavailable if the server is too old (`version` such as 180006) or the database not in UTF-8."""
    if version // 10_000 < OLDEST_VERSION:
        version_name = f"{version // 10_000}.{version % 10_000}"
        raise DatabaseUnavailable(
            f"PostgreSQL {OLDEST_VERSION} or later is needed, and DATABASE_URL leads to {version_name}"
        )
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            f"a database in the encoding UTF8 is needed, and DATABASE_URL leads to one in {encoding}"
        )


def _parameters(url: str) -> dict[str, str | int | None]:
    try:
        parameters = conninfo_to_dict(url)
        # libpq cuts a password with @, / or : there and takes the rest for a host or port, which messages would show.
        readable = "@" not in str(parameters.get("host")) and str(parameters.get("port", 0)).replace(",", "").isdigit()
    except psycopg.Error:
        readable = False
    if not readable:
        raise DatabaseUnavailable(
            "DATABASE_URL is not an address of PostgreSQL: postgresql://user:password@host:5432/name is needed, "
            "where @ : / and the like in the password are written %40 %3A %2F"
        )
    return parameters


def _ensure_database(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            # Another process may create it at the same time.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _one_line(error: psycopg.Error, parameters: Mapping[str, object]) -> str:
    text = " ".join(str(error).split())
    password = parameters.get("password")
    return text.replace(str(password), "***") if password else text
