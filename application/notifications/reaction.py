"""What a reaction to an event gives: lines in inboxes, and letters.

Recipients are accounts by what they speak for: `structure:<id>`, `territory:<code>` (its coordonnateurs),
`school:<uai>:<role>`, `national`; and `author:<pseudonym>`, who did something for somebody else. Letters go to the
address that an event holds, sealed: the outbox names the event's position, and never the address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

from domain.catalogue import AggregateKind
from domain.kernel.actors import Role
from domain.kernel.identifiers import NAMESPACE
from eventstore.records import Recorded

S = TypeVar("S")
NATIONAL = "national"
#: Changes of date or place that follow each other as fast as this are told in one letter…
CHANGE_WAIT = timedelta(seconds=30)
#: …which waits no longer than this in all.
LONGEST_CHANGE_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Notice:
    """A line in the inbox of a recipient, in French, of a `kind` that preferences and programs know.

    `subject` is that of its e-mails: the message without what makes it long. `registrations`: of whom to telephone.
    `thing` is what it is about, where that is not the aggregate of the event. `with_reason`: the reason that the event
    holds, sealed, is told after the message; it is opened when that is read, and kept nowhere else.
    """

    recipient: str
    kind: str
    message: str
    subject: str | None = None
    registrations: tuple[UUID, ...] = ()
    thing: UUID | None = None
    with_reason: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to the address that the event at `address_position` holds, `about` these things.

    It takes the place of one under the same `key` that has not left. `wait`: how long it may be overtaken so.
    """

    kind: str
    address_position: int
    about: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    wait: timedelta = timedelta(0)


class Around(Protocol):
    """What a reaction may look at: aggregates as they stand, or stood at a version, and the events of a stream."""

    def state(self, kind: AggregateKind[S], stream: UUID, version: int | None = None) -> S: ...
    def events(self, stream: UUID) -> list[Recorded]: ...


Reaction = Callable[[Recorded, Around], Iterable[Notice | Letter]]


def reasoned(message: str, reason: str) -> str:
    """The message with the reason after it."""
    return f"{message.removesuffix('.')} : {reason}"


def structure(structure_id: UUID | str) -> str:
    return f"structure:{structure_id}"


def territory(code: str) -> str:
    return f"territory:{code}"


def school(uai: str, role: Role) -> str:
    return f"school:{uai}:{role}"


#: What begins the inbox of who did something for somebody else.
AUTHOR = "author:"


def author(name: str) -> str:
    """`name`: what history keeps of who acts."""
    return f"{AUTHOR}{uuid5(NAMESPACE, f'author:{name}')}"
