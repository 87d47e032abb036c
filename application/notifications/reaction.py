"""What a reaction to an event produces: lines in inboxes, and letters.

A recipient is whom accounts speak for: `structure:<id>`, `territory:<code>` (its coordinators), `school:<uai>:<role>`,
`national`; or `author:<pseudonym>`, who acted for somebody else. Letters go to the address sealed in an event: the
outbox stores the event's position, never the address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

from application.wording.things import Thing
from domain.catalogue import AggregateKind
from domain.kernel.actors import Role
from domain.kernel.events import Event
from domain.kernel.identifiers import NAMESPACE
from eventstore.records import Recorded

S = TypeVar("S")
NATIONAL = "national"
#: Changes of date or place in quick succession share one letter, delayed by this much after each…
CHANGE_WAIT = timedelta(seconds=30)
#: The most by which a letter waits in total.
MAX_CHANGE_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Notice:
    """A line in a recipient's inbox, in French. Preferences and programs know its `kind`.

    `message` has places in braces for the words of `things`, which are read when the notice is. `subject` is that of
    its e-mails: the message without its longest parts. `registrations`: people to telephone. `thing`: the subject, if
    it is not the event's aggregate. `page`: the path of the page to deal with it, by default on the recipient's desk.
    `with_reason`: append the reason sealed in the event, if it has one; it is decrypted only when the notice is read.

    A notice replaces an unread one with the same `key`, and its e-mail waits to be replaced: a burst is told once, as
    it ended. `since` is the version of the subject before the change that it tells of; the first of a burst holds.
    """

    recipient: str
    kind: str
    message: str
    things: Mapping[str, Thing] = field(default_factory=dict)
    subject: str | None = None
    registrations: tuple[UUID, ...] = ()
    thing: UUID | None = None
    page: str | None = None
    with_reason: bool = False
    key: str | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail `about` these things, to the address sealed in the event at `address_position`.

    It replaces an unsent letter with the same `key`; `wait` is how long it waits to be replaced.
    """

    kind: str
    address_position: int
    about: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Text:
    """A text message to the telephone sealed in the event at `phone_position`; the rest is as in a letter."""

    kind: str
    phone_position: int
    about: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    wait: timedelta = timedelta(0)


Message = Notice | Letter | Text


class Around(Protocol):
    """What a reaction may look at: aggregates, now or at a version, the events of a stream or command, who reads, and
    whether text messages are sent.
    """

    def state(self, kind: AggregateKind[S], stream: UUID, version: int | None = None) -> S: ...
    def events(self, stream: UUID) -> list[Recorded]: ...
    def command(self, record: Recorded) -> list[Recorded]: ...
    def has_reader(self, recipient: str, at: datetime) -> bool: ...
    def texting(self) -> bool: ...


Reaction = Callable[[Recorded, Around], Iterable[Message]]


def has_reason(fact: Event) -> bool:
    """Tell whether a reason was given: of some events it is optional."""
    return getattr(fact, "reason", None) is not None


def append_reason(message: str, reason: str | None) -> str:
    """Return the message followed by the reason, if there is one."""
    return message if reason is None else f"{message.removesuffix('.')} : {reason}"


def structure(structure_id: UUID | str) -> str:
    return f"structure:{structure_id}"


def territory(code: str) -> str:
    return f"territory:{code}"


def school(uai: str, role: Role) -> str:
    return f"school:{uai}:{role}"


#: Prefix of the recipient who acted for somebody else.
AUTHOR = "author:"


def author(name: str) -> str:
    """`name`: what the log records of the actor."""
    return f"{AUTHOR}{uuid5(NAMESPACE, f'author:{name}')}"
