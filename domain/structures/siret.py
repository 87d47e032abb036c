"""The account that a SIRET belongs to, where a structure moved to it; every other SIRET has an account of its own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.events import Event, event


@event("siret.assigned", "SIRET rattaché au compte d'une structure")
class SiretAssigned(Event):
    structure_id: UUID


@dataclass(frozen=True, slots=True)
class AssignedSiret:
    id: UUID
    structure_id: UUID


def evolve(state: AssignedSiret | None, originator_id: UUID, fact: Event) -> AssignedSiret:
    assert isinstance(fact, SiretAssigned), f"not an event of a SIRET: {fact!r}"
    return AssignedSiret(originator_id, fact.structure_id)
