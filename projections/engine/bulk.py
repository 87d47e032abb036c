"""Read the log by binary COPY, and write rows by CSV COPY."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Generator, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection, sql

from eventstore.records import Recorded, decode
from eventstore.wire import copy_out
from projections.engine.projection import Row, Table

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
    WHERE notification_id <= {head} AND originator_id BETWEEN {first} AND {last}{but}
    ORDER BY originator_id, originator_version
) TO STDOUT (FORMAT binary)"""


def scan_streams(
    conn: Conn, head: int, first: UUID, last: UUID, but: Sequence[str] = ()
) -> Generator[Recorded, None, None]:
    """Yield the events up to position `head` of the streams from `first` to `last`, stream by stream.

    Leave out those of the topics `but`, not those of an unknown topic. Memory stays flat.
    """
    left_out = sql.SQL(" AND topic <> ALL({})").format(sql.Literal(list(but))) if but else sql.SQL("")
    query = sql.SQL(_SCAN).format(
        head=sql.Literal(head), first=sql.Literal(first), last=sql.Literal(last), but=left_out
    )
    stream, id_bytes = first, first.bytes
    for data in copy_out(conn, query.as_bytes(conn)):
        if data.startswith(_SIGNATURE):
            data = data[_HEADER_BYTES:]
        if len(data) < _FIXED.size:
            continue  # the header alone, or the trailer
        fields, _, position, _, raw_id, _, version, topic_bytes = _FIXED.unpack_from(data)
        assert fields == _FIELDS
        if raw_id != id_bytes:
            stream, id_bytes = UUID(bytes=raw_id), raw_id
        topic_end = _FIXED.size + topic_bytes
        topic = data[_FIXED.size : topic_end].decode()
        yield decode(position, stream, version, topic, data[topic_end + _LENGTH.size :])


#: A row is written by orjson as a JSON array, and read by PostgreSQL as CSV. With a backslash as escape the two differ
#: in the brackets around, and in how line breaks and other control characters are written.
# https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT
COPY_ROWS = r"COPY {} FROM STDIN (FORMAT csv, NULL 'null', ESCAPE E'\\')"
_CONTROL = re.compile(rb"\\(?:u00([0-9a-f]{2})|([\\bfnrt]))")
_MAY_BE_CONTROL = re.compile(rb"\\[bfnrtu]")
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _as_csv_has_it(escaped: re.Match[bytes]) -> bytes:
    code, letter = escaped.groups()
    return bytes.fromhex(code.decode()) if code else _CONTROLS.get(letter, escaped[0])


def _array(values: Sequence[str] | None) -> str | None:
    if not values:
        return None if values is None else "{}"
    as_json = orjson.dumps(values)
    if b"\\" not in as_json:
        # Except for escapes, an array of texts differs from JSON in its brackets alone.
        return f"{{{as_json[1:-1].decode()}}}"
    quoted = ",".join([f'"{value.translate(_IN_ARRAY)}"' for value in values])
    return f"{{{quoted}}}"


def _uuids(values: Sequence[UUID] | None) -> str | None:
    return None if values is None else f"{{{','.join([value.hex for value in values])}}}"


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


#: Types whose values are not written as JSON has them.
_NESTED: dict[str, Callable[[Any], str | None]] = {"text[]": _array, "uuid[]": _uuids, "jsonb": _json}


def row_encoder(table: Table) -> Callable[[Row], bytes]:
    """Return a function that encodes a row as a line for `COPY_ROWS`."""
    names = tuple(table.columns)
    values = itemgetter(*names)
    kinds = [kind.split()[0] for kind in table.columns.values()]
    nested = [(place, _NESTED[kind]) for place, kind in enumerate(kinds) if kind in _NESTED]

    def encode_row(row: Row) -> bytes:
        cells = list(values(row))
        for place, as_text in nested:
            cells[place] = as_text(cells[place])
        line = orjson.dumps(cells, str, orjson.OPT_APPEND_NEWLINE)
        if b"\\" in line and _MAY_BE_CONTROL.search(line):
            line = _CONTROL.sub(_as_csv_has_it, line)
        return line[1:-2]

    return encode_row
