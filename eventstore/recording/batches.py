"""Decisions that are recorded together: what is sent of them to the function that records, and its verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from eventstore.authenticators import Chain, Row
from eventstore.wire import columns

#: The types of what `parameters_of` returns, and of a row of verdicts.
READS = ("int4", "uuid", "int8")
KEYS = ("int4", "uuid", "bytea", "uuid")
EVENTS = ("int4", "uuid", "int8", "text", "bytea", "bytea")
VERDICT = ("int4", "int8", "uuid[]", "bytea", "uuid")


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's key for one command, and the digest of the command's content."""

    key: UUID
    content_digest: bytes


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision to record: its events, and every stream that it read with its version then (0: no events)."""

    subject_id: UUID
    events: Sequence[Row]
    reads: Mapping[UUID, int]
    idempotency: Idempotency | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a command: the thing it was about, and the log position of its last event."""

    subject_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The idempotency key was used before: the digest of the first content, and its outcome."""

    content_digest: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Outdated:
    """A stream that the decision read has changed: decide again."""

    streams: Sequence[UUID]


Verdict = Outcome | Earlier | Outdated


def apart(batch: Sequence[Decided]) -> tuple[dict[int, Verdict], dict[int, Decided]]:
    """Return the verdicts on decisions that read what an earlier one writes, or share its key; and the others."""
    verdicts: dict[int, Verdict] = {}
    decisions: dict[int, Decided] = {}
    written: set[UUID] = set()
    keys: set[UUID] = set()
    for place, decided in enumerate(batch):
        moved = [stream for stream in decided.reads if stream in written]
        key = decided.idempotency.key if decided.idempotency else None
        if moved or key in keys:
            verdicts[place] = Outdated(moved)
            continue
        decisions[place] = decided
        written |= streams_of(decided)
        if key is not None:
            keys.add(key)
    return verdicts, decisions


def streams_of(decided: Decided) -> set[UUID]:
    return {stream for stream, *_ in decided.events}


def last_events(decided: Decided, chain: Chain) -> Iterator[tuple[UUID, tuple[int, bytes]]]:
    """Yield the last event of each stream that was extended: its version and its authenticator."""
    for stream, version, *_ in decided.events:
        yield stream, (version, chain.last(stream))


def parameters_of(decisions: Mapping[int, Decided], chain: Chain) -> list[bytes]:
    """Return the columns of what the decisions read, of their idempotency keys, and of their events."""
    reads = [(place, *read) for place, decided in decisions.items() for read in decided.reads.items()]
    keys = [
        (place, decided.idempotency.key, decided.idempotency.content_digest, decided.subject_id)
        for place, decided in decisions.items()
        if decided.idempotency
    ]
    events = [(place, *row, chain.add(row)) for place, decided in decisions.items() for row in decided.events]
    return [*columns(READS, reads), *columns(KEYS, keys), *columns(EVENTS, events)]


def verdicts_on(decisions: Mapping[int, Decided], rows: Sequence[tuple[Any, ...]]) -> dict[int, Verdict]:
    """Return the verdict on each decision: what was not recorded is named by its place, what was by its positions."""
    verdicts: dict[int, Verdict] = {
        place: Outdated(outdated) if position is None else Earlier(digest, Outcome(subject, position))
        for place, position, outdated, digest, subject in rows
        if place is not None
    }
    positions = (position for place, position, *_ in rows if place is None)
    for place, decided in decisions.items():
        if place not in verdicts:
            *_, last = islice(positions, len(decided.events))
            verdicts[place] = Outcome(decided.subject_id, last)
    return verdicts
