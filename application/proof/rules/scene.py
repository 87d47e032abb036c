"""The judge's knowledge just before an event: the state of every stream that it holds, and stand-ins for the others.

The log holds every stream. A bundle holds some: what another stream would say is then unknown, and its stand-in admits
whatever the event says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.animations.animation import Animation
from domain.animations.checking import Surroundings
from domain.controls.population import Certifications
from domain.conventions.convention import Convention
from domain.conventions.rates import AgreedRate
from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.identifiers import ATTESTATION_FORM_ID, TYPOLOGY_ID, territory_id
from domain.proof.signing_rule import SigningRule
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.structures.structure import Structure
from domain.typology.attestation_form import AttestationForm
from domain.typology.territory import Territory
from domain.typology.typology import TermKind, Typology

S = TypeVar("S")

_territory_stream = cache(territory_id)

#: Where it is latest on Earth.
_LATEST_OFFSET = timedelta(hours=14)


class Untold(Exception):
    """The event cannot follow from the events before it; the message says why."""


class _AnyTerm(Typology):
    """A typology that is not held: it admits every term."""

    def problem_with(self, kind: TermKind, code: str, day: date, *path: str) -> None:
        return None

    def admits_children(self, animation_type: str) -> bool:
        return True


def without_end(convention: Convention) -> Convention:
    """Return the convention as if it covered every day, for events that no rule about its days was applied to."""
    return replace(convention, valid_from=date.min, valid_until=date.max, terminated_on=None)


@dataclass(slots=True)
class Scene:
    """`held`: the streams that are there whole; None: all of them."""

    held: frozenset[UUID] | None = None
    states: dict[UUID, Any] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    #: The time zone of each territory, as animations tell it.
    zones: dict[str, str] = field(default_factory=dict)
    #: The persons who acted for each structure.
    speakers: dict[UUID, set[str]] = field(default_factory=dict)
    #: The events that a control's population follows from.
    certifications: Certifications = field(default_factory=Certifications)
    #: The mandates of each account: the role of each, and its end where there is one.
    mandates: dict[UUID, dict[UUID, tuple[Role, datetime | None]]] = field(default_factory=dict)
    #: The positions of the events that tell who has to sign.
    signing_rules: list[int] = field(default_factory=list)
    #: The stream that each passkey was registered in first, by its credential id.
    passkeys: dict[str, UUID] = field(default_factory=dict)
    #: Whether an act was signed with the name of whoever acts.
    names_are_signed: bool = False

    def holds(self, stream: UUID) -> bool:
        return self.held is None or stream in self.held

    def keep(self, stream: UUID, state: Any, position: int) -> None:
        """Keep the state after the event at this position."""
        self.states[stream] = state
        if isinstance(state, SigningRule):
            self.signing_rules.append(position)

    def find(self, kind: type[S], stream: UUID) -> S | None:
        """Return the state of a stream, or None if it has no event or is of another kind."""
        state = self.states.get(stream)
        return state if isinstance(state, kind) else None

    def state(self, kind: type[S], stream: UUID, what: str) -> S:
        """Return the state of a stream. Raise Untold if there is none."""
        state = self.find(kind, stream)
        if state is None:
            raise Untold(f"there is no {what} {stream} before it")
        return state

    def signing_rules_until(self, position: int) -> int:
        """Return how many events tell who has to sign, until that position."""
        return sum(at <= position for at in self.signing_rules)

    def version(self, stream: UUID) -> int:
        return self.versions.get(stream, 0)

    def convention(self, stream: UUID, structure_id: UUID, territory: str) -> Convention:
        if self.holds(stream):
            return self.state(Convention, stream, "convention")
        return Convention(stream, structure_id, territory, "", date.min, date.max, None, (), (AgreedRate(None),))

    def dossier(self, stream: UUID, animation: Animation) -> ServiceDossier:
        """Return the dossier that an animation is gathered in."""
        if self.holds(stream):
            return self.state(ServiceDossier, stream, "dossier")
        owners = (animation.structure_id, animation.convention_id, animation.territory)
        return ServiceDossier(stream, *owners, date.min, date.max)

    def dossier_status(self, animation: Animation) -> DossierStatus | None:
        dossier = self.find(ServiceDossier, animation.dossier_id) if animation.dossier_id else None
        return dossier.status if dossier else None

    def territory(self, code: str) -> Territory:
        stream = _territory_stream(code)
        if self.holds(stream):
            return self.state(Territory, stream, "territory")
        return Territory(code, code, self.zones.get(code, "UTC"), runs_candidatures=True)

    def today(self, territory: str, now: datetime) -> date:
        """Return the day in the territory; the latest that it may be where its time zone is unknown."""
        if self.holds(_territory_stream(territory)):
            return self.territory(territory).local_date(now)
        if territory in self.zones:
            return now.astimezone(ZoneInfo(self.zones[territory])).date()
        return (now.astimezone(UTC) + _LATEST_OFFSET).date()

    def typology(self) -> Typology:
        if self.holds(TYPOLOGY_ID):
            return self.find(Typology, TYPOLOGY_ID) or Typology()
        return _AnyTerm()

    def form(self, version: int, answers: int) -> AttestationForm:
        """Return the form in force; where it is unknown, the one that is answered."""
        if self.holds(ATTESTATION_FORM_ID):
            return self.find(AttestationForm, ATTESTATION_FORM_ID) or AttestationForm()
        return AttestationForm(version, ("",) * answers)

    def surroundings(self, structure_id: UUID, territory: str, convention_id: UUID) -> Surroundings:
        """Return what a declaration under this convention is checked against."""
        structure = self.find(Structure, structure_id)
        if structure is None and not self.holds(structure_id):
            structure = Structure(structure_id, "", "")
        conventions = self._conventions(structure, structure_id, territory, convention_id)
        return Surroundings(structure, conventions, self.territory(territory), self.typology())

    def _conventions(
        self, structure: Structure | None, structure_id: UUID, territory: str, own: UUID
    ) -> Sequence[Convention]:
        signed = [stream for stream, code in structure.conventions if code == territory] if structure else []
        if own not in signed and self.holds(structure_id):
            raise Untold(f"convention {own} is none of the structure's in territory {territory}")
        if all(map(self.holds, signed)) and signed:
            return [self.convention(stream, structure_id, territory) for stream in signed]
        return [self.convention(own, structure_id, territory)]
