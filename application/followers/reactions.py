"""The notifications of each event and their recipients: one table. A new notification takes one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from application.followers.registrants import (
    REMOVED,
    SEAT_FREED,
    on_cancelled,
    on_made,
    on_moved,
    on_planning,
    on_repeated,
    on_unreached,
    to_registrant,
    to_who_is_asked,
)
from application.notifications.reaction import (
    NATIONAL,
    Around,
    Letter,
    Notice,
    Reaction,
    school,
    structure,
    territory,
)
from domain.accounts.events import InvitationSent, MediateurRegistered
from domain.animations.events import (
    AnimationCancelled,
    AnimationCreated,
    AnimationEnded,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
)
from domain.candidatures.candidature import Candidature
from domain.candidatures.events import (
    CandidatureRejected,
    CandidatureSubmitted,
    CandidatureValidated,
    CandidatureWithdrawn,
    CertificateIssued,
    CertificateRequested,
    CoordonnateurInformed,
    Degree,
    OpinionGiven,
)
from domain.candidatures.transitions import AUTHORITY
from domain.catalogue import ANIMATION, CANDIDATURE, SERVICE_DOSSIER
from domain.contacts.events import PlanningSent
from domain.kernel.actors import Role
from domain.kernel.events import Event
from domain.notifications.events import LetterRefused
from domain.registrations.events import (
    QuestionWithdrawn,
    RegistrationCancelled,
    RegistrationMade,
    RegistrationRemoved,
    RegistrationRepeated,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)
from domain.service_dossiers.events import (
    CertificationWithdrawn,
    DossierCertified,
    DossierControlled,
    DossierDrawn,
    DossierPaid,
    DossierReturned,
    DossierSubmitted,
)
from domain.service_dossiers.service_dossier import ServiceDossier
from eventstore.records import Recorded


def _to_structure(kind: str, sentence: str) -> Reaction:
    """Notify the structure. `sentence` takes the title; the event's reason, if any, follows."""

    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        animation = around.state(ANIMATION, record.originator_id, record.originator_version)
        message, with_reason = sentence.format(title=animation.content.title), hasattr(record.event, "reason")
        yield Notice(structure(animation.structure_id), kind, message, with_reason=with_reason)

    return react


def _to_national_team(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    yield Notice(NATIONAL, "animation.to_publish", f"« {animation.content.title} » attend sa publication.")


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
        yield Notice(recipient(dossier), kind, sentence, with_reason=hasattr(record.event, "reason"))

    return react


def _controlled(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Tell the structure, and where something was refused its coordonnateurs, who may have to withdraw."""
    fact = record.event
    assert isinstance(fact, DossierControlled)
    dossier: ServiceDossier = around.state(SERVICE_DOSSIER, record.originator_id, record.originator_version)
    if not fact.refused:
        yield Notice(_own_structure(dossier), "dossier.controlled", "Le contrôle d'un dossier est achevé, sans refus.")
        return
    message = f"Un contrôle a refusé des pièces d'un dossier ({len(fact.refused)})."
    for recipient in (_own_structure(dossier), territory(dossier.territory)):
        yield Notice(recipient, "dossier.controlled", message)


def _own_structure(dossier: ServiceDossier) -> str:
    return structure(dossier.structure_id)


def _invited(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, InvitationSent)
    about = {"invitation_id": str(record.originator_id), "structure_id": str(fact.structure_id)}
    yield Letter("invitation", record.position, about)


def _mediateur(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, MediateurRegistered)
    message = (
        "Une personne se dit médiatrice ou médiateur de votre structure : acceptez-la, ou mettez fin à son mandat."
    )
    yield Notice(structure(fact.structure_id), "mediateur.to_accept", message)


REACTIONS: Mapping[type[Event], Reaction] = {
    AnimationCreated: _to_national_team,
    AnimationResubmitted: _to_national_team,
    AnimationPublished: _to_structure("animation.published", "« {title} » est publiée."),
    AnimationRefused: _to_structure("animation.refused", "« {title} » est refusée."),
    AnimationCancelled: on_cancelled,
    AnimationEnded: _to_structure("animation.to_attest", "« {title} » est passée : remplissez l'attestation."),
    RegistrationMade: on_made,
    RegistrationRepeated: on_repeated,
    SeatObtained: to_registrant("registration.seat_obtained", to_call=SEAT_FREED),
    SeatQuestioned: to_who_is_asked("registration.questioned"),
    QuestionWithdrawn: to_who_is_asked("registration.question_withdrawn"),
    SeatKept: to_registrant("registration.kept", last=True),
    RegistrationCancelled: to_registrant("registration.cancelled", last=True),
    RegistrationRemoved: to_registrant("registration.removed", last=True, to_call=REMOVED),
    CandidatureSubmitted: _submitted,
    OpinionGiven: _opinion,
    CoordonnateurInformed: _informed,
    CandidatureValidated: _to_candidate("candidature.validated"),
    CandidatureRejected: _to_candidate("candidature.rejected"),
    CandidatureWithdrawn: _to_candidate("candidature.withdrawn"),
    CertificateRequested: _certificate_asked,
    CertificateIssued: _to_candidate("candidature.certificate"),
    DossierSubmitted: _dossier(
        "dossier.submitted", "Un dossier de service fait attend votre décision.", lambda fact: territory(fact.territory)
    ),
    DossierReturned: _dossier("dossier.returned", "Un dossier de service fait vous est renvoyé.", _own_structure),
    DossierCertified: _dossier("dossier.certified", "Le service fait d'un dossier est certifié.", _own_structure),
    DossierPaid: _dossier("dossier.paid", "Le paiement d'un dossier est enregistré.", _own_structure),
    CertificationWithdrawn: _dossier(
        "dossier.withdrawn", "La certification d'un dossier de service fait est retirée.", _own_structure
    ),
    DossierDrawn: _dossier("dossier.drawn", "Un dossier est tiré au sort pour un contrôle.", _own_structure),
    DossierControlled: _controlled,
    InvitationSent: _invited,
    MediateurRegistered: _mediateur,
    PlanningSent: on_planning,
    AnimationModified: on_moved,
    LetterRefused: on_unreached,
}
