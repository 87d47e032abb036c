"""Rebuild read models: fill a new generation beside the live one, let it catch up, and switch readers in one step.

The old generation is kept as `previous` until the next rebuild. If a rebuild fails or is interrupted, nothing switches.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import Any

import psycopg
from psycopg import Connection, sql

from eventstore.locks import Lock, releasing, try_acquire
from eventstore.log import head
from eventstore.vault import Vault
from projections.engine.announcing import announced
from projections.engine.catching_up import Overtaken
from projections.engine.generations import (
    State,
    add_generation,
    drop_generation,
    fingerprint,
    generations,
    identifier,
    index_statements,
    let_autovacuum_come,
    prepare,
    retire,
    terms_in_force,
)
from projections.engine.parallel import Filling, Progress, fill_in_parallel, helpers
from projections.engine.projection import Projection
from projections.engine.registry import projections
from projections.engine.switching import RebuildRefused, switch
from projections.engine.terms.copying import copy_generation
from projections.engine.terms_in_force import TermsInForce

FEW_EVENTS = 20_000

Conn = Connection[Any]


def rebuild(
    database_url: str,
    master_key: bytes,
    names: Sequence[str] = (),
    progress: Progress = lambda *_: None,
    workers: int | None = None,
) -> int:
    """Rebuild the named read models (by default all) and switch to them. Return the number of events read."""
    with _rebuilding(database_url) as conn:
        prepare(conn, projections)
        upto = head(conn)
        shown = terms_in_force(conn, upto)
        chosen = _chosen(projections(shown), names)
        chosen_names, count = [projection.name for projection in chosen], _workers(workers, upto)
        with announced(conn, chosen_names, progress) as notify:
            with helpers(count - 1) as others:
                _drop_all_but_live(conn, chosen)
                number = _new_generation(conn, chosen, shown)
                filling = Filling(database_url, master_key, tuple(chosen_names), number, shown, upto)
                taken = fill_in_parallel(filling, others, notify)
                _index(database_url, chosen, number, notify, count)
            _set_position(conn, chosen_names, upto)
            switch(conn, Vault(master_key), State.BUILDING, chosen_names, notify)
        if not names:
            retire(conn, projections)
    return taken


def renew(database_url: str, master_key: bytes, names: Sequence[str], progress: Progress = lambda *_: None) -> None:
    """Fill new generations from the rows in use, with the terms in force, and switch to them.

    Only terms may have changed: raise RebuildRefused if other code built what is in use.
    """
    with _rebuilding(database_url) as conn:
        chosen = _chosen(projections(terms_in_force(conn)), names)
        _drop_all_but_live(conn, chosen)
        number = _next_number(conn)
        with announced(conn, names, progress) as notify:
            _copy(database_url, chosen, number, lambda done, total: notify("filling", done, total))
            _index(database_url, chosen, number, notify, os.cpu_count() or 1)
            switch(conn, Vault(master_key), State.BUILDING, names, notify)


def _copy(database_url: str, chosen: Sequence[Projection], number: int, progress: Callable[[int, int], None]) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        conn.execute("SET LOCAL synchronous_commit = off")
        live = {generation.name: generation for generation in generations(conn, State.LIVE)}
        for projection in chosen:
            if live[projection.name].fingerprint != fingerprint(projection):
                raise RebuildRefused(
                    f"{projection.name} was built by other code: parentalite rebuild {projection.name}"
                )
            copy_generation(conn, projections, projection, live[projection.name], number, progress)


def back(
    database_url: str, master_key: bytes, names: Sequence[str] = (), progress: Progress = lambda *_: None
) -> list[str]:
    """Go back to the previous generation of the named read models (by default all with one). Return their names."""
    with _rebuilding(database_url) as conn:
        previous = {generation.name: generation for generation in generations(conn, State.PREVIOUS)}
        chosen = [p for p in _chosen(projections(TermsInForce()), names) if p.name in previous]
        if not chosen:
            raise RebuildRefused("there is no previous generation to go back to")
        for projection in chosen:
            if previous[projection.name].fingerprint != fingerprint(projection):
                raise RebuildRefused(
                    f"the previous generation of {projection.name} was built by other code: start that code to go back"
                )
        chosen_names = [projection.name for projection in chosen]
        with announced(conn, chosen_names, progress) as notify:
            try:
                switch(conn, Vault(master_key), State.PREVIOUS, chosen_names, notify)
            except Overtaken as gone:
                # Taking an erasure drops the generation: what replaced it would keep the words in clear.
                raise RebuildRefused(f"something was erased since: {gone} has no generation to go back to") from gone
    return chosen_names


def sweep(conn: Conn) -> None:
    """Drop what a killed rebuild left behind: nothing feeds it, so an erasure would not reach it."""
    if generations(conn, State.BUILDING) and try_acquire(conn, Lock.REBUILD):
        with releasing(conn, Lock.REBUILD):
            _drop_all_but_live(conn, ())


@contextmanager
def _rebuilding(database_url: str) -> Iterator[Conn]:
    """Open the one connection that may rebuild, for as long as it lives."""
    with psycopg.connect(database_url, autocommit=True, application_name="parentalite-rebuild") as conn:
        if not try_acquire(conn, Lock.REBUILD):
            raise RebuildRefused("another rebuild is running: wait for it to end")
        with releasing(conn, Lock.REBUILD):
            try:
                yield conn
            except psycopg.errors.DiskFull as full:
                raise RebuildRefused("no disk space left for the new generation: the old one stays in use") from full


def _chosen(known_projections: Sequence[Projection], names: Sequence[str]) -> list[Projection]:
    by_name = {projection.name: projection for projection in known_projections}
    if unknown := [name for name in names if name not in by_name]:
        raise RebuildRefused(f"unknown read model {', '.join(unknown)}: choose from {', '.join(by_name)}")
    return [by_name[name] for name in names] if names else list(known_projections)


def _drop_all_but_live(conn: Conn, chosen: Sequence[Projection]) -> None:
    """Drop the previous generation of the chosen read models, and the leftovers of a stopped rebuild."""
    known_projections = {projection.name: projection for projection in projections(TermsInForce())}
    names = [projection.name for projection in chosen]
    # One transaction: each that drops a table waits for the disk.
    with conn.transaction():
        for generation in generations(conn, State.BUILDING, State.PREVIOUS):
            projection = known_projections.get(generation.name)
            if projection is not None and (generation.name in names or generation.state == State.BUILDING):
                drop_generation(conn, projection.name, projection.relations, generation.generation)


def _new_generation(conn: Conn, chosen: Sequence[Projection], shown: TermsInForce) -> int:
    """Add a generation under a number never used before, so that a killed rebuild's workers cannot write into it."""
    number = _next_number(conn)
    with conn.transaction():
        for projection in chosen:
            add_generation(conn, projection, number, State.BUILDING, shown)
    return number


def _next_number(conn: Conn) -> int:
    row = conn.execute("SELECT nextval('read_models.generation_numbers')").fetchone()
    assert row is not None
    return int(row[0])


def _index(database_url: str, chosen: Sequence[Projection], number: int, progress: Progress, workers: int) -> None:
    """Create keys, vacuum and analyze the rows, sum the rollups and create indexes, once all rows are written.

    Until autovacuum came, readers would have poor plans and slow counts. A table has its key first, which waits while
    others read it. Rows are analyzed before they have indexes: each partial one looks at every sampled row.
    """
    keyed, summed_and_indexed = list[Sequence[sql.Composed]](), list[Sequence[sql.Composed]]()
    # The table with the most indexes is analyzed first and indexed last: meanwhile there is all else to do.
    for projection in sorted(chosen, key=lambda projection: len(projection.table.indexes)):
        key, *indexes = index_statements(projection, number)
        early = list(filter(_is_of_expression, indexes))
        late = sorted((index for index in indexes if index not in early), key=_turn)
        keyed.insert(0, [key, *early, _analysis(projection.name, number)])
        for rollup in projection.rollups:
            summed = sql.SQL(rollup.summed).format(rows=identifier(projection.name, number))
            insert = sql.SQL("INSERT INTO {} ").format(identifier(rollup.name, number)) + summed
            summed_and_indexed.append([insert, _analysis(rollup.name, number)])
        summed_and_indexed += [[index] for index in late]
    steps = [*keyed, *summed_and_indexed]

    # There are about two hundred statements, and PostgreSQL takes 6 ms to begin a session.
    free: SimpleQueue[Conn] = SimpleQueue()

    def make(statements: Sequence[sql.Composed]) -> None:
        conn = free.get()
        try:
            for statement in statements:
                conn.execute(statement)
        finally:
            free.put(conn)

    with ExitStack() as opened, ThreadPoolExecutor(workers) as pool:
        for _ in range(workers):
            conn = opened.enter_context(psycopg.connect(database_url, autocommit=True))
            conn.execute("SET maintenance_work_mem = '128MB'; SET synchronous_commit = off")
            # Each core has a connection: to share one index among several processes only costs what starts them, and
            # to read by PostgreSQL's processes for input what hands over each piece.
            conn.execute("SET max_parallel_maintenance_workers = 0")
            conn.execute("SET effective_io_concurrency = 0; SET maintenance_io_concurrency = 0")
            free.put(conn)
        try:
            results = [pool.submit(make, statements) for statements in steps]
            for done, made in enumerate(as_completed(results), start=1):
                made.result()
                progress("indexing", done, len(steps))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        let_autovacuum_come(free.get(), chosen, number)


def _analysis(relation: str, number: int) -> sql.Composed:
    return sql.SQL("VACUUM (ANALYZE) {}").format(identifier(relation, number))


def _is_of_expression(index: sql.Composed) -> bool:
    """Return whether the index has an expression, of which ANALYZE gathers statistics too."""
    return re.search(r"\w\(", index.as_string()) is not None


def _turn(index: sql.Composed) -> bool:
    # Words first: nobody waits for them alone at the end.
    return "USING gin (search)" not in index.as_string()


def _workers(requested: int | None, events: int) -> int:
    """Return the number of processes: one for each core, but a single one for a short log."""
    return requested or (1 if events < FEW_EVENTS else os.cpu_count() or 1)


def _set_position(conn: Conn, names: Sequence[str], position: int) -> None:
    conn.execute(
        "UPDATE read_models.generations SET position = %s WHERE state = 'building' AND name = ANY(%s)",
        (position, list(names)),
    )
