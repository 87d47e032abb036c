"""Moving rows in bulk: the log out by COPY in binary, rows in by COPY in CSV."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection, pq, sql
from psycopg.errors import error_from_result

from application.eventstore.records import Recorded, decode
from projections.projection import Row, Table

Conn = Connection[Any]

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER_BYTES = 19  # signature, flags, length of the extension area
# Field count, then each field with its length before it:
# https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
_FIXED = struct.Struct(">h iq i16s iq i")
_LENGTH = struct.Struct(">i")
_FIELDS = 5

_SCAN = """
COPY (
    SELECT notification_id, originator_id, originator_version, topic, state
    FROM stored_events
    WHERE notification_id <= {head} AND originator_id BETWEEN {first} AND {last}
    ORDER BY originator_id, originator_version
) TO STDOUT (FORMAT binary)"""


def scan_streams(conn: Conn, head: int, first: UUID, last: UUID) -> Iterator[Recorded]:
    """The events up to position `head` of the streams from `first` to `last`, stream by stream. Memory stays flat."""
    query = sql.SQL(_SCAN).format(head=sql.Literal(head), first=sql.Literal(first), last=sql.Literal(last))
    stream, id_bytes = first, first.bytes
    for data in _copy_out(conn, query.as_bytes(conn)):
        if data.startswith(_SIGNATURE):
            data = data[_HEADER_BYTES:]
        if len(data) < _FIXED.size:
            continue  # the header alone, or the trailer
        fields, _, position, _, found, _, version, topic_bytes = _FIXED.unpack_from(data)
        assert fields == _FIELDS
        if found != id_bytes:
            stream, id_bytes = UUID(bytes=found), found
        topic_end = _FIXED.size + topic_bytes
        topic = data[_FIXED.size : topic_end].decode()
        yield decode(position, stream, version, topic, data[topic_end + _LENGTH.size :])


def _copy_out(conn: Conn, query: bytes) -> Iterator[bytes]:
    """Each row of a COPY as libpq hands it out: psycopg's own loop costs as much as decoding half of the event."""
    pgconn = conn.pgconn
    result: pq.abc.PGresult | None = pgconn.exec_(query)
    if result is not None and result.status == pq.ExecStatus.COPY_OUT:
        while (received := pgconn.get_copy_data(0))[0] > 0:
            yield bytes(received[1])
        result = pgconn.get_result()
        # libpq wants to be asked until it has no more to say.
        while pgconn.get_result() is not None:
            pass
    if result is not None and result.status != pq.ExecStatus.COMMAND_OK:
        raise error_from_result(result)


#: A row is written by orjson as a JSON array, and read by PostgreSQL as CSV. With a backslash as escape the two differ
#: in the brackets around, and in how line breaks and other control characters are written.
# https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT
COPY_ROWS = r"COPY {} FROM STDIN (FORMAT csv, NULL 'null', ESCAPE E'\\')"
_CONTROL = re.compile(rb'\\(?:u00([0-9a-f]{2})|([\\"bfnrt]))')
_MAY_BE_CONTROL = re.compile(rb"\\[bfnrtu]")
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _as_csv_has_it(escaped: re.Match[bytes]) -> bytes:
    code, letter = escaped.groups()
    return bytes.fromhex(code.decode()) if code else _CONTROLS.get(letter, escaped[0])


def _array(values: Sequence[str] | None) -> str | None:
    if values is None:
        return None
    quoted = ",".join([f'"{value.translate(_IN_ARRAY)}"' for value in values])
    return f"{{{quoted}}}"


def row_encoder(table: Table) -> Callable[[Row], bytes]:
    """Turns a row into its line as `COPY_ROWS` takes it."""
    names = tuple(table.columns)
    values = itemgetter(*names)
    arrays = [place for place, kind in enumerate(table.columns.values()) if kind.startswith("text[]")]

    def encode_row(row: Row) -> bytes:
        cells = list(values(row))
        for place in arrays:
            cells[place] = _array(cells[place])
        line = orjson.dumps(cells, str, orjson.OPT_APPEND_NEWLINE)
        if b"\\" in line and _MAY_BE_CONTROL.search(line):
            line = _CONTROL.sub(_as_csv_has_it, line)
        return line[1:-2]

    return encode_row
