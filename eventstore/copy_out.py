"""COPY … TO STDOUT, row by row as libpq hands it out: psycopg's own loop costs as much as decoding half an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection, pq
from psycopg.errors import error_from_result


def copy_out(conn: Connection[Any], query: bytes) -> Iterator[bytes]:
    """Each piece of data of the COPY: a row, the first one after the format's header, the last its trailer.

    Raises psycopg's error of what the server said. The connection can be used again once the iterator has ended, or
    was closed: what was not asked for is then read and thrown away.
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
            # libpq wants to be asked until it has no more to say.
            while pgconn.get_result() is not None:
                pass
    if result is not None and result.status != pq.ExecStatus.COMMAND_OK:
        raise error_from_result(result)
