"""Read the log in batches, fold them in memory, and commit the rows with their position in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import Connection

from eventstore.log import read_after
from eventstore.records import Recorded, UnreadableEvent
from eventstore.unavailable import is_unavailable
from eventstore.vault import Vault
from projections.engine.folding import Changes, FoldFailed, fold_batch
from projections.engine.generations import Generation, State, drop_generation, fingerprint, generations, retire
from projections.engine.projection import Projection
from projections.engine.registry import Registry, projections
from projections.engine.tables import load_rows, write_changes
from projections.engine.terms.showing import apart, changes_terms, show_changes
from projections.engine.terms_in_force import TermsInForce

log = logging.getLogger(__name__)

#: Notified after every commit of the projector; the payload is `<reached by all> <reached by those that go on>`.
READ_MODELS_CHANNEL = "read_models"
BATCH = 2_000

Conn = Connection[Any]


class Overtaken(Exception):
    """Another projector moved the position first, so this one's batch is rolled back."""


@dataclass(frozen=True, slots=True)
class Target:
    """A projection, and the generation of it to feed."""

    projection: Projection
    generation: Generation
    registry: Registry = projections


@lru_cache(maxsize=8)
def _by_name(registry: Registry, shown: TermsInForce) -> dict[str, tuple[Projection, str]]:
    return {projection.name: (projection, fingerprint(projection)) for projection in registry(shown)}


def targets(
    conn: Conn, state: State, registry: Registry = projections, names: Sequence[str] | None = None
) -> list[Target]:
    """Return the generations to feed in this state: those that this code built, and that have not failed.

    `names` limits them to these projections.
    """
    fed = []
    for generation in generations(conn, state):
        projection, own = _by_name(registry, generation.terms_in_force).get(generation.name, (None, None))
        is_chosen = names is None or generation.name in names
        if is_chosen and projection and own == generation.fingerprint and generation.failed_position is None:
            fed.append(Target(projection, generation, registry))
    return fed


def advance(
    conn: Conn,
    vault: Vault,
    state: State = State.LIVE,
    limit: int = BATCH,
    registry: Registry = projections,
    names: Sequence[str] | None = None,
) -> int:
    """Feed one batch to the targets furthest behind. Return the number of events; 0 at the end of the log.

    Exactly once: rows and positions are one transaction, which fails with Overtaken if the position has moved.
    """
    with conn.transaction():
        # A crash loses rows and position together, and they can be projected again: no need to wait for the disk.
        conn.execute("SET LOCAL synchronous_commit = off")
        fed = targets(conn, state, registry, names)
        if not fed:
            return 0
        behind = min(target.generation.position for target in fed)
        group = [target for target in fed if target.generation.position == behind]
        # Never past the next group, so that the two go on together from there.
        next_group = min((t.generation.position for t in fed if t.generation.position > behind), default=None)
        try:
            records = read_after(conn, behind, limit)
        except UnreadableEvent as unreadable:
            records = read_after(conn, behind, limit, before=unreadable.position)
            if not records:
                _stop_all(conn, group, unreadable)
                return 0
        if next_group is not None:
            records = [record for record in records if record.position <= next_group]
        records = apart(records)
        if records:
            feed(conn, vault, group, records)
            tell(conn)
        return len(records)


def feed(conn: Conn, vault: Vault, group: Sequence[Target], records: Sequence[Recorded]) -> None:
    """Fold and write one batch for each target. A failing target stops before its event; the others go on.

    Raise passing faults, such as a lost connection, a lock or a full disk, and write nothing then.
    """
    opened = _Opened(records)
    if any(target.projection.opens for target in group):
        opened = _open(conn, vault, records)
    if not opened.sealed:
        try:
            with conn.transaction():
                for target in group:
                    _write(conn, target, opened.records if target.projection.opens else records)
                    _move(conn, target, records[-1].position)
            return
        except Exception as refused:
            if _passes(refused):
                raise
    for target in group:
        seal = opened.failure(target) if target.projection.opens else None
        readable = opened.records if target.projection.opens else records
        if seal is not None:
            readable = [record for record in readable if record.position < seal.position]
        _settle(conn, target, records, _write_up_to_failure(conn, target, readable) or seal)


@dataclass(frozen=True, slots=True)
class _Opened:
    """Decrypted records. Those in `sealed` could not be decrypted, and stop only the projections that fold them."""

    records: Sequence[Recorded]
    sealed: Sequence[tuple[Recorded, Exception]] = ()

    def failure(self, target: Target) -> FoldFailed | None:
        for record, refused in self.sealed:
            if type(record.event) in target.projection.folds:
                return FoldFailed(target.projection.name, record, refused)
        return None


def _open(conn: Conn, vault: Vault, records: Sequence[Recorded]) -> _Opened:
    try:
        return _Opened(vault.open(conn, records))
    except Exception as refused:
        if _passes(refused):
            raise
    tried: list[Recorded] = []
    sealed: list[tuple[Recorded, Exception]] = []
    for record in records:
        try:
            tried += vault.open(conn, [record])
        except Exception as refused:
            if _passes(refused):
                raise
            tried.append(record)
            sealed.append((record, refused))
    return _Opened(tried, sealed)


def _settle(conn: Conn, target: Target, records: Sequence[Recorded], failure: FoldFailed | None) -> None:
    """Move the target to the end of the records, or to before the record that it failed on, and note the failure."""
    if failure is None:
        _move(conn, target, records[-1].position)
        return
    log.error(
        "projection stopped",
        extra={"projection": failure.projection, "position": failure.position, "reason": failure.kind},
    )
    before = [record.position for record in records if record.position < failure.position]
    _move(conn, target, before[-1] if before else target.generation.position)
    _mark_failed(conn, target, failure.position, failure.topic, failure.reason)


def _write(conn: Conn, target: Target, records: Sequence[Recorded]) -> None:
    if changes_terms(records[0]):
        _show_changes(conn, target, records)
    write_changes(conn, target.projection, target.generation.generation, _fold(conn, target, records))
    if target.projection.opens_words and _erases(target.projection, records):
        _drop_previous(conn, target.projection)


def _show_changes(conn: Conn, target: Target, records: Sequence[Recorded]) -> None:
    try:
        show_changes(conn, target.registry, target.projection, target.generation, records[-1].position)
    except FoldFailed as failure:
        # Stop at the change, not at an event that was taken before.
        raise FoldFailed(target.projection.name, records[0], failure) from failure


def _erases(projection: Projection, records: Sequence[Recorded]) -> bool:
    return not {record.event.topic for record in records}.isdisjoint(projection.erasures)


def _drop_previous(conn: Conn, projection: Projection) -> None:
    """Drop the previous generation: nothing feeds it, so a way back would show erased data again."""
    for generation in generations(conn, State.PREVIOUS):
        if generation.name == projection.name:
            drop_generation(conn, projection.name, projection.relations, generation.generation)


def _write_up_to_failure(conn: Conn, target: Target, records: Sequence[Recorded]) -> FoldFailed | None:
    """Write as many records as possible: halve a refused batch down to the failing event, and return its failure."""
    if not records:
        return None
    try:
        with conn.transaction():
            _write(conn, target, records)
        return None
    except FoldFailed as failure:
        before = [record for record in records if record.position < failure.position]
        return _write_up_to_failure(conn, target, before) or failure
    except Exception as refused:
        if _passes(refused):
            raise
        if len(records) == 1:
            return FoldFailed(target.projection.name, records[0], refused)
        half = len(records) // 2
        return _write_up_to_failure(conn, target, records[:half]) or _write_up_to_failure(conn, target, records[half:])


def _passes(error: Exception) -> bool:
    return isinstance(error, Overtaken) or is_unavailable(error)


def _fold(conn: Conn, target: Target, records: Sequence[Recorded]) -> Changes:
    projection, number = target.projection, target.generation.generation
    return fold_batch(
        projection, records, lambda keys: load_rows(conn, projection.name, projection.table, number, keys)
    )


def _move(conn: Conn, target: Target, reached: int) -> None:
    moved = conn.execute(
        "UPDATE read_models.generations SET position = %s, updated_at = now()"
        " WHERE name = %s AND generation = %s AND position = %s",
        (reached, target.projection.name, target.generation.generation, target.generation.position),
        prepare=True,
    )
    if moved.rowcount != 1:
        raise Overtaken(target.projection.name)


def _stop_all(conn: Conn, group: Sequence[Target], unreadable: UnreadableEvent) -> None:
    log.error("event cannot be read", extra={"position": unreadable.position})
    for target in group:
        _mark_failed(conn, target, unreadable.position, unreadable.topic, str(unreadable))
    tell(conn)


def _mark_failed(conn: Conn, target: Target, position: int, topic: str, reason: str) -> None:
    conn.execute(
        "UPDATE read_models.generations SET failed_position = %s, failed_event = %s, failed_reason = %s"
        " WHERE name = %s AND generation = %s",
        (position, topic, reason, target.projection.name, target.generation.generation),
    )


def retry_failed(conn: Conn) -> None:
    """Let failed projections retry their event. A starting projector calls this."""
    conn.execute(
        "UPDATE read_models.generations SET failed_position = NULL, failed_event = NULL, failed_reason = NULL"
        " WHERE failed_position IS NOT NULL"
    )


def tell(conn: Conn) -> None:
    """Wake the waiters for a position, once the transaction commits."""
    conn.execute(
        "SELECT pg_notify(%s, concat_ws(' ',"
        " min(position), coalesce(min(position) FILTER (WHERE failed_position IS NULL), 0)))"
        " FROM read_models.generations WHERE state = 'live'",
        (READ_MODELS_CHANNEL,),
        prepare=True,
    )


def catch_up(
    conn: Conn, vault: Vault, state: State = State.LIVE, limit: int = BATCH, registry: Registry = projections
) -> int:
    """Advance to the end of the log and return the number of events."""
    retire(conn, registry)
    total = 0
    while taken := advance(conn, vault, state, limit, registry):
        total += taken
    return total
