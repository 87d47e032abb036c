"""Where PostgreSQL is: at `DATABASE_URL`, or embedded under the home folder. Nobody else needs to know which."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from application.hosting.embedded_server import EmbeddedServerError, embedded_server
from application.hosting.settings import Settings

EMBEDDED_DATABASE = "parentalite"
OLDEST_VERSION = 14
CONNECT_SECONDS = 5


class DatabaseUnavailable(Exception):
    """There is no PostgreSQL to work with: one line that says where it was sought and why not, no password in it."""


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database that answered. `url` is what libpq, psycopg and `DATABASE_URL` take."""

    url: str = field(repr=False)
    embedded: bool


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database of `settings`, checked to answer and to be one we can use; the embedded one runs meanwhile."""
    with ExitStack() as stack:
        if settings.database_url is not None:
            database = Database(settings.database_url, embedded=False)
        else:
            try:
                server = stack.enter_context(embedded_server(settings.home / "postgres"))
            except EmbeddedServerError as error:
                raise DatabaseUnavailable(str(error)) from error
            _ensure_database(server, EMBEDDED_DATABASE)
            database = Database(with_database(server, EMBEDDED_DATABASE), embedded=True)
        check_database(database.url)
        yield database


@contextmanager
def temporary_database(server_url: str, name: str, template: str = "template1") -> Iterator[str]:
    """A new database on the server of `server_url`, a copy of `template`; dropped at the end, whoever is connected.

    Needs PostgreSQL 15 or later: made for tests, on the embedded server.
    """
    # Copying files takes 11 ms where the log's way takes 60 (PostgreSQL 18 without fsync).
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
    """The same server, another database."""
    if url.startswith(("postgresql://", "postgres://")):
        return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name, safe='')}"))
    return make_conninfo(url, dbname=name)


def check_database(url: str) -> None:
    """Raises DatabaseUnavailable unless `url` leads to a database that we can use."""
    parameters = _parameters(url)
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            check_server(connection.info.server_version, connection.info.parameter_status("server_encoding") or "")
        check_sessions(url)
    except psycopg.Error as error:
        raise DatabaseUnavailable(f"PostgreSQL cannot be reached: {_one_line(error, parameters)}") from None


def check_sessions(url: str) -> None:
    """Raises DatabaseUnavailable where a pooler stands between that gives a session to several at once."""
    with (
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as one,
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS, autocommit=True) as other,
    ):
        before = _backend(one)
        with other.transaction():
            is_shared = _backend(other) == before or _backend(one) != before
        if not is_shared:
            # Poolers that take their sessions in turn look like none until one waits for what it has asked for.
            channel = f"parentalite_check_{secrets.token_hex(8)}"
            one.execute(f"LISTEN {channel}")
            other.execute(f"NOTIFY {channel}")
            is_shared = not list(one.notifies(timeout=CONNECT_SECONDS, stop_after=1))
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
    """Raises DatabaseUnavailable for a server too old (`version` as it tells it, 180006) or a database not in UTF-8."""
    if version // 10_000 < OLDEST_VERSION:
        found = f"{version // 10_000}.{version % 10_000}"
        raise DatabaseUnavailable(f"PostgreSQL {OLDEST_VERSION} or later is needed, and DATABASE_URL leads to {found}")
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            f"a database in the encoding UTF8 is needed, and DATABASE_URL leads to one in {encoding}"
        )


def _parameters(url: str) -> dict[str, str | int | None]:
    try:
        parameters = conninfo_to_dict(url)
        # A password with @, / or : in it is cut there, and its rest taken for a host or a port: messages would tell it.
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
            # Of two processes that start at once, one creates it.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _one_line(error: psycopg.Error, parameters: Mapping[str, object]) -> str:
    text = " ".join(str(error).split())
    password = parameters.get("password")
    return text.replace(str(password), "***") if password else text
