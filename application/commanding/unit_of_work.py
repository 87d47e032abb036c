"""The unit of work of one command: the states it reads, with their versions, and the events it records."""

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
from domain.kernel.errors import DomainError, ErrorCode, not_found, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, Scope, out_of_reach, scope_of
from eventstore.log import state_after
from eventstore.records import Recorded, Stamp

S = TypeVar("S")
ReadStream = Callable[[UUID, int], list[Recorded]]
#: Return the position of the log's last event, and every event of these topics up to it, in log order.
ReadTopics = Callable[[Sequence[str]], tuple[int, list[Recorded]]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """An aggregate's state and its version (0: no event yet)."""

    kind: AggregateKind[Any]
    version: int
    state: Any


class StateCache:
    """The latest states that commands read, as an LRU cache. Thread-safe.

    A state may be outdated, since other processes record too. That is harmless: each decision is checked under the
    log's lock, and refusals rest on current states (see `application.commanding.bus`).
    """

    def __init__(self, largest: int = 10_000) -> None:
        self._states: LRUCache[UUID, Loaded] = LRUCache(largest)
        self._lock = Lock()

    def get(self, stream: UUID) -> Loaded | None:
        with self._lock:
            return self._states.get(stream)

    def put(self, stream: UUID, loaded: Loaded) -> None:
        with self._lock:
            cached = self._states.get(stream)
            if cached is None or cached.version <= loaded.version:
                self._states[stream] = loaded

    def drop(self, streams: Sequence[UUID]) -> None:
        with self._lock:
            for stream in streams:
                self._states.pop(stream, None)

    def clear(self) -> None:
        with self._lock:
            self._states.clear()


@dataclass(slots=True)
class UnitOfWork:
    """One command's view of the world. Not shared between threads."""

    actor: Actor
    now: datetime
    command_id: UUID
    action: Action
    read_stream: ReadStream
    read_topics: ReadTopics
    cache: StateCache
    keyed: Keyed
    #: Whether the actor signs the act; the signature is checked once it is decided.
    is_signed: bool = False
    reads: dict[UUID, int] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    #: The states taken from the cache, with their versions then.
    _relied_on: dict[UUID, Loaded] = field(default_factory=dict)
    _loaded: dict[UUID, Loaded] = field(default_factory=dict)
    _conflict: DomainError | None = None

    def find(self, kind: AggregateKind[S], stream: UUID) -> S | None:
        """Return the aggregate's state, with this command's own events, or None if it has no event."""
        if stream not in self._loaded:
            self._load(kind, stream)
        state: S | None = self._loaded[stream].state
        return state

    def subject(self, kind: AggregateKind[S], stream: UUID, version: int | None, what: str, *path: str) -> S:
        """Return the thing that the command is about, `what` in French, and `expect` its version.

        The domain judges the actor's right. If there is no such thing, raise NOT_FOUND for actors without bounds and
        FORBIDDEN for all others, who must not learn whether it exists.
        """
        state = self.find(kind, stream)
        if state is None:
            raise self.absent(what, *path)
        self.expect(stream, version)
        return state

    def absent(self, what: str, *path: str) -> DomainError:
        """Return the refusal of a thing that does not exist: the same as of one that the actor may not reach."""
        anywhere = scope_of(self.actor, self.action) is Scope.ANYWHERE
        return not_found(what, *path) if anywhere else out_of_reach(self.actor, self.action)

    def version(self, stream: UUID) -> int:
        """Return the version of an aggregate read before, with this command's own events."""
        return self._loaded[stream].version

    def expect(self, stream: UUID, version: int | None) -> None:
        """Note a CONFLICT unless the stream, read before, is at the version that the client saw, if any.

        `decide` raises it only after the domain has checked the actor's right, so others learn nothing of the stream.
        """
        current = self._loaded[stream].version
        if version is not None and version != current and self._conflict is None:
            self._conflict = refuse(
                ErrorCode.CONFLICT,
                f"Version {version} attendue, version {current} trouvée : rechargez avant de modifier.",
                "expected_version",
            )

    def decide(self, use_case: Callable[[UnitOfWork], UUID]) -> UUID:
        """Run the use case. Raise FORBIDDEN before CONFLICT, and CONFLICT before any other refusal."""
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
        """Stamp events, add them to the stream and return the last. `cause` is the event that a policy reacts to."""
        if self._conflict is not None:
            raise self._conflict
        self.find(kind, stream)
        loaded = self._loaded[stream]
        stamp = Stamp.for_command(self.action, self.actor, self.command_id, self.now, belongings, cause)
        for version, event in enumerate(events, start=loaded.version + 1):
            self.recorded.append(Recorded(0, stream, version, stamp, event))
        state = kind.fold_acts(loaded.state, stream, [(event, stamp.doer) for event in events])
        self._loaded[stream] = Loaded(kind, loaded.version + len(events), state)
        return self.recorded[-1]

    def remember(self) -> None:
        """Put the new states into the cache. Call this once they are durable."""
        for stream, loaded in self._loaded.items():
            if loaded.version and loaded.state is not None:
                self.cache.put(stream, loaded)

    def catch_up(self) -> bool:
        """Update the cached states that the decision used. Return whether any was outdated: then decide again."""
        moved = False
        for stream, cached in self._relied_on.items():
            further = self.read_stream(stream, cached.version)
            if further:
                moved = True
                state = state_after(cached.kind, further, before=cached.state)
                self.cache.put(stream, Loaded(cached.kind, further[-1].originator_version, state))
        return moved

    def _load(self, kind: AggregateKind[Any], stream: UUID) -> None:
        loaded = self.cache.get(stream)
        if loaded is None:
            loaded = self._fold(kind, stream)
            if loaded.state is not None:
                # Cache even if the command is refused: a long history is then folded only once.
                self.cache.put(stream, loaded)
        else:
            self._relied_on[stream] = loaded
        if loaded.kind is not kind:
            # The id belongs to a thing of another kind.
            loaded = Loaded(kind, loaded.version, None)
        self.reads[stream] = loaded.version
        self._loaded[stream] = loaded

    def _fold(self, kind: AggregateKind[Any], stream: UUID) -> Loaded:
        records = self.read_stream(stream, 0)
        version = records[-1].originator_version if records else 0
        if any(not record.event.topic.startswith(f"{kind.name}.") for record in records):
            return Loaded(kind, version, None)
        return Loaded(kind, version, state_after(kind, records))
