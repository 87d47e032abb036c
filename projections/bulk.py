"""Moving rows in bulk: the log out by COPY in binary, rows in by COPY in text."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from datetime import date, datetime
from operator import attrgetter
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
    for data in _copy_out(conn, query.as_bytes(conn)):
        if (record := _record(data)) is not None:
            yield record


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


def _record(data: bytes) -> Recorded | None:
    start = _HEADER_BYTES if data.startswith(_SIGNATURE) else 0
    if len(data) < start + _FIXED.size:
        return None  # the header alone, or the trailer
    fields, _, position, _, stream, _, version, topic_bytes = _FIXED.unpack_from(data, start)
    assert fields == _FIELDS
    topic_end = start + _FIXED.size + topic_bytes
    topic = data[start + _FIXED.size : topic_end].decode()
    return decode(position, UUID(bytes=stream), version, topic, data[topic_end + _LENGTH.size :])


_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _escape(text: str) -> str:
    """COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text) if _SPECIAL.search(text) else text


def _array(values: list[str]) -> str:
    quoted = ",".join(f'"{value.translate(_IN_ARRAY)}"' for value in values)
    return _escape(f"{{{quoted}}}")


def _json(value: Any) -> str:
    return _escape(orjson.dumps(value).decode())


def _uuids(values: list[UUID]) -> str:
    return f"{{{','.join(value.hex for value in values)}}}"


_ENCODERS: dict[str, Callable[[Any], str]] = {
    "uuid": attrgetter("hex"),
    "text": _escape,
    "tsvector": _escape,
    "text[]": _array,
    "uuid[]": _uuids,
    "jsonb": _json,
    "integer": str,
    "bigint": str,
    "boolean": str,
    "date": date.isoformat,
    "timestamptz": datetime.isoformat,
}


def row_encoder(table: Table) -> Callable[[Row], str]:
    """Turns a row into its line in COPY's text format."""
    encoders = [(name, _ENCODERS.get(kind.split()[0].split("(")[0], str)) for name, kind in table.columns.items()]

    def encode_row(row: Row) -> str:
        return "\t".join(["\\N" if (value := row[name]) is None else encode(value) for name, encode in encoders])

    return encode_row
