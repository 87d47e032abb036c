"""Every kind of aggregate with the function that folds its events into its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from domain.accounts import account, invitation
from domain.action_groups import action_group
from domain.animation_requests import request as animation_request
from domain.animations import animation
from domain.candidatures import candidature
from domain.contacts import contacts
from domain.controls import control
from domain.conventions import convention
from domain.files import stored_file
from domain.kernel.authors import Author
from domain.kernel.events import Event
from domain.logos import logo
from domain.notifications import letter
from domain.passkeys import passkeys
from domain.proof import committed_map, log_checks, restorations, signing_rule
from domain.publications import publication
from domain.registrations import registration_book
from domain.satisfaction import form as satisfaction_form
from domain.satisfaction import packets as satisfaction_packets
from domain.school_projects import school_project
from domain.schools import school
from domain.service_dossiers import service_dossier
from domain.strategies import strategy
from domain.structures import siret, structure
from domain.typology import attestation_form, territory, typology
from domain.webhooks import webhook

S = TypeVar("S")


@dataclass(frozen=True)
class AggregateKind(Generic[S]):
    """A kind of aggregate. `name` begins the topics of its events; `evolve(state, id, event)` returns the next state.

    `credit` adds to the state who did what, for a kind whose decisions depend on it.
    `at_once` folds many events together, for a state that would be expensive to copy at each event.
    """

    name: str
    evolve: Callable[[S | None, UUID, Event], S]
    at_once: Callable[[S | None, UUID, Iterable[Event]], S] | None = field(default=None, repr=False)
    credit: Callable[[S, Event, Author], S] | None = field(default=None, repr=False)

    def fold(self, state: S | None, stream: UUID, events: Iterable[Event]) -> S | None:
        """Return the state after these events."""
        if self.at_once is not None and (events := list(events)):
            return self.at_once(state, stream, events)
        for event in events:
            state = self.evolve(state, stream, event)
        return state

    def fold_acts(self, state: S | None, stream: UUID, acts: Iterable[tuple[Event, Author | None]]) -> S | None:
        """Return the state after these events, each with its author; None: it followed from another event."""
        if self.credit is None:
            return self.fold(state, stream, (event for event, _ in acts))
        for event, author in acts:
            state = self.evolve(state, stream, event)
            state = state if author is None else self.credit(state, event, author)
        return state


TERRITORY = AggregateKind[territory.Territory]("territory", territory.evolve)
TYPOLOGY = AggregateKind[typology.Typology]("typology", typology.evolve)
STRUCTURE = AggregateKind[structure.Structure]("structure", structure.evolve)
SIRET = AggregateKind[siret.AssignedSiret]("siret", siret.evolve)
CONVENTION = AggregateKind[convention.Convention]("convention", convention.evolve)
ANIMATION = AggregateKind[animation.Animation]("animation", animation.evolve, credit=animation.credit)
ANIMATION_REQUEST = AggregateKind[animation_request.AnimationRequest]("animation_request", animation_request.evolve)
ATTESTATION_FORM = AggregateKind[attestation_form.AttestationForm]("attestation_form", attestation_form.evolve)
SATISFACTION_FORM = AggregateKind[satisfaction_form.SatisfactionForm]("satisfaction_form", satisfaction_form.evolve)
SATISFACTION = AggregateKind[satisfaction_packets.RecordedAnswers]("satisfaction", satisfaction_packets.evolve)
SERVICE_DOSSIER = AggregateKind[service_dossier.ServiceDossier](
    "service_dossier", service_dossier.evolve, credit=service_dossier.credit
)
CONTROL = AggregateKind[control.Control]("control", control.evolve)
CANDIDATURE = AggregateKind[candidature.Candidature]("candidature", candidature.evolve)
REGISTRATION = AggregateKind[registration_book.RegistrationBook](
    "registration", registration_book.evolve, registration_book.fold
)
SCHOOL = AggregateKind[school.School]("school", school.evolve)
STRATEGY = AggregateKind[strategy.Strategy]("strategy", strategy.evolve)
SCHOOL_PROJECT = AggregateKind[school_project.SchoolProject]("school_project", school_project.evolve)
ACTION_GROUP = AggregateKind[action_group.ActionGroup]("action_group", action_group.evolve)
ACCOUNT = AggregateKind[account.Account]("account", account.evolve)
INVITATION = AggregateKind[invitation.Invitation]("invitation", invitation.evolve)
CONTACTS = AggregateKind[contacts.ContactList]("contact", contacts.evolve)
LOGO = AggregateKind[logo.Logo]("logo", logo.evolve)
PUBLICATION = AggregateKind[publication.Publication]("publication", publication.evolve)
LETTER = AggregateKind[letter.Letters]("letter", letter.evolve)
STORED_FILE = AggregateKind[stored_file.StoredFile]("file", stored_file.evolve)
WEBHOOK = AggregateKind[webhook.Webhook]("webhook", webhook.evolve)
PASSKEYS = AggregateKind[passkeys.Passkeys]("passkey", passkeys.evolve)
COMMITTED_MAP = AggregateKind[committed_map.CommittedMap]("proof", committed_map.evolve)
LOG_CHECKS = AggregateKind[log_checks.LogChecks]("proof", log_checks.evolve)
RESTORATIONS = AggregateKind[restorations.Restorations]("log", restorations.evolve)
SIGNING_RULE = AggregateKind[signing_rule.SigningRule]("signing", signing_rule.evolve)
