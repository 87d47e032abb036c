"""What passes by psycopg on its way to PostgreSQL arrives as it was sent, and fails as psycopg's own would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from eventstore.unavailable import is_connection_lost
from eventstore.wire import columns, encoded, execute, prepare

Conn = psycopg.Connection[Any]
_TYPES = ("int4", "int8", "uuid", "text", "bytea")
_ROWS = [(1, -(1 << 40), UUID(int=7), "été", b"\0\xff"), (-2, 5, UUID(int=8), "", b"")]


@pytest.fixture
def conn(fresh_url: str) -> Iterator[Conn]:
    with psycopg.connect(fresh_url, autocommit=True) as conn:
        yield conn


@pytest.mark.parametrize("rows", [_ROWS, []])
def test_columns_and_single_values_arrive_as_they_were_sent(conn: Conn, rows: list[tuple[Any, ...]]) -> None:
    prepare(
        conn,
        b"rows",
        b"""SELECT a, b, c, convert_to(d, 'UTF8'), e, $6::int8, $3::uuid[]
            FROM unnest($1::int4[], $2::int8[], $3::uuid[], $4::text[], $5::bytea[]) AS t(a, b, c, d, e)""",
    )
    parameters = [*columns(_TYPES, rows), *encoded(("int8",), (12,))]
    streams = [row[2] for row in rows]
    received = execute(conn, b"rows", parameters, ("int4", "int8", "uuid", "bytea", "bytea", "int8", "uuid[]"))
    assert received == [(a, b, c, d.encode(), e, 12, streams) for a, b, c, d, e in rows]


def test_nothing_and_an_empty_array_are_told_apart(conn: Conn) -> None:
    prepare(conn, b"nothing", b"SELECT NULL::uuid[], '{}'::uuid[], NULL::int8, NULL::bytea, NULL::uuid")
    types = ("uuid[]", "uuid[]", "int8", "bytea", "uuid")
    assert execute(conn, b"nothing", [], types) == [(None, [], None, None, None)]


def test_a_refusal_has_its_own_class_and_leaves_the_connection_usable(conn: Conn) -> None:
    prepare(conn, b"divides", b"SELECT 1 / $1::int4")
    with pytest.raises(psycopg.errors.DivisionByZero):
        execute(conn, b"divides", encoded(("int4",), (0,)), ("int4",))
    assert execute(conn, b"divides", encoded(("int4",), (1,)), ("int4",)) == [(1,)]


def test_a_connection_that_is_lost_is_known_as_such(conn: Conn, fresh_url: str) -> None:
    prepare(conn, b"one", b"SELECT 1")
    with psycopg.connect(fresh_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (conn.info.backend_pid,))
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError) as failure:
            execute(conn, b"one", [], ("int4",))
        assert is_connection_lost(failure.value)


def test_a_connection_on_which_nothing_can_be_prepared_is_closed(conn: Conn) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        prepare(conn, b"missing", b"SELECT FROM no_such_table")
    assert conn.closed
