"""Every kind of aggregate with the function that folds its events into its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from domain import (
    account,
    animation,
    attestation_form,
    candidature,
    control,
    convention,
    invitation,
    registration,
    service_dossier,
    structure,
    territory,
    typology,
)
from domain.events import Event

S = TypeVar("S")


@dataclass(frozen=True)
class AggregateKind(Generic[S]):
    """`name` begins the topics of its events; `evolve(state, id, event)` gives the next state."""

    name: str
    evolve: Callable[[S | None, UUID, Event], S]


TERRITORY = AggregateKind[territory.Territory]("territory", territory.evolve)
TYPOLOGY = AggregateKind[typology.Typology]("typology", typology.evolve)
STRUCTURE = AggregateKind[structure.Structure]("structure", structure.evolve)
CONVENTION = AggregateKind[convention.Convention]("convention", convention.evolve)
ANIMATION = AggregateKind[animation.Animation]("animation", animation.evolve)
ATTESTATION_FORM = AggregateKind[attestation_form.AttestationForm]("attestation_form", attestation_form.evolve)
SERVICE_DOSSIER = AggregateKind[service_dossier.ServiceDossier]("service_dossier", service_dossier.evolve)
CONTROL = AggregateKind[control.Control]("control", control.evolve)
CANDIDATURE = AggregateKind[candidature.Candidature]("candidature", candidature.evolve)
REGISTRATION = AggregateKind[registration.RegistrationBook]("registration", registration.evolve)
ACCOUNT = AggregateKind[account.Account]("account", account.evolve)
INVITATION = AggregateKind[invitation.Invitation]("invitation", invitation.evolve)
