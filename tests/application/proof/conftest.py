"""A log of 2,000 events with signed checkpoints over it, to be copied and tampered with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from application.application import open_application
from application.hosting.database import temporary_database
from application.proof.checking import check_log
from application.proof.checkpoints import ON_REQUEST, SignedCheckpoint, latest
from application.proof.notes import SigningKey
from application.proof.signer.naming import name_log
from application.proof.signer_memory import RememberingKey
from application.proof.signing import make_checkpoint, take_up_key
from eventstore.bulk import append_rows
from eventstore.log import head
from tests.support.forging import lift_protection
from tests.support.world import EVENT_KEYS, LOG_NAME

MASTER_KEY = bytes(range(32))
KEY, NEXT_KEY = SigningKey.from_seed(b"k" * 32), SigningKey.from_seed(b"n" * 32)
NOW = datetime(2026, 9, 23, 12, 0, tzinfo=UTC)
EVENTS = 2_000
#: Neither at the ends of tiles nor all within one.
CHECKPOINTS = (700, 1_500, EVENTS)
_copies = count(1)


def rows(first: int, last: int) -> Iterator[tuple[UUID, int, str, bytes]]:
    """Events of streams of ten."""
    for number in range(first, last + 1):
        stream, version = divmod(number - 1, 10)
        yield (
            UUID(int=stream + 1),
            version + 1,
            "animation.published",
            b'{"number":%d,"text":"\xc3\xa9t\xc3\xa9"}' % number,
        )


@pytest.fixture(scope="session")
def signed_template(server_url: str, worker_id: str) -> Iterator[str]:
    name = f"proof_{worker_id}"
    with temporary_database(server_url, name) as url:
        with open_application(url, MASTER_KEY, EVENT_KEYS), psycopg.connect(url, autocommit=True) as conn:
            lift_protection(conn)
            name_log(conn, LOG_NAME)
            append_rows(conn, EVENT_KEYS, rows(1, EVENTS))
            for position in CHECKPOINTS:
                make_checkpoint(conn, KEY, position, ON_REQUEST, NOW)
        yield name


@pytest.fixture
def signed_url(server_url: str, worker_id: str, signed_template: str) -> Iterator[str]:
    with temporary_database(server_url, f"proof_{worker_id}_{next(_copies)}", signed_template) as url:
        yield url


@pytest.fixture
def conn(signed_url: str) -> Iterator[Connection]:
    with psycopg.connect(signed_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def empty(server_url: str, worker_id: str) -> Iterator[Connection]:
    """A log without events."""
    with (
        temporary_database(server_url, f"unsigned_{worker_id}_{next(_copies)}") as url,
        open_application(url, MASTER_KEY, EVENT_KEYS),
        psycopg.connect(url, autocommit=True) as connection,
    ):
        lift_protection(connection)
        name_log(connection, LOG_NAME)
        yield connection


@pytest.fixture
def key(tmp_path: Path) -> RememberingKey:
    return RememberingKey.beside(KEY.seed, tmp_path / "keys" / "signer-memory.json")


@pytest.fixture
def remembered(conn: Connection, key: RememberingKey) -> Connection:
    """The log of 2,000 events, its last checkpoint remembered by the key."""
    take_up_key(conn, key)
    return conn


def sign(conn: Connection, key: RememberingKey, until: int | None = None) -> SignedCheckpoint | None:
    return make_checkpoint(conn, key, until or head(conn), ON_REQUEST, NOW)


def grown(conn: Connection, count: int = 5) -> Connection:
    last = head(conn)
    append_rows(conn, EVENT_KEYS, rows(last + 1, last + count))
    return conn


def last_size(conn: Connection) -> int:
    last = latest(conn)
    assert last is not None
    return last.size


def record(key: RememberingKey):
    content = key.memory.read()
    assert content is not None
    return content


def findings(conn: Connection, key: RememberingKey) -> list[str]:
    with psycopg.connect(conn.info.dsn, autocommit=True) as own:
        return list(check_log(own, conn, [KEY.public], record=key.memory.read()).findings)


def without_guard(conn: Connection, *statements: str) -> None:
    """Whoever owns the tables can also switch off what guards them."""
    conn.execute("SET session_replication_role = replica")
    for statement in statements:
        conn.execute(statement.encode())
    conn.execute("SET session_replication_role = DEFAULT")
