"""Switch readers from one generation to another in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from eventstore.log import head, read_topics
from eventstore.vault import Vault
from projections.engine.catching_up import advance, targets, tell
from projections.engine.generations import State, drop_generation, generations
from projections.engine.parallel import Progress
from projections.engine.registry import projections
from projections.engine.terms.showing import show_changes
from projections.engine.terms_in_force import TermsInForce

Conn = Connection[Any]


class RebuildRefused(Exception):
    """The rebuild cannot start or go on; the message says why in one line. The live generations stay as they are."""


def switch(conn: Conn, vault: Vault, source: State, names: Sequence[str], progress: Progress) -> None:
    """Let the `source` generations catch up, then make them live and the live ones previous, in one step."""
    _show_changes_passed(conn, source, names)
    start, goal = _behind(conn, source, names), head(conn)
    while _behind(conn, source, names) < goal and advance(conn, vault, source, names=names):
        progress("catching up", _behind(conn, source, names) - start, goal - start)
    with conn.transaction():
        # Stop the projector while the last events are read and the switch is made.
        conn.execute(
            "SELECT 1 FROM read_models.generations WHERE state = 'live' AND name = ANY(%s) ORDER BY name FOR UPDATE",
            (list(names),),
        )
        # Commands go on meanwhile: what is recorded after this moment is the projector's again.
        goal = head(conn)
        while _behind(conn, source, names) < goal and advance(conn, vault, source, names=names):
            _refuse_failed(conn, source, names)
        _refuse_failed(conn, source, names)
        conn.execute(
            "UPDATE read_models.generations SET state = 'leaving' WHERE state = 'live' AND name = ANY(%s)",
            (list(names),),
        )
        conn.execute(
            "UPDATE read_models.generations SET state = 'live', updated_at = now() WHERE state = %s AND name = ANY(%s)",
            (source.value, list(names)),
        )
        conn.execute("UPDATE read_models.generations SET state = 'previous' WHERE state = 'leaving'")
        _drop_personal(conn, names)
        _drop_before_erasure(conn, names)
        # The batches above did not wait for the disk; the switch does.
        conn.execute("SET LOCAL synchronous_commit = on")
        tell(conn)


def _show_changes_passed(conn: Conn, source: State, names: Sequence[str]) -> None:
    """Show changes of the typology that a generation had left to the one that took its place."""
    with conn.transaction():
        for target in targets(conn, source, names=names):
            live = target.generation
            show_changes(conn, target.registry, target.projection, live, live.position)


def _behind(conn: Conn, source: State, names: Sequence[str]) -> int:
    """Return the position of the generation furthest behind."""
    return min(g.position for g in generations(conn, source) if g.name in names)


def _refuse_failed(conn: Conn, source: State, names: Sequence[str]) -> None:
    for generation in generations(conn, source):
        if generation.name in names and generation.failed_position is not None:
            raise RebuildRefused(
                f"{generation.name} cannot take {generation.failed_event} at position {generation.failed_position}:"
                f" {generation.failed_reason}"
            )


def _drop_personal(conn: Conn, names: Sequence[str]) -> None:
    """Nothing feeds a previous generation, so an erasure would not reach what is personal in it: none is kept."""
    personal = {p.name: p for p in projections(TermsInForce()) if p.opens_personal and p.name in names}
    for generation in generations(conn, State.PREVIOUS):
        if projection := personal.get(generation.name):
            drop_generation(conn, projection.name, projection.relations, generation.generation)


def _drop_before_erasure(conn: Conn, names: Sequence[str]) -> None:
    """Drop a previous generation that lacks an erasure which the live one has taken: nothing would bring it there."""
    with_words = {p.name: p for p in projections(TermsInForce()) if p.opens_words and p.name in names}
    reached = {live.name: live.position for live in generations(conn, State.LIVE)}
    for generation in generations(conn, State.PREVIOUS):
        if (projection := with_words.get(generation.name)) is None:
            continue
        if read_topics(conn, projection.erasures, reached[projection.name], generation.position, limit=1):
            drop_generation(conn, projection.name, projection.relations, generation.generation)
