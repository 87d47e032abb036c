"""Ways to PostgreSQL that pass by those of psycopg, which cost as much as the work itself.

- Arrays in the binary format: psycopg looks at each element of a list in Python, for half the time of a command.
- A prepared statement, sent as it is: psycopg looks at the statement, its parameters and its result, each time anew.
- COPY … TO STDOUT, row by row as libpq hands it out: psycopg's own loop costs as much as decoding half an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from struct import Struct
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, OperationalError, pq
from psycopg.errors import error_from_result

#: How the elements of an array are written, by the name of their type.
_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "int4": Struct(">i").pack,
    "int8": Struct(">q").pack,
    "text": str.encode,
    "bytea": bytes,
    "uuid": lambda uuid: uuid.bytes,
}
#: How a value of a row is read.
_DECODERS: dict[str, Callable[[bytes], Any]] = {
    "int4": lambda value: int.from_bytes(value, "big", signed=True),
    "int8": lambda value: int.from_bytes(value, "big", signed=True),
    "bytea": bytes,
    "uuid": lambda value: UUID(bytes=value),
    # One dimension, no nulls: after the head each element has its length.
    "uuid[]": lambda value: [UUID(bytes=value[start : start + 16]) for start in range(24, len(value), 20)],
}
_TYPES = {name: psycopg.adapters.types[name].oid for name in _ENCODERS}
_EMPTY = {name: Struct(">3I").pack(0, 0, oid) for name, oid in _TYPES.items()}
_HEAD = Struct(">5I")
_LENGTH = Struct(">I")
#: Heads of arrays with one element: most commands have one event.
_HEADS = {name: _HEAD.pack(1, 0, oid, 1, 1) for name, oid in _TYPES.items()}


def columns(types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[bytes]:
    """Return the columns of the rows as arrays of these types."""
    if not rows:
        return [_EMPTY[name] for name in types]
    return [_array(name, column) for name, column in zip(types, zip(*rows, strict=True), strict=True)]


def encoded(types: Sequence[str], values: Sequence[Any]) -> list[bytes]:
    """Return single values of these types as parameters."""
    return [_ENCODERS[name](value) for name, value in zip(types, values, strict=True)]


def _array(name: str, values: Sequence[Any]) -> bytes:
    if len(values) == 1:
        value = _ENCODERS[name](values[0])
        return b"".join((_HEADS[name], _LENGTH.pack(len(value)), value))
    # One dimension, no nulls, the type, the number of elements, the index of the first.
    parts = [_HEAD.pack(1, 0, _TYPES[name], len(values), 1)]
    for value in map(_ENCODERS[name], values):
        parts += (_LENGTH.pack(len(value)), value)
    return b"".join(parts)


def prepare(conn: Connection[Any], name: bytes, query: bytes) -> None:
    """Prepare a statement for this connection, its parameters written as $1, $2 and so on."""
    result = conn.pgconn.prepare(name, query)
    if result.status != pq.ExecStatus.COMMAND_OK:
        # On a connection where some are prepared and others not, preparing would fail for ever.
        conn.close()
        raise _error(result)


def execute(
    conn: Connection[Any], name: bytes, parameters: Sequence[bytes], types: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Execute what `prepare` prepared, with encoded parameters. Return its rows, whose values are of these types."""
    result = conn.pgconn.exec_prepared(name, parameters, [pq.Format.BINARY] * len(parameters), pq.Format.BINARY)
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise _error(result)
    decoders = [*enumerate(map(_DECODERS.__getitem__, types))]
    return [
        tuple([None if (value := result.get_value(row, n)) is None else decode(value) for n, decode in decoders])
        for row in range(result.ntuples)
    ]


def _error(result: pq.abc.PGresult) -> psycopg.Error:
    error = error_from_result(result)
    # libpq's own, of a connection that is lost.
    return error if error.sqlstate else OperationalError(str(error))


def copy_out(conn: Connection[Any], query: bytes) -> Iterator[bytes]:
    """Yield each piece of data of the COPY: the rows, the first after the format's header, and the trailer.

    Raise psycopg's error for a failure of the server. The connection is usable again once the iterator ends or is
    closed: closing reads the remaining data and throws it away.
    """
    pgconn = conn.pgconn
    result: pq.abc.PGresult | None = pgconn.exec_(query)
    if result is not None and result.status == pq.ExecStatus.COPY_OUT:
        received = pgconn.get_copy_data(0)
        try:
            while received[0] > 0:
                yield bytes(received[1])
                received = pgconn.get_copy_data(0)
        finally:
            while received[0] > 0:
                received = pgconn.get_copy_data(0)
            result = pgconn.get_result()
            # libpq requires reading results until there are none.
            while pgconn.get_result() is not None:
                pass
    if result is not None and result.status != pq.ExecStatus.COMMAND_OK:
        raise _error(result)
