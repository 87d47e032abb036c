"""Where a season is played: what is known, who acts, and the events of each act as the log will keep them."""

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

#: Something that goes on for a while: it yields the instant of its next act, and acts when it is resumed.
Story = Iterator[datetime]

NATIONAL = Actor(Role.NATIONAL, "equipe-nationale")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the log already holds that a season builds on. `structure` gives an account's version and state."""

    territories: Mapping[str, Territory]
    typology: Typology
    form: AttestationForm
    structure: Callable[[UUID], tuple[int, Structure | None]]


@dataclass(slots=True)
class Subject(Generic[S]):
    """One aggregate of the season, as it stands."""

    kind: AggregateKind[S]
    id: UUID
    version: int = 0
    found: S | None = None

    @property
    def state(self) -> S:
        assert self.found is not None, "nothing happened to it yet"
        return self.found


@dataclass(frozen=True, slots=True)
class Deed:
    """One command: who gave it, what it asks for and when."""

    actor: Actor
    action: Action
    at: datetime
    id: UUID


def season_id(stage: str, what: str) -> UUID:
    """The same on the same stage, so that a season that was loaded before is recognised."""
    return uuid5(NAMESPACE, f"season:{stage}:{what}")


@dataclass(slots=True)
class Stage:
    """`take` gives the events of the acts since it was last called. `name` is that of no other stage of any season."""

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
        """What the domain decided, stamped as the command bus does. `cause`: the event that a policy answers to."""
        stamp = Stamp.for_command(deed.action, deed.actor, deed.id, deed.at, belongings, cause)
        subject.found = subject.kind.fold(subject.found, subject.id, facts)
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
        """The code, or what took its place where it is no longer proposed."""
        terms = self.ground.typology.terms
        term = terms.get((kind, code))
        while term is not None and term.became:
            term = terms.get((kind, term.became[-1]))
        if term is not None and not term.retired:
            return term.code
        return next(other.code for (its_kind, _), other in terms.items() if its_kind is kind and not other.retired)
