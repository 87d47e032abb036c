"""The right to read each field of the schema, in one table, beside the actions' reach in `domain.kernel.rights`.

The fields of each type are listed under the action that reading them requires; `domain.kernel.rights` has its reach for
each role. The schema is built with this table and serves nothing that is missing from it: see `api.core.permissions`.
Without the right a field is null, and the rest is answered. Roots, and the fields in `REFUSED`, say so in an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.kernel.actors import Actor
from domain.kernel.rights import Action, Belongings, may

#: Everybody may read.
EVERYBODY: Final = None
Reach = Action | None

#: The right to read an object at all. Published animations and publications are public, others need STRUCTURE_READ;
#: registrations and candidatures are also for the holders of their links.
ROWS: Mapping[str, Reach] = {
    "Animation": EVERYBODY,
    "Structure": EVERYBODY,
    "Territory": EVERYBODY,
    "Checkpoint": EVERYBODY,
    "Publication": EVERYBODY,
    "Convention": Action.STRUCTURE_READ,
    "ServiceDossier": Action.STRUCTURE_READ,
    "Control": Action.CONTROL_READ,
    "AnimationRequest": Action.ANIMATION_REQUEST_READ,
    "Candidature": Action.CANDIDATURE_READ,
    "Registration": Action.REGISTRATION_READ,
    "Webhook": Action.WEBHOOK_READ,
    "AuditEntry": Action.AUDIT_READ,
    "Strategy": Action.TERRITORY_READ,
    "SchoolProject": Action.SCHOOL_PROJECT_READ,
    "ActionGroup": Action.TERRITORY_READ,
}

#: The fields of these objects, by the right to read them.
FIELDS: Mapping[str, Mapping[Reach, str]] = {
    "Animation": {
        EVERYBODY: (
            "id version status title description structure territory startsAt endsAt venueType venueName address"
            " communeCode audience type themes seats seatsLeft waiting publishedAt clonedFrom cancellationReason"
            " publishedPosition allowedActions suspended contact accessibility languages languageNames series school"
            # The link is null but for whoever has a seat and who answers for it: `api.animations.types`.
            " descriptionHtml kit onlineLink place"
        ),
        Action.STRUCTURE_READ: (
            "declaredLate refusalReason attestation attendanceSheet sheets expected questionnaireUrl volunteers"
        ),
        Action.REGISTRATION_READ: "registrations",
    },
    "Structure": {
        EVERYBODY: "id siret name contact logo planningUrl",
        Action.STRUCTURE_READ: "conventions animations dashboard dues",
        Action.AUDIT_READ: "timeline",
        Action.MANDATE_READ: "mandates",
        Action.INVITATION_REVOKE: "invitations",
        Action.CONTACT_READ: "contacts",
    },
    "Territory": {
        EVERYBODY: "id code name timeZone runsCandidatures logo planningUrl",
        Action.TERRITORY_READ: "dashboard",
    },
    "Checkpoint": {EVERYBODY: "position size root note madeAt reason stamped cosignedBy final"},
    "Publication": {
        EVERYBODY: (
            "id version kind kindLabel status title summary text html themes degree audience structure territory author"
            " proposedAt publishedAt changedAt files links allowedActions"
        ),
        Action.STRUCTURE_READ: "refusalReason withdrawalReason",
    },
    "Convention": {
        Action.STRUCTURE_READ: (
            "id version structure territory inTerritory coordonnateur signedOn validFrom validUntil plannedAnimations"
            " rates ratePerAnimation requiredPieces certifiedAnimations terminatedOn terminationReason"
        ),
    },
    "ServiceDossier": {
        Action.STRUCTURE_READ: (
            "id version status structure territory convention periodFrom periodUntil animationCount ratePerAnimation"
            " amount plannedAnimations alreadyCertified overrunReason openedAt submittedAt submittedBy returnedAt"
            " returnReason discardReason certifiedAt certifiedBy certifiedByName withdrawnAt withdrawnBy"
            " withdrawalReason payment toRecover recovered recoveries controls pieces lines missing"
            " duplicateSheets certificationFinal amendments agents warnings missingReason warningsReason allowedActions"
        ),
    },
    "Control": {
        Action.CONTROL_READ: (
            "id version status name periodFrom periodUntil territory sharePercent seed checkpointSize drawnAt"
            " populationSize populationAsOf dossiers accepted refused conclusion openedAt openedBy closedAt closedBy"
            " allowedActions"
        ),
        Action.COUNTRY_READ: "population",
    },
    "AnimationRequest": {
        Action.ANIMATION_REQUEST_READ: "id version status school territory theme audience wishedFrom wishedUntil text"
        " structure animation reason sentAt changedAt differences structuresTold allowedActions"
    },
    "Candidature": {
        Action.CANDIDATURE_READ: (
            "inTerritory id version status territory schoolUai school degree favourable submittedAt decidedAt"
            " informedAt erasedAt firstName lastName email emailProblem phone motivation opinionComment decisionReason"
            " contactedOn trainings accompaniments pixOn certificateRequestedAt certificateNumber certificateOn"
            " certificateUrl allowedActions"
        ),
        Action.CANDIDATURE_NOTE_READ: "contactNote",
    },
    "Registration": {
        Action.REGISTRATION_READ: (
            "id status placeInLine toConfirm children firstName lastName email emailProblem phone registeredAt onBehalf"
            " registeredBy removalReason present presentChildren ticketUrl animation"
        ),
    },
    "Webhook": {
        Action.WEBHOOK_READ: (
            "id version structure territory url kinds status pausedBecause subscribedAt deliveredTo attempts"
            " nextAttemptAt lastFailure deadLetters"
        ),
    },
    "Strategy": {
        Action.TERRITORY_READ: "id version edition writtenOn status territory diagnosis objectives targetSchoolCount"
        " targetSchools stakeholders documents writtenAt writtenBy adoptedOn replacedBy allowedActions"
    },
    "SchoolProject": {
        Action.SCHOOL_PROJECT_READ: "id version uai school schoolYear hasPart evidence reason recordedAt recordedBy"
    },
    "ActionGroup": {
        Action.TERRITORY_READ: "id version name subject territory status professions memberCount meetings openedAt"
        " lessons closedAt conclusion allowedActions",
        Action.ACTION_GROUP_MEMBER_READ: "members",
    },
    "AuditEntry": {
        Action.AUDIT_READ: (
            "id position type sentence recordedAt actor actorName actorFunction role subject subjectVersion cause"
            " actorRole commandId data personalFields personalDataErasedAt proof subjectName details"
        ),
    },
}

#: The fields of these objects that are refused in words.
REFUSED: Mapping[str, str] = {
    "Structure": "conventions animations dashboard dues timeline mandates invitations contacts",
    "Territory": "dashboard",
}

#: Types that only appear within these objects, with the same right, or that describe the asker.
PARTS: Mapping[str, str] = {
    "AllowedAction": "action allowed code reason",
    "AnimationDay": "date totalCount animations",
    "AnimationSeries": "id dates",
    "AttendanceSheet": "attachedAt fileName mediaType number sha256 size url",
    "Attestation": "answers attestedAt children corrections formVersion parents total warning",
    "AttestationForm": "questions version",
    "CertificateCheck": "genuine issuedOn number",
    "Commune": "code department departmentName name postalCodes",
    "Contact": "id name email emailProblem kind addedAt unsubscribedAt",
    "ControlledDossier": "dossier pieces",
    "ControlledPiece": "accepted answer answeredAt comment judgedAt judgedBy label piece reasonCode reasonLabel",
    "EventProof": "index size leafHash hashes",
    "DossierControl": "concludedAt controlId drawnAt refused weighs",
    "DossierAgent": "at function name role sentence type",
    "DuplicateSheet": "animations elsewhere message sha256",
    "ErasedCount": "count kind",
    "ExpectedAttendance": (
        "presentChildren present proposedChildren proposedParents registeredChildren registered ticked walkInChildren"
        " walkIns"
    ),
    "Figures": "children parents total",
    "FormerLabel": "label until",
    "Official": "accountId role subject",
    "ImportedRow": "row outcome title startsAt endsAt animationId errors",
    "HeldEntry": "actorFunction actorRole data position recordedAt sentence type values",
    "HeldThing": "animation entries erasedAt kind subject",
    "HeldValue": "label name value",
    "Invitation": "id structureId structure status email emailProblem sentAt sentBy",
    "InvitationOffer": "structure maskedEmail status sentAt closesAt closedReason",
    "Mention": "kind thingId label",
    "Mandate": (
        "id accountId subject role structureId structure territories inTerritories schools inSchools accepted until"
        " givenAt givenBy"
    ),
    "Missing": "animation kind message piece",
    "MonthCount": "animations month parents",
    "PersonalData": "drafts things",
    "PersonToCall": "registrationId firstName lastName phone",
    "RebuildProgress": "done readModels step toldAt total",
    "ReadModels": "models pending position rebuild",
    "ReadModel": "behind name position rebuilding showsTodaysTypology stoppedAt",
    "PendingTermChange": "animations code into kind",
    "TypologyPreview": "animations coming errors filledAnew terms",
    "TermEffect": "animationsAfter animationsBefore parentsAfter parentsBefore term",
    "ServiceAmendment": (
        "amountAfter amountBefore animation decidedAt decidedBy number proposed proposedAt reason refusalReason status"
        " toRecover warning"
    ),
    "ServiceLine": "animation current rate submitted submittedSheet submittedSheets",
    "ServicePayment": "alsoPaid amount paidOn reason recordedAt recordedBy reference",
    "RefusedPiece": "piece reasonCode reasonLabel",
    "ServiceRecovery": "amount recordedAt recordedBy recoveredOn reference",
    "ServicePiece": "attachedAt fileName mediaType piece sha256 size",
    # Its projects are null but for whoever may read them: `api.schools.types`.
    "School": "id uai name label commune degree territory targeted hasPart projects animations",
    "StrategyObjective": "label target",
    "StrategyStakeholder": "name kind validatedOn recordedAt recordedBy",
    "StrategyDocument": "heading mediaType size sha256 attachedAt url",
    "ProjectShares": "schoolYear goal targetSchools recorded schoolsWithPart share byTerritory",
    "TerritoryShare": "territory targetSchools recorded schoolsWithPart share",
    "GroupMeeting": "number on professions outcome",
    "GroupMember": "memberId profession firstName lastName email joinedAt leftAt",
    "StructureContact": "phone email hours",
    "Link": "label url",
    "Logo": "mediaType size sha256 url",
    "PublicationFile": "attachedAt fileName label mediaType sha256 size url",
    "AnimationKit": "poster flyer slide zip",
    "StructureDues": "attestationsDue attestationsLate dossiersToSubmit oldestEnd piecesMissing",
    "StructureDashboard": (
        "animations attested awaitingAttestation byMonth byTheme byType cancelled parents past published"
    ),
    "Term": "id admitsChildren became code description family formerLabels kind label retired since successors",
    "ServiceWarning": "animation code message other",
    "AgreedRate": "agreedAt effectiveFrom rate reason",
    "SatisfactionForm": "questions version",
    "SatisfactionQuestion": "choices kind number text",
    "Questionnaire": "animation closedReason closesAt form notice open",
    "SatisfactionFigures": "animations answers questions",
    "QuestionFigures": "answers average choices kind number text version",
    "ChoiceFigures": "answers choice",
    "Accompaniment": "number on mission parents",
    "Training": "on subject",
    "TermCount": "animations parents term",
    "AnimationDraft": "content savedAt structureId",
    "MailPreferences": "email muted mutedCodes",
    "Volunteer": "candidatureId firstName school",
    "Volunteering": "missions volunteers",
    "MissionFigures": "label mission parents records volunteers",
    "Programme": (
        "animations byTerritory goal groups parents schoolsReached schoolsWithPart share strategiesAdopted"
        " strategiesGoal targetSchools territories volunteers"
    ),
    "TerritoryMeasures": (
        "animations groups parents schoolsReached schoolsWithPart share strategyAdopted targetSchools territory"
        " volunteers"
    ),
    "Coverage": "nextPlaces reached targetSchools unreached",
    "NextPlace": "commune schools",
    "Viewer": (
        "inTerritories inSchools actor role subject territories schools structures mandates notifications"
        " unreadNotifications mailPreferences notificationCodes passkeys passkeyOptions registrations"
        " registrationsForOthers signs teachers waiting"
    ),
    "ActSignature": "options expiresAt errors",
    "Passkey": "credentialId site registeredAt revokedAt",
    "Notification": "id code kind message subjectId happenedAt read toCall url",
    "WebhookDelivery": "attempts deadAt deliveredAt httpStatus kind messageId position reason triedAt",
    "WebhookKind": "kind sentence reachesStructures",
    "Waiting": (
        "awaitingAttestation awaitingPublication animationRequests candidaturesToExamine refused attestationsDue"
        " dossiersToCertify amendmentsToDecide publicationsToReview volunteersToContact certificatesToIssue"
        " dossiersToCorrect dossiersToPay"
    ),
}

#: Root fields, by the right to use them at all; others are refused. Their lists hold what the asker may read singly.
ROOTS: Mapping[Reach, str] = {
    EVERYBODY: (
        "actSignature animation animationDays animations attestationForm candidature candidatureByLink certificate"
        " checkpoint checkpoints communes control invitationByLink node personalData position publication publications"
        " registration registrationByCode schools serviceDossier structure structures territories territory typology"
        " viewer animationPublished questionnaire satisfaction satisfactionForm sendsTextMessages webhookKinds"
        " animationRequest programme projectShares strategy actionGroup"
    ),
    Action.ANIMATION_PUBLISH: "animationsToPublish",
    Action.ANIMATION_DRAFT_KEEP: "animationDraft",
    Action.ANIMATION_REQUEST_READ: "animationRequests",
    Action.AUDIT_READ: "auditTrail structureTimeline",
    Action.CANDIDATURE_READ: "candidatures",
    Action.CONTROL_READ: "controls",
    Action.COUNTRY_READ: "dashboard official",
    Action.INVITATION_REVOKE: "openInvitations",
    Action.MANDATE_READ: "mandates",
    Action.PUBLICATION_PROPOSE: "publicationPreview",
    Action.PUBLICATION_REFUSE: "publicationsToReview",
    Action.STRUCTURE_READ: "managedPublications serviceDossiers",
    Action.TERRITORY_READ: "actionGroups coverage managedAnimations strategies volunteering",
    Action.VOLUNTEER_READ: "volunteers",
    Action.REBUILD_FOLLOW: "rebuildProgress readModels",
    Action.TERM_MERGE: "typologyPreview",
    Action.WEBHOOK_READ: "webhooks webhookDeliveries",
    Action.SCHOOL_PROJECT_READ: "schoolProjects",
}


def may_be_shown(actor: Actor, kind: str, belongings: Belongings) -> bool:
    """Whether the actor may read an object of this type and owner at all."""
    reach = ROWS[kind]
    return reach is EVERYBODY or may(actor, reach, belongings)
