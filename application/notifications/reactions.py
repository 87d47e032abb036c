"""What follows from each event for whom: one table. A row more is all that a further notification needs.

Recipients are accounts by what they speak for: `structure:<id>`, `territory:<code>` (its coordonnateurs),
`school:<uai>:<role>`, `national`. Letters go to the address that an event holds, sealed: the outbox names the event's
position, and never the address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

from application.eventstore.records import Recorded
from domain.account_events import InvitationSent
from domain.actors import Role
from domain.animation import Animation
from domain.animation_events import (
    AnimationCancelled,
    AnimationCreated,
    AnimationEnded,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
)
from domain.animation_transitions import AnimationStatus
from domain.candidature import AUTHORITY, Candidature
from domain.candidature_events import (
    CandidatureRejected,
    CandidatureSubmitted,
    CandidatureValidated,
    CertificateIssued,
    CertificateRequested,
    CoordonnateurInformed,
    Degree,
    OpinionGiven,
)
from domain.catalogue import ANIMATION, CANDIDATURE, CONTACTS, REGISTRATION, SERVICE_DOSSIER, AggregateKind
from domain.contact_events import ContactAdded, PlanningSent
from domain.events import Event
from domain.identifiers import contact_list_id, registration_book_id
from domain.registration import DATE_AND_PLACE
from domain.registration_book import RegistrationBook
from domain.registration_events import (
    RegistrationEvent,
    RegistrationMade,
    RegistrationRemoved,
    SeatObtained,
    SeatQuestioned,
)
from domain.service_dossier import ServiceDossier
from domain.service_dossier_events import DossierCertified, DossierPaid, DossierReturned, DossierSubmitted

S = TypeVar("S")
NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Notice:
    """A line in the inbox of a recipient, in French, of a `kind` that preferences and programs know."""

    recipient: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to the address that the event at `address_position` holds, `about` these things."""

    kind: str
    address_position: int
    about: Mapping[str, Any] = field(default_factory=dict)


class Around(Protocol):
    """What a reaction may look at: aggregates as they stand, or stood at a version, and the events of a stream."""

    def state(self, kind: AggregateKind[S], stream: UUID, version: int | None = None) -> S: ...
    def events(self, stream: UUID) -> list[Recorded]: ...


Reaction = Callable[[Recorded, Around], Iterable[Notice | Letter]]


def structure(structure_id: UUID | str) -> str:
    return f"structure:{structure_id}"


def territory(code: str) -> str:
    return f"territory:{code}"


def school(uai: str, role: Role) -> str:
    return f"school:{uai}:{role}"


def _to_structure(kind: str, sentence: Callable[[Animation, Any], str]) -> Reaction:
    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        animation = around.state(ANIMATION, record.originator_id, record.originator_version)
        yield Notice(structure(animation.structure_id), kind, sentence(animation, record.event))

    return react


def _to_national_team(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    yield Notice(NATIONAL, "animation.to_publish", f"« {animation.content.title} » attend sa publication.")


def _cancelled(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, AnimationCancelled)
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    message = f"« {animation.content.title} » est annulée : {fact.reason}"
    yield Notice(structure(animation.structure_id), "animation.cancelled", message)
    told = {"animation_id": str(record.originator_id), "reason": fact.reason}
    if any(isinstance(one.event, AnimationPublished) for one in around.events(record.originator_id)):
        yield from _to_contacts("animation.cancelled", animation.structure_id, around, told)
    book_id = registration_book_id(record.originator_id)
    if not around.events(book_id):
        return
    made = _positions(around.events(book_id))
    book: RegistrationBook = around.state(REGISTRATION, book_id)
    for registration_id in book.places:
        about = {"animation_id": str(record.originator_id), "registration_id": str(registration_id)}
        yield Letter("animation.cancelled", made[registration_id], about | {"reason": fact.reason})


def _positions(records: list[Recorded]) -> dict[UUID, int]:
    """Where each registration was made: the event that holds the address."""
    return {one.event.registration_id: one.position for one in records if isinstance(one.event, RegistrationMade)}


def _to_registrant(kind: str) -> Reaction:
    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        fact = record.event
        assert isinstance(fact, RegistrationEvent)
        records = around.events(record.originator_id)
        (animation_id,) = {one.event.animation_id for one in records if isinstance(one.event, RegistrationMade)}
        about = {"animation_id": str(animation_id), "registration_id": str(fact.registration_id)}
        address = _positions(records)[fact.registration_id]
        yield Letter(kind, address, about | {"detail_position": record.position})

    return react


def _made(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, RegistrationMade)
    if fact.email is not None:
        about = {"animation_id": str(fact.animation_id), "registration_id": str(fact.registration_id)}
        yield Letter("registration.seated" if fact.seated else "registration.waiting", record.position, about)


def _submitted(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, CandidatureSubmitted)
    role = Role.DIRECTOR if fact.degree is Degree.FIRST else AUTHORITY[fact.degree]
    yield Notice(school(fact.school_uai, role), "candidature.to_examine", "Une candidature est à examiner.")
    yield Letter("candidature.received", record.position, {"candidature_id": str(record.originator_id)})


def _opinion(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    candidature: Candidature = around.state(CANDIDATURE, record.originator_id, record.originator_version)
    recipient = school(candidature.school_uai, AUTHORITY[Degree.FIRST])
    yield Notice(recipient, "candidature.to_examine", "Une candidature attend votre décision.")


def _informed(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, CoordonnateurInformed)
    message = "Une candidature est validée : prenez contact avec le parent."
    yield Notice(territory(fact.territory), "candidature.validated", message)


def _certificate_asked(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    candidature: Candidature = around.state(CANDIDATURE, record.originator_id, record.originator_version)
    message = "Un Parent Ressource demande son attestation de bénévolat."
    yield Notice(territory(candidature.territory), "candidature.certificate_requested", message)


def _to_candidate(kind: str) -> Reaction:
    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        about = {"candidature_id": str(record.originator_id), "detail_position": record.position}
        yield Letter(kind, around.events(record.originator_id)[0].position, about)

    return react


def _dossier(kind: str, sentence: str, recipient: Callable[[ServiceDossier], str]) -> Reaction:
    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        dossier: ServiceDossier = around.state(SERVICE_DOSSIER, record.originator_id, record.originator_version)
        reason = getattr(record.event, "reason", "")
        yield Notice(recipient(dossier), kind, sentence.format(reason=reason))

    return react


def _own_structure(dossier: ServiceDossier) -> str:
    return structure(dossier.structure_id)


def _planning(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, PlanningSent)
    about = {"structure_id": str(fact.structure_id), "animation_ids": [str(one) for one in fact.animation_ids]}
    yield from _to_contacts("planning", fact.structure_id, around, about, set(fact.contact_ids))


def _moved(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """A change of date or place of what is published: to the structure's contacts; registrants are asked one by one."""
    fact = record.event
    assert isinstance(fact, AnimationModified)
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    if animation.status is AnimationStatus.PUBLISHED and set(fact.changed) & set(DATE_AND_PLACE):
        about = {"animation_id": str(record.originator_id)}
        yield from _to_contacts("animation.moved", animation.structure_id, around, about)


def _to_contacts(
    kind: str, structure_id: UUID, around: Around, about: Mapping[str, Any], only: set[UUID] | None = None
) -> Iterator[Letter]:
    """To those who are in the list as it stands."""
    stream = contact_list_id(structure_id)
    records = around.events(stream)
    if not records:
        return
    added = {one.event.contact_id: one.position for one in records if isinstance(one.event, ContactAdded)}
    for contact_id in around.state(CONTACTS, stream).contacts:
        if only is None or contact_id in only:
            yield Letter(kind, added[contact_id], about)


def _invited(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, InvitationSent)
    about = {"invitation_id": str(record.originator_id), "structure_id": str(fact.structure_id)}
    yield Letter("invitation", record.position, about)


REACTIONS: Mapping[type[Event], Reaction] = {
    AnimationCreated: _to_national_team,
    AnimationResubmitted: _to_national_team,
    AnimationPublished: _to_structure("animation.published", lambda one, _: f"« {one.content.title} » est publiée."),
    AnimationRefused: _to_structure(
        "animation.refused", lambda one, fact: f"« {one.content.title} » est refusée : {fact.reason}"
    ),
    AnimationCancelled: _cancelled,
    AnimationEnded: _to_structure(
        "animation.to_attest", lambda one, _: f"« {one.content.title} » est passée : remplissez l'attestation."
    ),
    RegistrationMade: _made,
    SeatObtained: _to_registrant("registration.seat_obtained"),
    SeatQuestioned: _to_registrant("registration.questioned"),
    RegistrationRemoved: _to_registrant("registration.removed"),
    CandidatureSubmitted: _submitted,
    OpinionGiven: _opinion,
    CoordonnateurInformed: _informed,
    CandidatureValidated: _to_candidate("candidature.validated"),
    CandidatureRejected: _to_candidate("candidature.rejected"),
    CertificateRequested: _certificate_asked,
    CertificateIssued: _to_candidate("candidature.certificate"),
    DossierSubmitted: _dossier(
        "dossier.submitted", "Un dossier de service fait attend votre décision.", lambda one: territory(one.territory)
    ),
    DossierReturned: _dossier(
        "dossier.returned", "Un dossier de service fait vous est renvoyé : {reason}", _own_structure
    ),
    DossierCertified: _dossier("dossier.certified", "Le service fait d'un dossier est certifié.", _own_structure),
    DossierPaid: _dossier("dossier.paid", "Le paiement d'un dossier est enregistré.", _own_structure),
    InvitationSent: _invited,
    PlanningSent: _planning,
    AnimationModified: _moved,
}
