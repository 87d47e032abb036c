"""The leaves of the tree: each stored event's bytes, with its position, topic and aggregate version.

A leaf is the tuple that PostgreSQL's binary COPY emits for the row: the number of fields (2 bytes: 5), then for each
field its length (4 bytes) and its bytes, all big-endian: position (8 bytes), aggregate id (16), aggregate version (8),
topic (UTF-8), state. The log is thus hashed as it is read, without decoding events; docs/proof.md describes the format
without PostgreSQL. https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from eventstore.wire import copy_out

Conn = Connection[Any]

_HEAD = struct.Struct(">h iq i16s iq i")
_LENGTH = struct.Struct(">i")
_POSITION = struct.Struct(">q")
_POSITION_AT = 6
_FIELDS, _NUMBER_BYTES, _ID_BYTES = 5, 8, 16
#: Before the first tuple: signature, flags, length of the extension area.
_HEADER_BYTES = 19
_HEADER = b"PGCOPY\n\xff\r\n\0"
_TRAILER = b"\xff\xff"

# An event without topic or state, which the table refuses, has a leaf as if they were empty: see `authenticity`.
_LEAVES = """
COPY (
    SELECT notification_id, originator_id, originator_version, coalesce(topic, ''), coalesce(state, '')
    FROM stored_events
    WHERE notification_id > {after} AND notification_id <= {until} ORDER BY notification_id LIMIT {most}
) TO STDOUT (FORMAT binary)"""

_STREAM_LEAVES = """
COPY (
    SELECT notification_id, originator_id, originator_version, coalesce(topic, ''), coalesce(state, '')
    FROM stored_events
    WHERE originator_id = ANY({streams}::uuid[]) AND notification_id <= {until} ORDER BY notification_id
) TO STDOUT (FORMAT binary)"""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A decoded leaf. `state` is the event as stored: JSON in UTF-8, personal fields encrypted."""

    position: int
    aggregate_id: UUID
    version: int
    topic: str
    state: bytes


def encode_leaf(leaf: Leaf) -> bytes:
    topic = leaf.topic.encode()
    lengths = (_NUMBER_BYTES, _ID_BYTES, _NUMBER_BYTES, len(topic))
    head = _HEAD.pack(
        *(_FIELDS, lengths[0], leaf.position, lengths[1], leaf.aggregate_id.bytes, lengths[2], leaf.version, lengths[3])
    )
    return head + topic + _LENGTH.pack(len(leaf.state)) + leaf.state


def decode_leaf(data: bytes) -> Leaf:
    """Raises ValueError unless `data` is exactly one leaf."""
    try:
        fields, a, position, b, aggregate_id, c, version, topic_bytes = _HEAD.unpack_from(data)
        topic_end = _HEAD.size + topic_bytes
        leaf = Leaf(
            position,
            UUID(bytes=aggregate_id),
            version,
            data[_HEAD.size : topic_end].decode(),
            data[topic_end + _LENGTH.size :],
        )
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"not a leaf: {error}") from error
    if (fields, a, b, c) != (_FIELDS, _NUMBER_BYTES, _ID_BYTES, _NUMBER_BYTES) or encode_leaf(leaf) != data:
        raise ValueError("not a leaf: its fields and their lengths do not add up")
    return leaf


def position_of(data: bytes) -> int:
    """Return the position written in a leaf's bytes."""
    position: int = _POSITION.unpack_from(data, _POSITION_AT)[0]
    return position


def read_leaves(conn: Conn, after: int, until: int, most: int | None = None) -> Iterator[bytes]:
    """Yield the leaves of the events after position `after` up to `until`, at most `most`, in log order."""
    query = sql.SQL(_LEAVES).format(after=sql.Literal(after), until=sql.Literal(until), most=sql.Literal(most))
    return _leaves(conn, query)


def _leaves(conn: Conn, query: sql.Composed) -> Iterator[bytes]:
    for data in copy_out(conn, query.as_bytes(conn)):
        row = data[_HEADER_BYTES:] if data.startswith(_HEADER) else data
        if row and row != _TRAILER:
            yield row


def read_streams(conn: Conn, streams: Sequence[UUID], until: int) -> Iterator[bytes]:
    """Yield the leaves of these streams' events up to position `until`, in log order."""
    query = sql.SQL(_STREAM_LEAVES).format(streams=sql.Literal(list(streams)), until=sql.Literal(until))
    return _leaves(conn, query)
