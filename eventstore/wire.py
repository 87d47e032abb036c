"""Ways to PostgreSQL that pass by those of psycopg, which cost as much as the work itself.

- Arrays in the binary format: psycopg looks at each element of a list in Python, for half the time of a command.
- COPY … TO STDOUT, row by row as libpq hands it out: psycopg's own loop costs as much as decoding half an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from struct import Struct
from typing import Any

import psycopg
from psycopg import Connection, pq
from psycopg.adapt import Dumper
from psycopg.errors import error_from_result

#: How the elements of an array are written, by the name of their type.
_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "int4": Struct(">i").pack,
    "int8": Struct(">q").pack,
    "text": str.encode,
    "bytea": bytes,
    "uuid": lambda uuid: uuid.bytes,
}
_TYPES = {name: psycopg.adapters.types[name].oid for name in _ENCODERS}
_EMPTY = Struct(">3I")
_HEAD = Struct(">5I")
_LENGTH = Struct(">I")


class BinaryArray(bytes):
    """An array of one dimension, without nulls, in PostgreSQL's binary format. The query names its type."""


class _BinaryArrayDumper(Dumper):
    format = pq.Format.BINARY

    def dump(self, obj: BinaryArray) -> BinaryArray:
        return obj


psycopg.adapters.register_dumper(BinaryArray, _BinaryArrayDumper)


def columns(types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[BinaryArray]:
    """Return the columns of the rows as arrays of these types."""
    values = zip(*rows, strict=True) if rows else [()] * len(types)
    return [_array(name, column) for name, column in zip(types, values, strict=True)]


def _array(name: str, values: Sequence[Any]) -> BinaryArray:
    if not values:
        return BinaryArray(_EMPTY.pack(0, 0, _TYPES[name]))
    # One dimension, no nulls, the type, the number of elements, the index of the first.
    parts = [_HEAD.pack(1, 0, _TYPES[name], len(values), 1)]
    for value in map(_ENCODERS[name], values):
        parts += (_LENGTH.pack(len(value)), value)
    return BinaryArray(b"".join(parts))


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
        raise error_from_result(result)
