"""COPY … TO STDOUT, row by row as libpq hands it out: psycopg's own loop costs as much as decoding half an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection, pq
from psycopg.errors import error_from_result


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
