"""Show a change of the typology in the rows in use: refold the streams that it touches, exactly as the engine folds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from domain.typology.typology import TermMerged, TermSplit
from eventstore.records import Recorded
from projections.engine.folding import Changes
from projections.engine.generations import Generation, State, terms_in_force
from projections.engine.projection import Key, Projection, Row
from projections.engine.registry import Registry
from projections.engine.tables import load_rows, write_changes
from projections.engine.terms.by_row import Touched
from projections.engine.terms.folding import AT_ONCE, TermFolds
from projections.engine.terms.touched import most_refolded, touched_streams

#: Notified when a change is left to a new generation.
TERMS_CHANNEL = "parentalite_terms"

Conn = Connection[Any]


def apart(records: list[Recorded]) -> list[Recorded]:
    """Return the leading records that all change terms, or that all do not: each kind is a batch of its own."""
    if not records:
        return records
    first = changes_terms(records[0])
    return list(takewhile(lambda record: changes_terms(record) is first, records))


def changes_terms(record: Recorded) -> bool:
    """Return whether the event changes how recorded terms are shown."""
    return isinstance(record.event, TermMerged | TermSplit)


def show_changes(conn: Conn, registry: Registry, projection: Projection, generation: Generation, upto: int) -> None:
    """Let the rows show terms as the typology stood at position `upto`, which they have reached.

    All in the caller's transaction. Changes that touch too many streams are left to a new generation, except in one
    that nobody reads (State.PREVIOUS).
    """
    now = terms_in_force(conn, upto)
    changes, number = now.since(generation.terms_in_force), generation.generation
    if not projection.terms.columns or not changes:
        return
    most = None if generation.state == State.PREVIOUS else most_refolded(conn, projection, number)
    streams = touched_streams(conn, projection, number, changes, None if most is None else most + 1)
    if most is not None and len(streams) > most:
        conn.execute("SELECT pg_notify(%s, '')", (TERMS_CHANNEL,))
        return
    folds = TermFolds.of_registry(registry, projection.name, now)
    for before, shown in _shown(conn, Touched(projection, generation, changes), folds, streams, upto):
        # An unchanged row is passed on as the same object, and is not written.
        after = {key: row if shown[key].items() <= row.items() else row | shown[key] for key, row in before.items()}
        write_changes(conn, projection, number, Changes(before, after))
    conn.execute(
        "UPDATE read_models.generations SET terms_in_force = %s WHERE name = %s AND generation = %s",
        (Jsonb(now.as_json()), projection.name, number),
    )


def _shown(
    conn: Conn, touched: Touched, folds: TermFolds, streams: Sequence[UUID], upto: int
) -> Iterator[tuple[Mapping[Key, Row], Mapping[Key, Row]]]:
    """Yield the rows of the streams with what their terms become, which nearly all of them say themselves."""
    name, table, number = touched.projection.name, touched.projection.table, touched.generation.generation
    if len(table.key) == 1:
        unsure = touched.unsure(conn)
        sure = list(set(streams).difference(unsure))
        for start in range(0, len(sure), AT_ONCE):
            before = load_rows(conn, name, table, number, [(stream,) for stream in sure[start : start + AT_ONCE]])
            yield before, touched.become(before)
        streams = unsure
    for shown in folds.shown(conn, streams, upto):
        yield load_rows(conn, name, table, number, list(shown)), shown
