"""One event under judgement, and what the domain decides in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from application.proof.rules.scene import Scene
from domain.kernel.actors import Actor
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings
from eventstore.records import Recorded


@dataclass(frozen=True, slots=True)
class Case:
    """A recorded event, with stand-ins for encrypted texts. `schema_version` is the one that it was stored with."""

    scene: Scene
    record: Recorded
    actor: Actor
    schema_version: int

    @property
    def stream(self) -> UUID:
        return self.record.originator_id

    @property
    def now(self) -> datetime:
        return self.record.stamp.recorded_at


class Consequence(NamedTuple):
    """An event that a policy records in the same command."""

    stream: UUID
    event: Event
    belongings: Belongings


@dataclass(frozen=True, slots=True)
class Decision:
    """What the domain decides: events of the same stream, and what policies make of the last of them.

    `belongings` are those of the thing. `recorded` is the recorded event, where it has other stand-ins than the case.
    """

    events: Sequence[Event]
    belongings: Belongings
    consequences: Sequence[Consequence] = ()
    recorded: Event | None = None


#: Called with the case and its event. Raises DomainError or Untold where the domain would have recorded nothing.
Decide = Callable[[Case, Any], Decision]


class Judgement(NamedTuple):
    """The commands that record an event, and how the domain decides on it."""

    decide: Decide
    actions: tuple[Action, ...]


Judgements = dict[type[Event], Judgement]
#: How to judge what a policy recorded because of an event that is not held.
Alone = Callable[[Case, Any], None]
