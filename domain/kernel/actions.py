"""Every action, and the roles that may take it on whose things: one table, asked by `domain.kernel.rights`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.actors import Role
from domain.kernel.scopes import Scope

P, PA, ST, ME, CO = Role.PUBLIC, Role.PARENT, Role.STRUCTURE, Role.MEDIATEUR, Role.COORDONNATEUR
DI, IN, HE, TE = Role.DIRECTOR, Role.INSPECTOR, Role.HEAD, Role.TEACHER
NA, AU, SY = Role.NATIONAL, Role.AUDITOR, Role.SYSTEM


class Action(StrEnum):
    """Every action under rights. The values of commands are the contract's mutation names."""

    CONVENTION_SIGN = "conventionSign"
    CONVENTION_AMEND = "conventionAmend"
    CONVENTION_TERMINATE = "conventionTerminate"
    STRUCTURE_RENAME = "structureRename"
    STRUCTURE_MOVE = "structureMove"
    ANIMATION_CREATE = "animationCreate"
    ANIMATION_DRAFT_KEEP = "animationDraftKeep"
    ANIMATION_MODIFY = "animationModify"
    ANIMATION_PUBLISH = "animationPublish"
    ANIMATION_REFUSE = "animationRefuse"
    ANIMATION_CANCEL = "animationCancel"
    ANIMATION_CLONE = "animationClone"
    ANIMATION_REPEAT = "animationRepeat"
    ANIMATIONS_PUBLISH = "animationsPublish"
    ANIMATIONS_IMPORT = "animationsImport"
    ANIMATION_VOLUNTEERS_NAME = "animationVolunteersName"
    ANIMATION_TEXT_BLANK = "animationTextBlank"
    ANIMATION_END = "animationEnd"
    ANIMATION_SUSPEND = "animationSuspend"
    ANIMATION_RESUME = "animationResume"
    FILE_EXPIRE = "fileExpire"
    PROOF_MAP_COMMIT = "proofMapCommit"
    PROOF_LOG_CHECK = "proofLogCheck"
    LOG_RESTORE = "logRestore"
    SIGNING_REQUIRE = "signingRequire"
    ANIMATION_ATTEST = "animationAttest"
    ATTESTATION_CORRECT = "attestationCorrect"
    ATTENDANCE_SHEET_ATTACH = "attendanceSheetAttach"
    ATTENDANCE_SHEET_WITHDRAW = "attendanceSheetWithdraw"
    ANIMATION_REQUEST = "animationRequest"
    ANIMATION_REQUEST_TAKE_UP = "animationRequestTakeUp"
    ANIMATION_REQUEST_ANSWER = "animationRequestAnswer"
    ANIMATION_REQUEST_GIVE_BACK = "animationRequestGiveBack"
    ANIMATION_REQUEST_DECLINE = "animationRequestDecline"
    ANIMATION_REQUEST_WITHDRAW = "animationRequestWithdraw"
    ANIMATION_REQUEST_LAPSE = "animationRequestLapse"
    ANIMATION_REQUEST_REOPEN = "animationRequestReopen"
    CANDIDATURE_SUBMIT = "candidatureSubmit"
    CANDIDATURE_GIVE_OPINION = "candidatureGiveOpinion"
    CANDIDATURE_VALIDATE = "candidatureValidate"
    CANDIDATURE_REJECT = "candidatureReject"
    CANDIDATURE_WITHDRAW = "candidatureWithdraw"
    CANDIDATURE_RECORD_CONTACT = "candidatureRecordContact"
    CANDIDATURE_RECORD_TRAINING = "candidatureRecordTraining"
    CANDIDATURE_RECORD_ACCOMPANIMENT = "candidatureRecordAccompaniment"
    CANDIDATURE_CORRECT_ACCOMPANIMENT = "candidatureCorrectAccompaniment"
    CANDIDATURE_RECORD_PIX = "candidatureRecordPix"
    CANDIDATURE_REQUEST_CERTIFICATE = "candidatureRequestCertificate"
    CANDIDATURE_ISSUE_CERTIFICATE = "candidatureIssueCertificate"
    REGISTRATION_SUBMIT = "registrationSubmit"
    REGISTRATION_SUBMIT_FOR = "registrationSubmitFor"
    REGISTRATION_CANCEL = "registrationCancel"
    REGISTRATION_KEEP = "registrationKeep"
    REGISTRATION_REMOVE = "registrationRemove"
    REGISTRATION_CHECK_IN = "registrationCheckIn"
    WALK_INS_COUNT = "walkInsCount"
    REGISTRANTS_REMIND = "registrantsRemind"
    COORDONNATEUR_APPOINT = "coordonnateurAppoint"
    SCHOOL_STAFF_BIND = "schoolStaffBind"
    SCHOOLS_IMPORT = "schoolsImport"
    AUDITOR_ADMIT = "auditorAdmit"
    INVITATION_SEND = "invitationSend"
    INVITATION_REVOKE = "invitationRevoke"
    INVITATION_ACCEPT = "invitationAccept"
    MEDIATEUR_REGISTER = "mediateurRegister"
    MEDIATEUR_ACCEPT = "mediateurAccept"
    MANDATE_END = "mandateEnd"
    CONTACT_ADD = "contactAdd"
    CONTACTS_IMPORT = "contactsImport"
    CONTACT_REMOVE = "contactRemove"
    PLANNING_SEND = "planningSend"
    STRUCTURE_CONTACT_SET = "structureContactSet"
    LOGO_SET = "logoSet"
    LOGO_WITHDRAW = "logoWithdraw"
    WEBHOOK_SUBSCRIBE = "webhookSubscribe"
    WEBHOOK_SECRET_ROTATE = "webhookSecretRotate"
    WEBHOOK_PAUSE = "webhookPause"
    WEBHOOK_RESUME = "webhookResume"
    WEBHOOK_REPLAY = "webhookReplay"
    WEBHOOK_UNSUBSCRIBE = "webhookUnsubscribe"
    MAIL_PREFERENCES_SET = "mailPreferencesSet"
    UNSUBSCRIBE = "unsubscribe"
    NOTIFICATIONS_MARK_READ = "notificationsMarkRead"
    TERM_ADD = "termAdd"
    TERM_RENAME = "termRename"
    TERM_MERGE = "termMerge"
    TERM_SPLIT = "termSplit"
    TERM_RETIRE = "termRetire"
    TERRITORY_JOIN = "territoryJoin"
    TERRITORY_OPEN_CANDIDATURES = "territoryOpenCandidatures"
    ATTESTATION_FORM_WORD = "attestationFormWord"
    SATISFACTION_FORM_WORD = "satisfactionFormWord"
    QUESTIONNAIRE_ANSWER = "questionnaireAnswer"
    SATISFACTION_RECORD = "satisfactionRecord"
    PUBLICATION_PROPOSE = "publicationPropose"
    PUBLICATION_MODIFY = "publicationModify"
    PUBLICATION_PUBLISH = "publicationPublish"
    PUBLICATION_REFUSE = "publicationRefuse"
    PUBLICATION_WITHDRAW = "publicationWithdraw"
    PUBLICATION_FILE_ATTACH = "publicationFileAttach"
    PUBLICATION_FILE_WITHDRAW = "publicationFileWithdraw"
    PERSON_ERASE = "personErase"
    LETTER_REFUSE = "letterRefuse"
    PASSKEY_REGISTER = "passkeyRegister"
    PASSKEY_REVOKE = "passkeyRevoke"
    PASSKEYS_WITHDRAW = "passkeysWithdraw"
    SERVICE_DOSSIER_OPEN = "serviceDossierOpen"
    SERVICE_DOSSIER_GATHER = "serviceDossierGather"
    SERVICE_PIECE_ATTACH = "servicePieceAttach"
    SERVICE_PIECE_WITHDRAW = "servicePieceWithdraw"
    SERVICE_DOSSIER_DISCARD = "serviceDossierDiscard"
    SERVICE_DOSSIER_SUBMIT = "serviceDossierSubmit"
    SERVICE_DOSSIER_CERTIFY = "serviceDossierCertify"
    SERVICE_DOSSIER_RETURN = "serviceDossierReturn"
    SERVICE_PAYMENT_RECORD = "servicePaymentRecord"
    CERTIFICATION_WITHDRAW = "certificationWithdraw"
    SERVICE_RECOVERY_RECORD = "serviceRecoveryRecord"
    SERVICE_AMENDMENT_PROPOSE = "serviceAmendmentPropose"
    SERVICE_AMENDMENT_ACCEPT = "serviceAmendmentAccept"
    SERVICE_AMENDMENT_REFUSE = "serviceAmendmentRefuse"
    CONTROL_OPEN = "controlOpen"
    CONTROL_DRAW = "controlDraw"
    CONTROL_PIECE_JUDGE = "controlPieceJudge"
    CONTROL_ANSWER = "controlAnswer"
    CONTROL_CLOSE = "controlClose"
    STRATEGY_WRITE = "strategyWrite"
    STRATEGY_SCHOOLS_IMPORT = "strategySchoolsImport"
    STRATEGY_VALIDATE = "strategyValidate"
    STRATEGY_DOCUMENT_ATTACH = "strategyDocumentAttach"
    STRATEGY_DOCUMENT_WITHDRAW = "strategyDocumentWithdraw"
    SCHOOL_PROJECT_RECORD = "schoolProjectRecord"
    SCHOOL_PROJECT_READ = "schoolProjectRead"
    ACTION_GROUP_OPEN = "actionGroupOpen"
    ACTION_GROUP_MEMBER_ADD = "actionGroupMemberAdd"
    ACTION_GROUP_MEMBER_REMOVE = "actionGroupMemberRemove"
    ACTION_GROUP_RECORD = "actionGroupRecord"
    ACTION_GROUP_CORRECT = "actionGroupCorrect"
    ACTION_GROUP_MEETING_CORRECT = "actionGroupMeetingCorrect"
    ACTION_GROUP_LESSON_LINK = "actionGroupLessonLink"
    ACTION_GROUP_CLOSE = "actionGroupClose"
    ACTION_GROUP_MEMBER_READ = "actionGroupMemberRead"
    STRUCTURE_READ = "structureRead"
    TERRITORY_READ = "territoryRead"
    COUNTRY_READ = "countryRead"
    BLANKED_TEXT_READ = "blankedTextRead"
    AUDIT_READ = "auditRead"
    CANDIDATURE_READ = "candidatureRead"
    CANDIDATURE_NOTE_READ = "candidatureNoteRead"
    CONTROL_READ = "controlRead"
    REGISTRATION_READ = "registrationRead"
    MANDATE_READ = "mandateRead"
    ANIMATION_REQUEST_READ = "animationRequestRead"
    CONTACT_READ = "contactRead"
    VOLUNTEER_READ = "volunteerRead"
    WEBHOOK_READ = "webhookRead"
    REBUILD_FOLLOW = "rebuildFollow"
    SATISFACTION_READ = "satisfactionRead"


_ANY, _STRUCTURE, _TERRITORY = Scope.ANYWHERE, Scope.OWN_STRUCTURE, Scope.OWN_TERRITORY
_SCHOOL, _PERSON, _HOME = Scope.OWN_SCHOOL, Scope.OWN_PERSON, Scope.HOME_TERRITORY
#: Every role that a person can have. They keep the rights on their own things in each of them.
PERSONS = (PA, ST, ME, CO, DI, IN, HE, TE, NA, AU)
_OWN = dict.fromkeys(PERSONS, _PERSON)

#: Those of requests, webhooks, publications and the programme's own measures stand in `domain.kernel.rights`.
RIGHTS: Mapping[Action, Mapping[Role, Scope]] = {
    Action.CONVENTION_SIGN: {CO: _TERRITORY, NA: _ANY},
    Action.CONVENTION_AMEND: {CO: _TERRITORY, NA: _ANY},
    Action.CONVENTION_TERMINATE: {CO: _TERRITORY, NA: _ANY},
    Action.STRUCTURE_RENAME: {CO: _HOME, NA: _ANY},
    Action.STRUCTURE_MOVE: {CO: _HOME, NA: _ANY},
    **{action: {ST: _STRUCTURE} for action in (Action.ANIMATION_CREATE, Action.ANIMATION_DRAFT_KEEP)},
    Action.ANIMATION_MODIFY: {ST: _STRUCTURE},
    Action.ANIMATION_PUBLISH: {NA: _ANY},
    Action.ANIMATION_REFUSE: {NA: _ANY},
    Action.ANIMATION_CANCEL: {ST: _STRUCTURE, NA: _ANY},
    Action.ANIMATION_CLONE: {ST: _STRUCTURE},
    Action.ANIMATION_REPEAT: {ST: _STRUCTURE},
    Action.ANIMATIONS_PUBLISH: {NA: _ANY},
    Action.ANIMATIONS_IMPORT: {ST: _STRUCTURE},
    Action.ANIMATION_TEXT_BLANK: {NA: _ANY},
    **{action: {SY: _ANY} for action in (Action.ANIMATION_END, Action.ANIMATION_SUSPEND, Action.ANIMATION_RESUME)},
    **{action: {SY: _ANY} for action in (Action.FILE_EXPIRE, Action.LOG_RESTORE, Action.SIGNING_REQUIRE)},
    **{action: {SY: _ANY} for action in (Action.PROOF_MAP_COMMIT, Action.PROOF_LOG_CHECK)},
    Action.ANIMATION_ATTEST: {ST: _STRUCTURE},
    Action.ATTESTATION_CORRECT: {ST: _STRUCTURE},
    Action.ATTENDANCE_SHEET_ATTACH: {ST: _STRUCTURE},
    Action.ATTENDANCE_SHEET_WITHDRAW: {ST: _STRUCTURE},
    Action.CANDIDATURE_SUBMIT: {P: _ANY, PA: _ANY},
    Action.CANDIDATURE_GIVE_OPINION: {DI: _SCHOOL},
    Action.CANDIDATURE_VALIDATE: {IN: _SCHOOL, HE: _SCHOOL},
    Action.CANDIDATURE_REJECT: {IN: _SCHOOL, HE: _SCHOOL, NA: _ANY},
    Action.CANDIDATURE_WITHDRAW: {**_OWN, CO: _TERRITORY, NA: _ANY},
    Action.CANDIDATURE_RECORD_CONTACT: {CO: _TERRITORY},
    Action.CANDIDATURE_RECORD_TRAINING: {CO: _TERRITORY},
    Action.CANDIDATURE_RECORD_PIX: {CO: _TERRITORY},
    Action.CANDIDATURE_REQUEST_CERTIFICATE: _OWN,
    Action.CANDIDATURE_ISSUE_CERTIFICATE: {CO: _TERRITORY},
    Action.REGISTRATION_SUBMIT: {P: _ANY, PA: _ANY, ME: _ANY},
    Action.REGISTRATION_SUBMIT_FOR: {ST: _STRUCTURE, ME: Scope.ACCEPTED, DI: _ANY, HE: _ANY, TE: _ANY},
    # Holding the registration's link or code is the right.
    Action.REGISTRATION_CANCEL: dict.fromkeys((P, PA, ST, ME, DI, HE, TE), _ANY),
    Action.REGISTRATION_KEEP: dict.fromkeys((P, PA, ST, ME, DI, HE, TE), _ANY),
    Action.REGISTRATION_REMOVE: {ST: _STRUCTURE},
    Action.REGISTRATION_CHECK_IN: {ST: _STRUCTURE},
    Action.WALK_INS_COUNT: {ST: _STRUCTURE},
    Action.REGISTRANTS_REMIND: {SY: _ANY},
    Action.COORDONNATEUR_APPOINT: {NA: _ANY},
    Action.SCHOOL_STAFF_BIND: {CO: _TERRITORY, NA: _ANY, DI: _SCHOOL, HE: _SCHOOL},
    Action.SCHOOLS_IMPORT: {CO: _TERRITORY, NA: _ANY},
    Action.AUDITOR_ADMIT: {NA: _ANY},
    Action.INVITATION_SEND: {ST: _STRUCTURE, CO: _HOME, NA: _ANY},
    Action.INVITATION_REVOKE: {ST: _STRUCTURE, CO: _HOME, NA: _ANY},
    # Signed-in people act for themselves: an invitation by its link, a structure from the list.
    Action.INVITATION_ACCEPT: {PA: _ANY, ST: _ANY, ME: _ANY},
    Action.MEDIATEUR_REGISTER: {PA: _ANY, ME: _ANY},
    Action.MEDIATEUR_ACCEPT: {ST: _STRUCTURE, CO: _HOME, NA: _ANY},
    # Holders may lay down their own mandate.
    Action.MANDATE_END: {**_OWN, ST: _STRUCTURE, DI: _SCHOOL, HE: _SCHOOL, CO: _HOME, NA: _ANY},
    Action.CONTACT_ADD: {ST: _STRUCTURE},
    Action.CONTACTS_IMPORT: {ST: _STRUCTURE},
    Action.CONTACT_REMOVE: {ST: _STRUCTURE},
    Action.PLANNING_SEND: {ST: _STRUCTURE},
    Action.STRUCTURE_CONTACT_SET: {ST: _STRUCTURE, CO: _HOME},
    Action.LOGO_SET: {ST: _STRUCTURE, CO: _HOME, NA: _ANY},
    Action.LOGO_WITHDRAW: {ST: _STRUCTURE, CO: _HOME, NA: _ANY},
    Action.MAIL_PREFERENCES_SET: dict.fromkeys(PERSONS, _ANY),
    # Holding the letter's link is the right.
    Action.UNSUBSCRIBE: {P: _ANY},
    Action.NOTIFICATIONS_MARK_READ: dict.fromkeys(PERSONS, _ANY),
    Action.TERM_ADD: {NA: _ANY, SY: _ANY},
    **{action: {NA: _ANY} for action in (Action.TERM_RENAME, Action.TERM_MERGE, Action.TERM_SPLIT, Action.TERM_RETIRE)},
    Action.TERRITORY_JOIN: {NA: _ANY, SY: _ANY},
    Action.TERRITORY_OPEN_CANDIDATURES: {NA: _ANY},
    Action.ATTESTATION_FORM_WORD: {NA: _ANY, SY: _ANY},
    Action.SATISFACTION_FORM_WORD: {NA: _ANY, SY: _ANY},
    # Holding the questionnaire's link is the right.
    Action.QUESTIONNAIRE_ANSWER: dict.fromkeys((P, PA, ST, ME, CO, DI, IN, HE, TE, NA), _ANY),
    Action.SATISFACTION_RECORD: {SY: _ANY},
    Action.PERSON_ERASE: {**_OWN, NA: _ANY, SY: _ANY},
    Action.LETTER_REFUSE: {SY: _ANY},
    # Passkeys of their own, for those whose acts move money.
    Action.PASSKEY_REGISTER: {ST: _ANY, CO: _ANY, NA: _ANY},
    Action.PASSKEY_REVOKE: {ST: _ANY, CO: _ANY, NA: _ANY},
    Action.PASSKEYS_WITHDRAW: {NA: _ANY},
    Action.SERVICE_DOSSIER_OPEN: {ST: _STRUCTURE},
    Action.SERVICE_DOSSIER_GATHER: {ST: _STRUCTURE},
    Action.SERVICE_PIECE_ATTACH: {ST: _STRUCTURE},
    Action.SERVICE_PIECE_WITHDRAW: {ST: _STRUCTURE},
    Action.SERVICE_DOSSIER_DISCARD: {ST: _STRUCTURE},
    Action.SERVICE_DOSSIER_SUBMIT: {ST: _STRUCTURE},
    Action.SERVICE_DOSSIER_CERTIFY: {CO: _TERRITORY},
    Action.SERVICE_DOSSIER_RETURN: {CO: _TERRITORY},
    Action.SERVICE_PAYMENT_RECORD: {CO: _TERRITORY, NA: _ANY},
    Action.CERTIFICATION_WITHDRAW: {CO: _TERRITORY, NA: _ANY},
    Action.SERVICE_RECOVERY_RECORD: {CO: _TERRITORY, NA: _ANY},
    Action.SERVICE_AMENDMENT_PROPOSE: {ST: _STRUCTURE},
    Action.SERVICE_AMENDMENT_ACCEPT: {CO: _TERRITORY},
    Action.SERVICE_AMENDMENT_REFUSE: {CO: _TERRITORY},
    Action.CONTROL_OPEN: {AU: _ANY},
    Action.CONTROL_DRAW: {SY: _ANY},
    Action.CONTROL_PIECE_JUDGE: {AU: _ANY},
    Action.CONTROL_ANSWER: {ST: _STRUCTURE},
    Action.CONTROL_CLOSE: {AU: _ANY},
    Action.SCHOOL_PROJECT_READ: {DI: _SCHOOL, HE: _SCHOOL, CO: _TERRITORY, NA: _ANY, AU: _ANY},
    Action.STRUCTURE_READ: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY, AU: _ANY, SY: _ANY},
    Action.TERRITORY_READ: {CO: _TERRITORY, NA: _ANY, AU: _ANY, SY: _ANY},
    Action.COUNTRY_READ: {NA: _ANY, AU: _ANY, SY: _ANY},
    # Texts that were blanked are read by whoever blanks them, and by whoever controls it.
    Action.BLANKED_TEXT_READ: {NA: _ANY, AU: _ANY, SY: _ANY},
    Action.AUDIT_READ: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY, AU: _ANY, SY: _ANY},
    Action.CANDIDATURE_READ: {**_OWN, **dict.fromkeys((DI, IN, HE), _SCHOOL), **{CO: _TERRITORY, NA: _ANY, SY: _ANY}},
    Action.CONTACT_READ: {ST: _STRUCTURE},
    Action.MANDATE_READ: {ST: _STRUCTURE, CO: _HOME, NA: _ANY, AU: _ANY},
    Action.CANDIDATURE_NOTE_READ: {CO: _TERRITORY, NA: _ANY},
    Action.REGISTRATION_READ: {ST: _STRUCTURE},
    Action.REBUILD_FOLLOW: {NA: _ANY},
    Action.SATISFACTION_READ: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY, AU: _ANY},
    Action.CONTROL_READ: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY, AU: _ANY, SY: _ANY},
}
