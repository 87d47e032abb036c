"""Our events as domain events of the library eventsourcing, and back: its mapper and transcoder for this log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import (
    InterfaceError,
    Mapper,
    MapperDeserialisationError,
    Notification,
    OperationalError,
    StoredEvent,
    Transcoder,
)
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.utils import get_topic, retry
from psycopg import Connection
from psycopg.rows import dict_row, tuple_row
from pydantic_core import PydanticSerializationError, from_json

from domain.kernel.events import Event, registered_events
from eventstore.records import Recorded, Stamp, UnreadableEvent, decode, dumps, holds_nul, state_of
from eventstore.seals import owners
from eventstore.vault import PersonErased, Vault

Conn = Connection[Any]

#: Retry as the library's recorders do: a connection may have died in the pool.
_patiently = retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)

# From here on the library finds each class by its topic.
for _event_class in registered_events().values():
    get_topic(_event_class)


class AppendRefused(EventSourcingError, ValueError):
    """An event cannot be appended to this log: the message says why."""


def place(event: Event, originator_id: UUID, originator_version: int, stamp: Stamp, position: int = 0) -> Any:
    """Return the event with its place in the log as further attributes: what the library calls a domain event.

    It equals the event without them. `position` is 0 where only its stream was read, or nothing is stored yet.
    """
    placed = event.model_copy()
    # Events are frozen, so these go beside the fields, as with the library's own mapper.
    vars(placed).update(
        originator_id=originator_id, originator_version=originator_version, stamp=stamp, position=position
    )
    return placed


def record_of(domain_event: object) -> Recorded:
    """Return the record of an event that was placed. Raises AppendRefused on any other object."""
    if not isinstance(domain_event, Event) or type(domain_event) is not registered_events().get(domain_event.topic):
        raise AppendRefused(f"{type(domain_event).__qualname__} is no event of this log")
    attributes = vars(domain_event)
    if not isinstance(attributes.get("stamp"), Stamp):
        raise AppendRefused(
            f"{domain_event.topic} has no stamp that says when it was recorded, who acted, by which command and why: "
            "place the event (eventstore.mapper.place)"
        )
    return Recorded(
        attributes["position"],
        attributes["originator_id"],
        attributes["originator_version"],
        attributes["stamp"],
        domain_event,
    )


class LogTranscoder(Transcoder):
    """JSON as this log holds it: values are written as pydantic writes them."""

    def encode(self, obj: Any) -> bytes:
        return dumps(obj)

    def decode(self, data: bytes) -> Any:
        return from_json(data)


class LogMapper(Mapper[UUID]):
    """Gives stored events as ours, placed, at their latest version, their personal fields open where the key exists.

    Without a vault, personal fields stay sealed.
    """

    def __init__(self, datastore: PostgresDatastore, vault: Vault | None, transcoder: Transcoder) -> None:
        super().__init__(transcoder)
        self._datastore = datastore
        self._vault = vault

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Raises MapperDeserialisationError on what this code cannot understand, or the master key does not open."""
        position = stored_event.id if isinstance(stored_event, Notification) else 0
        stream = cast(UUID, stored_event.originator_id)
        try:
            record = self._opened(
                decode(position, stream, stored_event.originator_version, stored_event.topic, stored_event.state)
            )
        except UnreadableEvent as error:
            raise MapperDeserialisationError(str(error)) from error
        except InvalidTag as error:
            raise MapperDeserialisationError("the master key is not the one that this log is sealed with") from error
        return place(record.event, stream, record.originator_version, record.stamp, position)

    def to_stored_event(self, domain_event: object) -> StoredEvent:
        """Raises AppendRefused on what is no event of ours, has no stamp, or can be kept in no table."""
        record = record_of(domain_event)
        if record.originator_version < 1:
            raise AppendRefused("versions begin at 1")
        # In clear, as read models will hold it.
        self._encoded(record)
        return StoredEvent(
            originator_id=record.originator_id,
            originator_version=record.originator_version,
            topic=record.event.topic,
            state=self._encoded(self._sealed(record)),
        )

    @_patiently
    def _opened(self, record: Recorded) -> Recorded:
        if self._vault is None or not record.event.personal_fields:
            return record
        with self._tuples() as conn:
            (opened,) = self._vault.open(conn, [record])
        return opened

    @_patiently
    def _sealed(self, record: Recorded) -> Recorded:
        if not any(owners(record)):
            return record
        if self._vault is None:
            raise AppendRefused(f"{record.event.topic} has personal fields: without the master key none can be sealed")
        try:
            with self._tuples() as conn:
                (sealed,) = self._vault.seal(conn, [record])
        except PersonErased as erased:
            raise AppendRefused("this person's data are erased: nothing more can be written about them") from erased
        return sealed

    def _encoded(self, record: Recorded) -> bytes:
        try:
            state = self.transcoder.encode(state_of(record.event, record.stamp))
        except (PydanticSerializationError, UnicodeError) as error:
            raise AppendRefused(f"{record.event.topic} holds a text that is not Unicode") from error
        if holds_nul(state):
            raise AppendRefused(f"{record.event.topic} holds the character U+0000")
        return state

    @contextmanager
    def _tuples(self) -> Iterator[Conn]:
        """A connection of the library's pool whose rows are tuples meanwhile, as the vault wants them."""
        with self._datastore.get_connection() as pooled:
            conn = cast(Conn, pooled)
            conn.row_factory = tuple_row
            try:
                yield conn
            finally:
                conn.row_factory = dict_row
