"""Who may read each field of the schema: one table, readable at a glance, beside that of `domain.kernel.rights`.

Each type's fields stand under the action that reading them asks for; how far that action reaches for each role stands
in `domain.kernel.rights`. The schema is built with this table and serves nothing that has no entry here: see
`api.core.permissions`. Who may not is answered null where the field of a thing can be null, and refused otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.kernel.actors import Actor
from domain.kernel.rights import Action, Belongings, may

#: Whoever asks.
EVERYBODY: Final = None
Reach = Action | None

#: Things by themselves: what it takes to be shown one at all. Published animations are for everybody, others under
#: STRUCTURE_READ; registrations also for who holds their link; candidatures also for who holds theirs.
ROWS: Mapping[str, Reach] = {
    "Animation": EVERYBODY,
    "Structure": EVERYBODY,
    "Territory": EVERYBODY,
    "Checkpoint": EVERYBODY,
    "Convention": Action.STRUCTURE_READ,
    "ServiceDossier": Action.STRUCTURE_READ,
    "Control": Action.CONTROL_READ,
    "Candidature": Action.CANDIDATURE_READ,
    "Registration": Action.REGISTRATION_READ,
    "AuditEntry": Action.AUDIT_READ,
}

#: The fields of those things, by what it takes to be shown them.
FIELDS: Mapping[str, Mapping[Reach, str]] = {
    "Animation": {
        EVERYBODY: (
            "id version status title description structure territory startsAt endsAt venueType venueName address"
            " communeCode audience type themes seats seatsLeft waiting publishedAt clonedFrom cancellationReason"
            " allowedActions"
        ),
        Action.STRUCTURE_READ: "declaredLate refusalReason attestation attendanceSheet",
        Action.REGISTRATION_READ: "registrations",
    },
    "Structure": {
        EVERYBODY: "id siret name contact",
        Action.STRUCTURE_READ: "conventions animations dashboard",
        Action.AUDIT_READ: "timeline",
        Action.MANDATE_READ: "mandates",
        Action.INVITATION_REVOKE: "invitations",
        Action.CONTACT_READ: "contacts",
    },
    "Territory": {
        EVERYBODY: "code name timeZone runsCandidatures",
        Action.TERRITORY_READ: "dashboard",
    },
    "Checkpoint": {EVERYBODY: "position size root note madeAt reason stamped"},
    "Convention": {
        Action.STRUCTURE_READ: (
            "id version territory coordonnateur signedOn validFrom validUntil plannedAnimations ratePerAnimation"
            " requiredPieces certifiedAnimations terminatedOn terminationReason"
        ),
    },
    "ServiceDossier": {
        Action.STRUCTURE_READ: (
            "id version status structure territory convention periodFrom periodUntil animationCount ratePerAnimation"
            " amount plannedAnimations alreadyCertified overrunReason openedAt submittedAt submittedBy returnedAt"
            " returnReason certifiedAt certifiedBy certifiedByName payment pieces lines missing"
            " duplicateSheets amendments"
            " allowedActions"
        ),
    },
    "Control": {
        Action.CONTROL_READ: (
            "id version status name periodFrom periodUntil territory sharePercent seed populationSize"
            " dossiers accepted refused conclusion openedAt openedBy closedAt closedBy allowedActions"
        ),
        Action.COUNTRY_READ: "population",
    },
    "Candidature": {
        Action.CANDIDATURE_READ: (
            "id version status territory schoolUai degree favourable submittedAt decidedAt informedAt erasedAt"
            " firstName lastName email emailProblem phone motivation opinionComment decisionReason contactedOn"
            " trainings pixOn certificateRequestedAt certificateNumber certificateOn certificateUrl allowedActions"
        ),
        Action.CANDIDATURE_NOTE_READ: "contactNote",
    },
    "Registration": {
        Action.REGISTRATION_READ: (
            "id status placeInLine toConfirm children firstName lastName email emailProblem phone registeredAt onBehalf"
            " registeredBy removalReason animation"
        ),
    },
    "AuditEntry": {
        Action.AUDIT_READ: (
            "id position type recordedAt actor role subject subjectVersion cause commandId data personalFields"
            " personalDataErasedAt"
        ),
    },
}

#: What is only shown as part of one of the things above, to whom that part is shown; or tells the asker of themself.
PARTS: Mapping[str, str] = {
    "AllowedAction": "action allowed reason",
    "AttendanceSheet": "attachedAt fileName mediaType sha256 size url",
    "Attestation": "answers attestedAt children corrections formVersion parents total",
    "AttestationForm": "questions version",
    "Contact": "id name email emailProblem kind addedAt unsubscribedAt",
    "ControlledDossier": "dossier pieces",
    "ControlledPiece": "accepted answer answeredAt comment judgedAt judgedBy label piece reasonCode reasonLabel",
    "DuplicateSheet": "animations elsewhere message sha256",
    "ErasedCount": "count kind",
    "Figures": "children parents total",
    "FormerLabel": "label until",
    "Official": "accountId role subject",
    "Invitation": "id structureId status email emailProblem sentAt sentBy",
    "Mandate": "id accountId subject role structureId territories schools accepted until givenAt givenBy",
    "Missing": "animation kind message piece",
    "MonthCount": "animations month parents",
    "PersonToCall": "registrationId firstName lastName phone",
    "RebuildProgress": "done readModels step toldAt total",
    "ServiceAmendment": "animation decidedAt decidedBy number proposed proposedAt reason refusalReason status",
    "ServiceLine": "animation current submitted submittedSheet",
    "ServicePayment": "amount paidOn recordedAt recordedBy reference",
    "ServicePiece": "attachedAt fileName mediaType piece sha256 size",
    "StructureContact": "phone email hours",
    "StructureDashboard": (
        "animations attested awaitingAttestation byMonth byTheme byType cancelled parents past published"
    ),
    "Term": "admitsChildren became code description family formerLabels kind label retired since",
    "Training": "on subject",
    "TermCount": "animations parents term",
    "MailPreferences": "email muted",
    "Viewer": (
        "actor role territories schools structures mandates notifications unreadNotifications mailPreferences waiting"
    ),
    "Notification": "id kind message subjectId happenedAt read toCall",
    "Waiting": "awaitingAttestation awaitingPublication candidaturesToExamine refused",
}

#: The lists and figures of the schema's roots, by what it takes to be answered at all: others are refused. What a list
#: holds is what the asker may be shown one by one.
ROOTS: Mapping[Reach, str] = {
    EVERYBODY: (
        "animation animations attestationForm candidature candidatureByLink checkpoint checkpoints control node"
        " position registration serviceDossier structure structures territories territory typology viewer"
        " animationPublished"
    ),
    Action.ANIMATION_PUBLISH: "animationsToPublish",
    Action.AUDIT_READ: "auditTrail structureTimeline",
    Action.CANDIDATURE_READ: "candidatures",
    Action.CONTROL_READ: "controls",
    Action.COUNTRY_READ: "dashboard official",
    Action.MANDATE_READ: "mandates",
    Action.STRUCTURE_READ: "serviceDossiers",
    Action.REBUILD_FOLLOW: "rebuildProgress",
}


def may_be_shown(actor: Actor, kind: str, of: Belongings) -> bool:
    """Whether the actor may be shown a thing of that type, which belongs so, at all."""
    reach = ROWS[kind]
    return reach is EVERYBODY or may(actor, reach, of)
