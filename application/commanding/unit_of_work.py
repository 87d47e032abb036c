"""What one command reads and records: states with the versions seen, and the events decided on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from cachetools import LRUCache

from application.commanding.pseudonyms_and_links import Keyed
from domain.catalogue import AggregateKind
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, forbidden, not_found, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, Scope, scope_of
from eventstore.log import state_after
from eventstore.records import Recorded, Stamp

S = TypeVar("S")
ReadStream = Callable[[UUID, int], list[Recorded]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """An aggregate's state and the version that it stands at (0: no event yet)."""

    kind: AggregateKind[Any]
    version: int
    state: Any


class StateCache:
    """The latest states that commands have seen, least recently used out first. Thread-safe.

    A state may be outdated, since another process records too. That is harmless: what is decided on it is checked
    under the log's lock, and a refusal is given on states that have not moved on (see `application.commanding.bus`).
    """

    def __init__(self, largest: int = 10_000) -> None:
        self._states: LRUCache[UUID, Loaded] = LRUCache(largest)
        self._lock = Lock()

    def get(self, stream: UUID) -> Loaded | None:
        with self._lock:
            return self._states.get(stream)

    def put(self, stream: UUID, loaded: Loaded) -> None:
        with self._lock:
            known = self._states.get(stream)
            if known is None or known.version <= loaded.version:
                self._states[stream] = loaded

    def drop(self, streams: Sequence[UUID]) -> None:
        with self._lock:
            for stream in streams:
                self._states.pop(stream, None)


@dataclass(slots=True)
class UnitOfWork:
    """One command's view of the world. Not shared between threads."""

    actor: Actor
    now: datetime
    command_id: UUID
    action: Action
    read_stream: ReadStream
    cache: StateCache
    keyed: Keyed
    reads: dict[UUID, int] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    #: The states that were taken from the cache, at the versions that they were known at.
    _relied_on: dict[UUID, Loaded] = field(default_factory=dict)
    _loaded: dict[UUID, Loaded] = field(default_factory=dict)
    _conflict: DomainError | None = None

    def find(self, kind: AggregateKind[S], stream: UUID) -> S | None:
        """The aggregate's state, this command's own events included; None when it has no event."""
        if stream not in self._loaded:
            self._load(kind, stream)
        state: S | None = self._loaded[stream].state
        return state

    def subject(self, kind: AggregateKind[S], stream: UUID, version: int | None, what: str, *path: str) -> S:
        """Return the thing that the command is about, `what` in French, which `expect` wants at a version.

        Whether the actor may act on it is the domain's to say. Where there is no such thing, raises NOT_FOUND for those
        whose power has no bounds and FORBIDDEN for all others: a refusal teaches nothing.
        """
        state = self.find(kind, stream)
        if state is None:
            raise not_found(what, *path) if scope_of(self.actor, self.action) is Scope.ANYWHERE else forbidden()
        self.expect(stream, version)
        return state

    def version(self, stream: UUID) -> int:
        """The version of an aggregate found before, this command's own events included."""
        return self._loaded[stream].version

    def expect(self, stream: UUID, version: int | None) -> None:
        """Note a CONFLICT unless the stream, found before, is at the version that the client saw, if it says one.

        It is raised once the domain has let the actor act (see `decide`): others learn nothing of the stream.
        """
        found = self._loaded[stream].version
        if version is not None and version != found and self._conflict is None:
            self._conflict = refuse(
                ErrorCode.CONFLICT,
                f"Version {version} attendue, version {found} trouvée : rechargez avant de modifier.",
                "expected_version",
            )

    def decide(self, use_case: Callable[[UnitOfWork], UUID]) -> UUID:
        """Return what the use case does. Raises FORBIDDEN before CONFLICT, and CONFLICT before any other refusal."""
        try:
            return use_case(self)
        except DomainError as refusal:
            if self._conflict is None or refusal.code is ErrorCode.FORBIDDEN:
                raise
            raise self._conflict from None

    def record(
        self,
        kind: AggregateKind[Any],
        stream: UUID,
        events: Sequence[Event],
        belongings: Belongings,
        cause: Recorded | None = None,
    ) -> Recorded:
        """Adds events to the stream, stamped. `cause` is the event that a policy answers to. Returns the last."""
        if self._conflict is not None:
            raise self._conflict
        self.find(kind, stream)
        loaded = self._loaded[stream]
        stamp = Stamp.for_command(self.action, self.actor, self.command_id, self.now, belongings, cause)
        for version, event in enumerate(events, start=loaded.version + 1):
            self.recorded.append(Recorded(0, stream, version, stamp, event))
        self._loaded[stream] = Loaded(kind, loaded.version + len(events), kind.fold(loaded.state, stream, events))
        return self.recorded[-1]

    def remember(self) -> None:
        """Gives the states reached to the cache: to be called once they are durable."""
        for stream, loaded in self._loaded.items():
            if loaded.version and loaded.state is not None:
                self.cache.put(stream, loaded)

    def catch_up(self) -> bool:
        """Brings the states that were taken from the cache up to date there. Whether any of them had moved on: what was
        decided on them may be decided otherwise now.
        """
        moved = False
        for stream, known in self._relied_on.items():
            further = self.read_stream(stream, known.version)
            if further:
                moved = True
                state = state_after(known.kind, further, before=known.state)
                self.cache.put(stream, Loaded(known.kind, further[-1].originator_version, state))
        return moved

    def _load(self, kind: AggregateKind[Any], stream: UUID) -> None:
        loaded = self.cache.get(stream)
        if loaded is None:
            loaded = self._fold(kind, stream)
            if loaded.state is not None:
                # Whatever becomes of the command: a long history is folded once, not for each refusal.
                self.cache.put(stream, loaded)
        else:
            self._relied_on[stream] = loaded
        if loaded.kind is not kind:
            # The id is that of another kind of thing: there is no such thing of this kind.
            loaded = Loaded(kind, loaded.version, None)
        self.reads[stream] = loaded.version
        self._loaded[stream] = loaded

    def _fold(self, kind: AggregateKind[Any], stream: UUID) -> Loaded:
        records = self.read_stream(stream, 0)
        version = records[-1].originator_version if records else 0
        if any(not record.event.topic.startswith(f"{kind.name}.") for record in records):
            return Loaded(kind, version, None)
        return Loaded(kind, version, state_after(kind, records))
