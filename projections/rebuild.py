"""Rebuilding: a new generation is filled beside the one in use, catches up, and readers are switched in one step.

The old generation stays, as `previous`, until the next rebuild. Stopped at any moment, the site stays on the old one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.queues import Queue
from queue import Empty
from typing import Any

import psycopg
from psycopg import Connection, sql

from application.eventstore.log import head
from application.eventstore.vault import Vault
from projections.engine import BATCH, advance, tell
from projections.fill import Share, fill, shares
from projections.generations import (
    State,
    add_generation,
    drop_generation,
    fingerprint,
    generations,
    index_statements,
    prepare,
    terms_in_force,
)
from projections.projection import Projection
from projections.registry import projections
from projections.terms_in_force import TermsInForce

REBUILD_LOCK = 7311003

Conn = Connection[Any]
#: Told (step, done, total): events while filling, indexes while indexing, events while catching up.
Progress = Callable[[str, int, int], None]


class RebuildRefused(Exception):
    """The rebuild cannot start or go on; nothing that is in use was touched. The message says why, in one line."""


def rebuild(
    database_url: str,
    master_key: bytes,
    names: Sequence[str] = (),
    progress: Progress = lambda *_: None,
    workers: int | None = None,
) -> int:
    """Rebuilds the named read models (all when none is named) and switches to them. Returns the events read."""
    with _rebuilding(database_url) as conn:
        prepare(conn, projections)
        shown = terms_in_force(conn)
        chosen = _chosen(projections(shown), names)
        _drop_all_but_live(conn, chosen)
        numbered = _new_generations(conn, chosen, shown)
        upto = head(conn)
        found, count = [projection.name for projection in chosen], workers or os.cpu_count() or 1
        taken = _fill(database_url, master_key, numbered, shown, upto, progress, count)
        _index(database_url, [(p, numbered[p.name]) for p in chosen], progress, count)
        _set_position(conn, found, upto)
        switch(conn, Vault(master_key), State.BUILDING, found, progress)
    return taken


def back(
    database_url: str, master_key: bytes, names: Sequence[str] = (), progress: Progress = lambda *_: None
) -> list[str]:
    """Returns to the previous generation of the named read models (of all that have one). Gives their names."""
    with _rebuilding(database_url) as conn:
        kept = {generation.name: generation for generation in generations(conn, State.PREVIOUS)}
        chosen = [p for p in _chosen(projections(TermsInForce()), names) if p.name in kept]
        if not chosen:
            raise RebuildRefused("there is no previous generation to go back to")
        for projection in chosen:
            if kept[projection.name].fingerprint != fingerprint(projection):
                raise RebuildRefused(
                    f"the previous generation of {projection.name} was built by other code: start that code to go back"
                )
        found = [projection.name for projection in chosen]
        switch(conn, Vault(master_key), State.PREVIOUS, found, progress)
    return found


def switch(conn: Conn, vault: Vault, source: State, names: Sequence[str], progress: Progress) -> None:
    """Lets the `source` generations catch up, then makes them live and the live ones previous, in one step."""
    start, goal = _behind(conn, source, names), head(conn)
    while goal - _behind(conn, source, names) > BATCH and advance(conn, vault, source):
        progress("catching up", _behind(conn, source, names) - start, goal - start)
    with conn.transaction():
        # Holds the projector back for the moment that it takes to read the last events and switch.
        conn.execute(
            "SELECT 1 FROM read_models.generations WHERE state = 'live' AND name = ANY(%s) ORDER BY name FOR UPDATE",
            (list(names),),
        )
        while advance(conn, vault, source):
            pass
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
        # The batches above did not wait for the disk; the switch does.
        conn.execute("SET LOCAL synchronous_commit = on")
        tell(conn)


def _drop_personal(conn: Conn, names: Sequence[str]) -> None:
    """Nothing feeds a previous generation, so an erasure would not reach what is personal in it: none is kept."""
    personal = {p.name: p for p in projections(TermsInForce()) if p.opens_personal and p.name in names}
    for generation in generations(conn, State.PREVIOUS):
        if projection := personal.get(generation.name):
            drop_generation(conn, projection.name, projection.relations, generation.generation)


@contextmanager
def _rebuilding(database_url: str) -> Iterator[Conn]:
    """A connection that alone may rebuild, for as long as it lives."""
    with psycopg.connect(database_url, autocommit=True, application_name="parentalite-rebuild") as conn:
        row = conn.execute("SELECT pg_try_advisory_lock(%s)", (REBUILD_LOCK,)).fetchone()
        if not (row and row[0]):
            raise RebuildRefused("another rebuild is running: wait for it to end")
        try:
            yield conn
        except psycopg.errors.DiskFull as full:
            raise RebuildRefused("no disk space left for the new generation: the old one stays in use") from full


def _chosen(known: Sequence[Projection], names: Sequence[str]) -> list[Projection]:
    by_name = {projection.name: projection for projection in known}
    if unknown := [name for name in names if name not in by_name]:
        raise RebuildRefused(f"unknown read model {', '.join(unknown)}: choose from {', '.join(by_name)}")
    return [by_name[name] for name in names] if names else list(known)


def _drop_all_but_live(conn: Conn, chosen: Sequence[Projection]) -> None:
    """Drops the previous generation, and what a rebuild that was stopped has left."""
    for generation in generations(conn, State.BUILDING, State.PREVIOUS):
        projection = next((p for p in chosen if p.name == generation.name), None)
        if projection is not None:
            with conn.transaction():
                drop_generation(conn, projection.name, projection.relations, generation.generation)


def _new_generations(conn: Conn, chosen: Sequence[Projection], shown: TermsInForce) -> dict[str, int]:
    latest: dict[str, int] = {}
    for generation in generations(conn):
        latest[generation.name] = max(generation.generation, latest.get(generation.name, 0))
    numbered = {projection.name: latest.get(projection.name, 0) + 1 for projection in chosen}
    with conn.transaction():
        for projection in chosen:
            add_generation(conn, projection, numbered[projection.name], State.BUILDING, shown)
    return numbered


def _fill(
    database_url: str,
    master_key: bytes,
    numbered: dict[str, int],
    shown: TermsInForce,
    upto: int,
    progress: Progress,
    count: int,
) -> int:
    context = get_context("spawn")
    told: Queue[int] = context.Queue()
    done = 0
    with ProcessPoolExecutor(count, context, _initialize, (told,)) as pool:
        pending = {
            pool.submit(_fill_share, database_url, master_key, tuple(numbered.items()), shown, share)
            for share in shares(upto, count)
        }
        total, failures = 0, []
        while pending:
            finished, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            done += _drain(told)
            progress("filling", done, upto)
            for future in finished:
                if (failure := future.exception()) is not None:
                    failures.append(failure)
                else:
                    total += future.result()
    if failures:
        raise failures[0]
    return total


_told: Queue[int]


def _initialize(told: Queue[int]) -> None:
    global _told
    _told = told


def _fill_share(
    database_url: str, master_key: bytes, numbered: Sequence[tuple[str, int]], shown: TermsInForce, share: Share
) -> int:
    by_name = {projection.name: projection for projection in projections(shown)}
    chosen = [(by_name[name], number) for name, number in numbered]
    return fill(database_url, Vault(master_key), chosen, share, _told.put)


def _index(database_url: str, numbered: Sequence[tuple[Projection, int]], progress: Progress, workers: int) -> None:
    """Primary keys and indexes, made once all rows stand: sorted at once instead of row by row."""
    statements = [statement for projection, number in numbered for statement in index_statements(projection, number)]

    def make(statement: sql.Composed) -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute("SET maintenance_work_mem = '128MB'")
            conn.execute("SET synchronous_commit = off")
            conn.execute(statement)

    with ThreadPoolExecutor(workers) as pool:
        for done, _ in enumerate(pool.map(make, statements), start=1):
            progress("indexing", done, len(statements))


def _set_position(conn: Conn, names: Sequence[str], position: int) -> None:
    conn.execute(
        "UPDATE read_models.generations SET position = %s WHERE state = 'building' AND name = ANY(%s)",
        (position, list(names)),
    )


def _behind(conn: Conn, source: State, names: Sequence[str]) -> int:
    """The position of the one that is furthest behind."""
    return min(g.position for g in generations(conn, source) if g.name in names)


def _refuse_failed(conn: Conn, source: State, names: Sequence[str]) -> None:
    for generation in generations(conn, source):
        if generation.name in names and generation.failed_position is not None:
            raise RebuildRefused(
                f"{generation.name} cannot take {generation.failed_event} at position {generation.failed_position}:"
                f" {generation.failed_reason}"
            )


def _drain(told: Queue[int]) -> int:
    taken = 0
    while True:
        try:
            taken += told.get_nowait()
        except Empty:
            return taken
