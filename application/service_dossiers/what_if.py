"""Compute what would be paid under other terms: fold and count the dossiers of the log anew, for a report alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.animations.events import AnimationCreated, AnimationModified
from domain.catalogue import SERVICE_DOSSIER, TYPOLOGY
from domain.kernel.events import registered_events
from domain.kernel.identifiers import TYPOLOGY_ID
from domain.service_dossiers.events import ServiceLine
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.typology.typology import TermKind, Typology
from eventstore.cycles import without_search_for_cycles
from eventstore.log import head, last_of_topics, read_stream, state_after, stored_of_topics
from eventstore.records import decode

Conn = Connection[Any]
#: Called with (step, done, total) as a step advances.
Progress = Callable[[str, int, int], None]

_DOSSIERS = tuple(topic for topic in registered_events() if topic.startswith(f"{SERVICE_DOSSIER.name}."))
_CONTENTS = (AnimationCreated.topic, AnimationModified.topic)
_BETWEEN_PROGRESS = 5_000
_ANIMATIONS_AT_ONCE = 10_000
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Terms:
    """Other rates for one animation. The narrowest holds: of its type, of its convention, of its territory, of all.

    Where there is none, the rate is the one that was submitted. Without any, these are the terms of the log.
    """

    of_type: Mapping[str, Decimal] = field(default_factory=dict)
    of_convention: Mapping[UUID, Decimal] = field(default_factory=dict)
    of_territory: Mapping[str, Decimal] = field(default_factory=dict)
    of_all: Decimal | None = None

    def rate(self, dossier: ServiceDossier, animation_type: str | None, submitted: Decimal) -> Decimal:
        narrowest_first = (
            self.of_type.get(animation_type) if animation_type is not None else None,
            self.of_convention.get(dossier.convention_id),
            self.of_territory.get(dossier.territory),
            self.of_all,
        )
        return next((rate for rate in narrowest_first if rate is not None), submitted)


@dataclass(frozen=True, slots=True)
class PaidOtherwise:
    """A dossier whose service is certified, with what it is due by the log and what it would be due."""

    dossier: ServiceDossier
    animations: int
    amount: Decimal
    otherwise: Decimal

    @property
    def difference(self) -> Decimal:
        return self.otherwise - self.amount


@dataclass(frozen=True, slots=True)
class Report:
    """`dossiers` counts those that are certified; `differences` are in the order of opening."""

    position: int
    dossiers: int
    amount: Decimal
    otherwise: Decimal
    differences: tuple[PaidOtherwise, ...]


def what_if(conn: Conn, terms: Terms, progress: Progress | None = None) -> Report:
    """Fold every dossier of the log and count it by these terms. Reads in one snapshot, and writes nothing."""
    with without_search_for_cycles(), conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        position = head(conn)
        certified = [dossier for dossier in _dossiers(conn, position, progress) if dossier.amount is not None]
        types = _types(conn, position, certified) if terms.of_type else {}
    counted = [_counted(dossier, terms, types) for dossier in certified]
    return Report(
        position=position,
        dossiers=len(counted),
        amount=sum((paid.amount for paid in counted), _NOTHING),
        otherwise=sum((paid.otherwise for paid in counted), _NOTHING),
        differences=tuple(paid for paid in counted if paid.difference),
    )


def _dossiers(conn: Conn, position: int, progress: Progress | None) -> Iterable[ServiceDossier]:
    dossiers: dict[UUID, ServiceDossier] = {}
    for number, row in enumerate(stored_of_topics(conn, _DOSSIERS, position)):
        record = decode(*row)
        stream = record.originator_id
        dossiers[stream] = SERVICE_DOSSIER.evolve(dossiers.get(stream), stream, record.event)
        if progress and number % _BETWEEN_PROGRESS == 0:
            progress("replaying", record.position, position)
    if progress:
        progress("replaying", position, position)
    return dossiers.values()


def _due(dossier: ServiceDossier) -> list[ServiceLine]:
    return [line for line in dossier.lines if line.animation_id not in dossier.void]


def _counted(dossier: ServiceDossier, terms: Terms, types: Mapping[UUID, str]) -> PaidOtherwise:
    assert dossier.amount is not None, "it is certified"
    lines = _due(dossier)
    rates = [terms.rate(dossier, types.get(line.animation_id), line.rate) for line in lines]
    return PaidOtherwise(dossier, len(lines), dossier.amount, sum(rates, _NOTHING))


def _types(conn: Conn, position: int, dossiers: Collection[ServiceDossier]) -> dict[UUID, str]:
    """Return the type of each animation that is due, as the typology in force shows it."""
    typology = state_after(TYPOLOGY, read_stream(conn, TYPOLOGY_ID)) or Typology()
    animations = iter([line.animation_id for dossier in dossiers for line in _due(dossier)])
    types: dict[UUID, str] = {}
    while some := list(islice(animations, _ANIMATIONS_AT_ONCE)):
        for row in last_of_topics(conn, _CONTENTS, position, some):
            event = decode(*row).event
            assert isinstance(event, AnimationCreated | AnimationModified)
            types[row[1]] = _shown(typology, event.type)
    return types


def _shown(typology: Typology, code: str) -> str:
    """Return the type into which this one was merged, if it was; a type that was split keeps its own name."""
    term = typology.terms.get((TermKind.ANIMATION_TYPE, code))
    return _shown(typology, term.became[0]) if term is not None and len(term.became) == 1 else code


def codes(conn: Conn) -> Iterator[str]:
    """Yield the types of animations that rates may be named for."""
    typology = state_after(TYPOLOGY, read_stream(conn, TYPOLOGY_ID)) or Typology()
    for kind, code in typology.terms:
        if kind is TermKind.ANIMATION_TYPE:
            yield code
