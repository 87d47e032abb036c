"""Where a season is played: what exists, who acts, and the events of each act as the log will store them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Generic, TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.catalogue import AggregateKind
from domain.kernel.actors import Actor, Role
from domain.kernel.events import Event
from domain.kernel.identifiers import NAMESPACE
from domain.kernel.rights import Action, Belongings
from domain.structures.structure import Structure
from domain.typology.attestation_form import AttestationForm
from domain.typology.territory import Territory
from domain.typology.typology import TermKind, Typology
from eventstore.records import Recorded, Stamp

S = TypeVar("S")

#: A coroutine in simulated time: it yields the instant of its next act, and performs it when resumed.
Story = Iterator[datetime]

NATIONAL = Actor(Role.NATIONAL, "equipe-nationale")


@dataclass(frozen=True, slots=True)
class Ground:
    """The things that the log already holds. `structure` returns an account's version and state."""

    territories: Mapping[str, Territory]
    typology: Typology
    form: AttestationForm
    structure: Callable[[UUID], tuple[int, Structure | None]]


@dataclass(slots=True)
class Subject(Generic[S]):
    """One aggregate of the season, in its current state."""

    kind: AggregateKind[S]
    id: UUID
    version: int = 0
    current: S | None = None

    @property
    def state(self) -> S:
        assert self.current is not None, "nothing happened to it yet"
        return self.current


@dataclass(frozen=True, slots=True)
class Deed:
    """One command: who gave it, what for, and when."""

    actor: Actor
    action: Action
    at: datetime
    id: UUID


def season_id(stage: str, what: str) -> UUID:
    """Derive an id that is the same on the same stage, so that a season loaded before is recognised."""
    return uuid5(NAMESPACE, f"season:{stage}:{what}")


@dataclass(slots=True)
class Stage:
    """Collects the events of acts until `take`. `name` is unique among the stages of all seasons."""

    name: str
    rng: Random
    ground: Ground
    acts: list[Recorded] = field(default_factory=list)

    def new_id(self, what: str) -> UUID:
        return season_id(self.name, what)

    def random_id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def deed(self, actor: Actor, action: Action, at: datetime) -> Deed:
        return Deed(actor, action, at, self.random_id())

    def record(
        self,
        deed: Deed,
        subject: Subject[S],
        facts: Sequence[Event],
        belongings: Belongings,
        cause: Recorded | None = None,
    ) -> Recorded:
        """Stamp what the domain decided as the command bus does. `cause`: the event to which a policy responds."""
        stamp = Stamp.for_command(deed.action, deed.actor, deed.id, deed.at, belongings, cause)
        subject.current = subject.kind.fold_acts(subject.current, subject.id, [(fact, stamp.author) for fact in facts])
        for fact in facts:
            subject.version += 1
            self.acts.append(Recorded(0, subject.id, subject.version, stamp, fact))
        return self.acts[-1]

    def take(self) -> list[Recorded]:
        acts, self.acts = self.acts, []
        return acts

    def territory(self, code: str) -> Territory:
        return self.ground.territories[code]

    def zone(self, code: str) -> ZoneInfo:
        return ZoneInfo(self.territory(code).time_zone)

    def term(self, kind: TermKind, code: str) -> str:
        """Return the code, or that of its successor if it is no longer offered."""
        terms = self.ground.typology.terms
        term = terms.get((kind, code))
        while term is not None and term.became:
            term = terms.get((kind, term.became[-1]))
        if term is not None and not term.retired:
            return term.code
        return next(other.code for (its_kind, _), other in terms.items() if its_kind is kind and not other.retired)
