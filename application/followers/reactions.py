"""The notifications of each event and their recipients: one table. A new notification takes one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from application.followers import about_candidatures, about_dossiers, about_publications, about_requests
from application.followers.about_animations import on_declared, to_structure
from application.followers.about_candidatures import to_candidate
from application.followers.about_dossiers import (
    by_both,
    by_coordonnateur,
    by_structure,
    to_partner,
    to_those_of,
)
from application.followers.about_publications import to_authors
from application.followers.registrants import (
    REMOVED,
    SEAT_FREED,
    on_cancelled,
    on_coverage,
    on_made,
    on_modified,
    on_planning,
    on_reminded,
    on_repeated,
    on_unreached,
    to_registrant,
    to_who_is_asked,
)
from application.notifications.reaction import Around, Letter, Notice, Reaction, structure
from application.papers.french import siret
from application.webhooks.messages import recipient_of
from application.wording import things
from domain.accounts.events import InvitationSent, MediateurRegistered, SpeakerJoined
from domain.animation_requests.events import (
    RequestAnswered,
    RequestDeclined,
    RequestGivenBack,
    RequestLapsed,
    RequestReopened,
    RequestSent,
    RequestTakenUp,
    RequestWithdrawn,
)
from domain.animations.events import (
    AnimationCancelled,
    AnimationCreated,
    AnimationEnded,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
    AnimationResumed,
    AnimationSuspended,
    AnimationTextBlanked,
)
from domain.candidatures.events import (
    CandidatureRejected,
    CandidatureRepeated,
    CandidatureSubmitted,
    CandidatureValidated,
    CandidatureWithdrawn,
    CertificateIssued,
    CertificateRequested,
    CoordonnateurInformed,
    OpinionGiven,
)
from domain.catalogue import WEBHOOK
from domain.contacts.events import PlanningSent
from domain.controls.events import ControlOpened, PieceJudged
from domain.conventions.convention import ConventionAmended, ConventionSigned, ConventionTerminated
from domain.kernel.events import Event
from domain.notifications.events import LetterRefused
from domain.publications.events import (
    PublicationModified,
    PublicationProposed,
    PublicationPublished,
    PublicationRefused,
    PublicationResubmitted,
    PublicationWithdrawn,
)
from domain.registrations.events import (
    QuestionWithdrawn,
    RegistrantsReminded,
    RegistrationCancelled,
    RegistrationMade,
    RegistrationRemoved,
    RegistrationRepeated,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)
from domain.service_dossiers.events import (
    AmendmentAccepted,
    AmendmentProposed,
    AmendmentRefused,
    CertificationWithdrawn,
    DossierCertified,
    DossierControlled,
    DossierDrawn,
    DossierPaid,
    DossierRecovered,
    DossierReturned,
    DossierSubmitted,
)
from domain.structures.structure import StructureMoved, StructureRenamed
from domain.webhooks.events import PauseCause, WebhookPaused
from eventstore.records import Recorded


def _invited(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, InvitationSent)
    about = {"invitation_id": str(record.originator_id), "structure_id": str(fact.structure_id)}
    yield Letter("invitation", record.position, about)


def _mediateur(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, MediateurRegistered)
    message = "Une personne se dit médiatrice ou médiateur de {structure} : acceptez-la, ou mettez fin à son mandat."
    named = {"structure": things.structure(fact.structure_id)}
    yield Notice(structure(fact.structure_id), "mediateur.to_accept", message, named)


def _speaker(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, SpeakerJoined)
    message = "Une personne invitée parle désormais pour {structure} : si vous ne la reconnaissez pas, retirez-la."
    named = {"structure": things.structure(fact.structure_id)}
    yield Notice(structure(fact.structure_id), "speaker.joined", message, named)


def _renamed(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    named = {"structure": things.Thing("structure", record.originator_id, record.originator_version)}
    message = "Votre structure s'appelle désormais {structure}."
    yield Notice(structure(record.originator_id), "structure.renamed", message, named, with_reason=True)


def _moved(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, StructureMoved)
    message = f"{{structure}} change de SIRET : avant {siret(fact.former_siret)}, maintenant {siret(fact.siret)}."
    named = {"structure": things.structure(record.originator_id)}
    yield Notice(structure(record.originator_id), "structure.moved", message, named, with_reason=True)


def _webhook_paused(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, WebhookPaused)
    if fact.because is PauseCause.BY_HAND:
        return
    why = "répond qu'il n'en veut plus" if fact.because is PauseCause.GONE else "ne reçoit plus les événements"
    message = f"L'abonnement d'un de vos systèmes est suspendu : il {why}. Réparez-le, puis reprenez l'abonnement."
    yield Notice(recipient_of(around.state(WEBHOOK, record.originator_id)), "webhook.paused", message)


REACTIONS: Mapping[type[Event], Reaction] = {
    AnimationCreated: on_declared,
    AnimationResubmitted: on_declared,
    AnimationPublished: to_structure("animation.published", "{animation} est publiée.", public=True),
    AnimationRefused: to_structure("animation.refused", "{animation} est refusée."),
    AnimationTextBlanked: to_structure(
        "animation.text_blanked", "L'équipe nationale masque un ancien texte de {animation}."
    ),
    AnimationCancelled: on_cancelled,
    AnimationSuspended: on_coverage,
    AnimationResumed: on_coverage,
    AnimationEnded: to_structure("animation.to_attest", "{animation} est passée : remplissez l'attestation."),
    RequestSent: about_requests.on_sent,
    RequestTakenUp: about_requests.on_taken_up,
    RequestGivenBack: about_requests.on_given_back,
    RequestAnswered: about_requests.on_answered,
    RequestReopened: about_requests.on_reopened,
    RequestDeclined: about_requests.on_declined,
    RequestWithdrawn: about_requests.on_withdrawn,
    RequestLapsed: about_requests.on_lapsed,
    RegistrationMade: on_made,
    RegistrationRepeated: on_repeated,
    SeatObtained: to_registrant("registration.seat_obtained", to_call=SEAT_FREED),
    SeatQuestioned: to_who_is_asked("registration.questioned"),
    QuestionWithdrawn: to_who_is_asked("registration.question_withdrawn"),
    SeatKept: to_registrant("registration.kept", last=True),
    RegistrationCancelled: to_registrant("registration.cancelled", last=True),
    RegistrationRemoved: to_registrant("registration.removed", last=True, to_call=REMOVED),
    RegistrantsReminded: on_reminded,
    CandidatureSubmitted: about_candidatures.on_submitted,
    CandidatureRepeated: about_candidatures.on_repeated,
    OpinionGiven: about_candidatures.on_opinion,
    CoordonnateurInformed: about_candidatures.on_informed,
    CandidatureValidated: to_candidate("candidature.validated"),
    CandidatureRejected: about_candidatures.on_rejected,
    CandidatureWithdrawn: about_candidatures.on_withdrawn,
    CertificateRequested: about_candidatures.on_certificate_requested,
    CertificateIssued: to_candidate("candidature.certificate"),
    DossierSubmitted: to_those_of(
        by_coordonnateur, "dossier.submitted", "Le {dossier} de {structure} attend votre décision."
    ),
    DossierReturned: to_those_of(by_structure, "dossier.returned", "Le {dossier} de {structure} vous est renvoyé."),
    DossierCertified: to_those_of(by_structure, "dossier.certified", "Le {dossier} de {structure} est certifié."),
    DossierPaid: to_those_of(by_structure, "dossier.paid", "Le paiement du {dossier} de {structure} est enregistré."),
    CertificationWithdrawn: about_dossiers.on_withdrawn,
    DossierRecovered: about_dossiers.on_recovered,
    DossierDrawn: to_those_of(
        by_both, "dossier.drawn", "Le {dossier} de {structure} est tiré au sort pour un contrôle."
    ),
    DossierControlled: about_dossiers.on_controlled,
    AmendmentProposed: to_those_of(
        by_coordonnateur, "dossier.amendment_proposed", "{structure} propose un avenant au {dossier} : décidez-en."
    ),
    AmendmentAccepted: about_dossiers.on_amendment_accepted,
    AmendmentRefused: to_those_of(
        by_structure, "dossier.amendment_refused", "Votre avenant au {dossier} de {structure} est refusé."
    ),
    ControlOpened: about_dossiers.on_control_opened,
    PieceJudged: about_dossiers.on_piece_judged,
    ConventionSigned: about_dossiers.on_signed,
    ConventionAmended: to_partner(
        "convention.amended", "La {convention} de {structure}, {territory}, est modifiée par avenant."
    ),
    ConventionTerminated: about_dossiers.on_terminated,
    StructureRenamed: _renamed,
    StructureMoved: _moved,
    InvitationSent: _invited,
    SpeakerJoined: _speaker,
    MediateurRegistered: _mediateur,
    PlanningSent: on_planning,
    AnimationModified: on_modified,
    LetterRefused: on_unreached,
    WebhookPaused: _webhook_paused,
    PublicationProposed: about_publications.on_proposed,
    PublicationResubmitted: about_publications.on_proposed,
    PublicationPublished: to_authors("publication.published", "{publication} est mise en ligne.", online=True),
    PublicationRefused: to_authors("publication.refused", "{publication} est refusée."),
    PublicationWithdrawn: to_authors("publication.withdrawn", "{publication} est retirée."),
    PublicationModified: to_authors("publication.corrected", "L'équipe nationale a corrigé {publication}."),
}
