"""Recompute every root of the map that stands in the log, and the stored map, from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from application.proof.completeness.map_entries import changes_between
from application.proof.completeness.sparse_tree import SparseTree
from application.proof.completeness.stored_map import differing_tiles, map_root
from domain.kernel.identifiers import MAP_ID
from domain.proof.events import MapCommitted
from eventstore.records import UnreadableEvent, decode

Conn = Connection[Any]

_COMMITS = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = %s ORDER BY notification_id"""


def check_map(conn: Conn) -> Iterator[str]:
    """Yield what does not fit, one line each. `conn` sees one snapshot.

    An event that cannot be read ends it: what follows from the log is then unknown.
    """
    try:
        yield from _check(conn)
    except UnreadableEvent as unreadable:
        yield f"the map cannot be folded: {unreadable}"


def _check(conn: Conn) -> Iterator[str]:
    tree, position, before = SparseTree(), 0, 0
    stored_position, stored_root = map_root(conn)
    for row in conn.execute(_COMMITS, (MAP_ID,)).fetchall():
        record = decode(*row)
        event, where = record.event, f"the map's root at position {record.position}"
        if not isinstance(event, MapCommitted):
            yield f"position {record.position}: {event.topic} is no commit of the map"
            continue
        if not before <= event.position < record.position:
            wrong = f"before the one at {before}" if event.position < before else "which is not before it"
            yield f"{where} is said to be as of position {event.position}, {wrong}"
            continue
        tree.apply(changes_between(conn, position, event.position))
        position, before = event.position, record.position
        if tree.root.hex() != event.root:
            yield f"{where} is not that of the log as of position {position}"
        if stored_position == position:
            yield from _check_stored(conn, tree, stored_root)
    if stored_position > position:
        tree.apply(changes_between(conn, position, stored_position))
        yield from _check_stored(conn, tree, stored_root)


def _check_stored(conn: Conn, tree: SparseTree, root: bytes) -> Iterator[str]:
    differing = differing_tiles(conn, tree)
    if differing or root != tree.root:
        where = f", in {len(differing)} tiles, first {differing[0]!r}" if differing else ""
        yield f"the stored map is not that of the log{where}: empty proof.map and proof.map_tiles to have it made anew"
