"""Every action, by hand: for whom it is, when it is open on an animation, and how a test takes it.

A new action is stated here once more, on purpose: the tests compare it with what the domain says and does.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from domain.animations.animation import Animation, cancel, end, modify, publish, refuse_publication
from domain.animations.attendance_sheet import attach_sheet, withdraw_sheet
from domain.animations.attestation import attest, correct_attestation
from domain.animations.blanking import blank_text
from domain.animations.copying import clone
from domain.animations.coverage import resume, suspend
from domain.animations.series import Dates, repeat
from domain.animations.volunteers import name_volunteers
from domain.candidatures.events import CandidatureValidated, Degree
from domain.catalogue import CANDIDATURE, REGISTRATION
from domain.kernel.actors import Actor, Role
from domain.kernel.rights import Action
from domain.registrations.attendance import check_in, count_walk_ins
from tests.support.domain.builders import CAME, END, FORM, SHEET, START, TODAY, around, submitted
from tests.support.domain.registration_builders import made, number
from tests.support.domain.story import fold

#: `any`: everywhere; `struct`, `terr`, `home`, `school`, `person`: on what is one's own; `p+terr`: on what is one's own
#: as a person, and in one's territory; `-`: not at all.
RIGHTS_BY_HAND = """
                           public parent struct  médiat coord  director inspec head     teach  nation auditor system
conventionSign             -      -      -       -      terr   -        -      -        -      any    -       -
conventionAmend            -      -      -       -      terr   -        -      -        -      any    -       -
conventionTerminate        -      -      -       -      terr   -        -      -        -      any    -       -
structureRename            -      -      -       -      home   -        -      -        -      any    -       -
structureMove              -      -      -       -      home   -        -      -        -      any    -       -
animationCreate            -      -      struct  -      -      -        -      -        -      -      -       -
animationModify            -      -      struct  -      -      -        -      -        -      -      -       -
animationPublish           -      -      -       -      -      -        -      -        -      any    -       -
animationRefuse            -      -      -       -      -      -        -      -        -      any    -       -
animationCancel            -      -      struct  -      -      -        -      -        -      any    -       -
animationClone             -      -      struct  -      -      -        -      -        -      -      -       -
animationRepeat            -      -      struct  -      -      -        -      -        -      -      -       -
animationsPublish          -      -      -       -      -      -        -      -        -      any    -       -
animationsImport           -      -      struct  -      -      -        -      -        -      -      -       -
animationTextBlank         -      -      -       -      -      -        -      -        -      any    -       -
animationVolunteersName    -      -      struct  -      terr   -        -      -        -      -      -       -
animationEnd               -      -      -       -      -      -        -      -        -      -      -       any
animationSuspend           -      -      -       -      -      -        -      -        -      -      -       any
animationResume            -      -      -       -      -      -        -      -        -      -      -       any
letterRefuse               -      -      -       -      -      -        -      -        -      -      -       any
fileExpire                 -      -      -       -      -      -        -      -        -      -      -       any
proofMapCommit             -      -      -       -      -      -        -      -        -      -      -       any
logRestore                 -      -      -       -      -      -        -      -        -      -      -       any
proofLogCheck              -      -      -       -      -      -        -      -        -      -      -       any
signingRequire             -      -      -       -      -      -        -      -        -      -      -       any
animationAttest            -      -      struct  -      -      -        -      -        -      -      -       -
attestationCorrect         -      -      struct  -      -      -        -      -        -      -      -       -
attendanceSheetAttach      -      -      struct  -      -      -        -      -        -      -      -       -
attendanceSheetWithdraw    -      -      struct  -      -      -        -      -        -      -      -       -
animationRequest           -      -      -       -      -      school   -      school   school -      -       -
animationRequestTakeUp     -      -      struct  -      -      -        -      -        -      -      -       -
animationRequestAnswer     -      -      struct  -      -      -        -      -        -      -      -       any
animationRequestGiveBack   -      -      struct  -      -      -        -      -        -      -      -       -
animationRequestDecline    -      -      -       -      terr   -        -      -        -      any    -       -
animationRequestWithdraw   -      -      -       -      -      school   -      school   school any    -       any
animationRequestLapse      -      -      -       -      -      -        -      -        -      -      -       any
animationRequestReopen     -      -      -       -      -      -        -      -        -      -      -       any
animationRequestRead       -      -      struct  -      terr   school   school school   school any    -       -
candidatureSubmit          any    any    -       -      -      -        -      -        -      -      -       -
candidatureGiveOpinion     -      -      -       -      -      school   -      -        -      -      -       -
candidatureValidate        -      -      -       -      -      -        school school   -      -      -       -
candidatureReject          -      -      -       -      -      -        school school   -      any    -       -
candidatureWithdraw        -      person person  person p+terr person   person person   person any    person  -
registrationSubmit         any    any    -       any    -      -        -      -        -      -      -       -
registrationSubmitFor      -      -      struct  accept -      any      -      any      any    -      -       -
registrationCancel         any    any    any     any    -      any      -      any      any    -      -       -
registrationKeep           any    any    any     any    -      any      -      any      any    -      -       -
registrationRemove         -      -      struct  -      -      -        -      -        -      -      -       -
registrationCheckIn        -      -      struct  -      -      -        -      -        -      -      -       -
walkInsCount               -      -      struct  -      -      -        -      -        -      -      -       -
registrantsRemind          -      -      -       -      -      -        -      -        -      -      -       any
coordonnateurAppoint       -      -      -       -      -      -        -      -        -      any    -       -
schoolStaffBind            -      -      -       -      terr   school   -      school   -      any    -       -
schoolsImport              -      -      -       -      terr   -        -      -        -      any    -       -
auditorAdmit               -      -      -       -      -      -        -      -        -      any    -       -
invitationSend             -      -      struct  -      home   -        -      -        -      any    -       -
invitationRevoke           -      -      struct  -      home   -        -      -        -      any    -       -
invitationAccept           -      any    any     any    -      -        -      -        -      -      -       -
mediateurAccept            -      -      struct  -      home   -        -      -        -      any    -       -
mediateurRegister          -      any    -       any    -      -        -      -        -      -      -       -
mandateEnd                 -      person p+struct person p+home p+school person p+school person any    person  -
contactAdd                 -      -      struct  -      -      -        -      -        -      -      -       -
contactsImport             -      -      struct  -      -      -        -      -        -      -      -       -
contactRemove              -      -      struct  -      -      -        -      -        -      -      -       -
planningSend               -      -      struct  -      -      -        -      -        -      -      -       -
contactRead                -      -      struct  -      -      -        -      -        -      -      -       -
structureContactSet        -      -      struct  -      home   -        -      -        -      -      -       -
logoSet                    -      -      struct  -      home   -        -      -        -      any    -       -
logoWithdraw               -      -      struct  -      home   -        -      -        -      any    -       -
webhookSubscribe           -      -      struct  -      terr   -        -      -        -      any    -       -
webhookSecretRotate        -      -      struct  -      terr   -        -      -        -      any    -       -
webhookPause               -      -      struct  -      terr   -        -      -        -      any    -       any
webhookResume              -      -      struct  -      terr   -        -      -        -      any    -       -
webhookReplay              -      -      struct  -      terr   -        -      -        -      any    -       any
webhookUnsubscribe         -      -      struct  -      terr   -        -      -        -      any    -       -
webhookRead                -      -      struct  -      terr   -        -      -        -      any    -       -
unsubscribe                any    -      -       -      -      -        -      -        -      -      -       -
rebuildFollow              -      -      -       -      -      -        -      -        -      any    -       -
mailPreferencesSet         -      any    any     any    any    any      any    any      any    any    any     -
animationDraftKeep         -      -      struct  -      -      -        -      -        -      -      -       -
notificationsMarkRead      -      any    any     any    any    any      any    any      any    any    any     -
candidatureRecordContact   -      -      -       -      terr   -        -      -        -      -      -       -
candidatureRecordTraining  -      -      -       -      terr   -        -      -        -      -      -       -
candidatureRecordAccompaniment -      person person  person p+terr person   person person   person person person  -
candidatureCorrectAccompaniment -      person person  person p+terr person   person person   person person person  -
candidatureRecordPix       -      -      -       -      terr   -        -      -        -      -      -       -
candidatureRequestCertificate -      person person  person person person   person person   person person person  -
candidatureIssueCertificate -      -      -       -      terr   -        -      -        -      -      -       -
termAdd                    -      -      -       -      -      -        -      -        -      any    -       any
termRename                 -      -      -       -      -      -        -      -        -      any    -       -
termMerge                  -      -      -       -      -      -        -      -        -      any    -       -
termSplit                  -      -      -       -      -      -        -      -        -      any    -       -
termRetire                 -      -      -       -      -      -        -      -        -      any    -       -
territoryJoin              -      -      -       -      -      -        -      -        -      any    -       any
territoryOpenCandidatures  -      -      -       -      -      -        -      -        -      any    -       -
attestationFormWord        -      -      -       -      -      -        -      -        -      any    -       any
satisfactionFormWord       -      -      -       -      -      -        -      -        -      any    -       any
questionnaireAnswer        any    any    any     any    any    any      any    any      any    any    -       -
publicationPropose         -      -      struct  -      terr   -        -      -        -      any    -       -
publicationModify          -      -      struct  -      terr   -        -      -        -      any    -       -
publicationPublish         -      -      -       -      terr   -        -      -        -      any    -       -
publicationRefuse          -      -      -       -      -      -        -      -        -      any    -       -
publicationWithdraw        -      -      struct  -      terr   -        -      -        -      any    -       any
publicationFileAttach      -      -      struct  -      terr   -        -      -        -      any    -       -
publicationFileWithdraw    -      -      struct  -      terr   -        -      -        -      any    -       -
satisfactionRecord         -      -      -       -      -      -        -      -        -      -      -       any
satisfactionRead           -      -      struct  -      terr   -        -      -        -      any    any     -
personErase                -      person person  person person person   person person   person any    person  any
passkeyRegister            -      -      any     -      any    -        -      -        -      any    -       -
passkeyRevoke              -      -      any     -      any    -        -      -        -      any    -       -
passkeysWithdraw           -      -      -       -      -      -        -      -        -      any    -       -
serviceDossierOpen         -      -      struct  -      -      -        -      -        -      -      -       -
serviceDossierGather       -      -      struct  -      -      -        -      -        -      -      -       -
servicePieceAttach         -      -      struct  -      -      -        -      -        -      -      -       -
servicePieceWithdraw       -      -      struct  -      -      -        -      -        -      -      -       -
serviceDossierDiscard      -      -      struct  -      -      -        -      -        -      -      -       -
serviceDossierSubmit       -      -      struct  -      -      -        -      -        -      -      -       -
serviceDossierCertify      -      -      -       -      terr   -        -      -        -      -      -       -
serviceDossierReturn       -      -      -       -      terr   -        -      -        -      -      -       -
servicePaymentRecord       -      -      -       -      terr   -        -      -        -      any    -       -
certificationWithdraw      -      -      -       -      terr   -        -      -        -      any    -       -
serviceRecoveryRecord      -      -      -       -      terr   -        -      -        -      any    -       -
serviceAmendmentPropose    -      -      struct  -      -      -        -      -        -      -      -       -
serviceAmendmentAccept     -      -      -       -      terr   -        -      -        -      -      -       -
serviceAmendmentRefuse     -      -      -       -      terr   -        -      -        -      -      -       -
controlOpen                -      -      -       -      -      -        -      -        -      -      any     -
controlDraw                -      -      -       -      -      -        -      -        -      -      -       any
controlPieceJudge          -      -      -       -      -      -        -      -        -      -      any     -
controlAnswer              -      -      struct  -      -      -        -      -        -      -      -       -
controlClose               -      -      -       -      -      -        -      -        -      -      any     -
strategyWrite              -      -      -       -      terr   -        -      -        -      any    -       -
strategySchoolsImport      -      -      -       -      terr   -        -      -        -      any    -       -
strategyValidate           -      -      -       -      terr   -        -      -        -      any    -       -
strategyDocumentAttach     -      -      -       -      terr   -        -      -        -      any    -       -
strategyDocumentWithdraw   -      -      -       -      terr   -        -      -        -      any    -       -
schoolProjectRecord        -      -      -       -      terr   school   -      school   -      -      -       -
schoolProjectRead          -      -      -       -      terr   school   -      school   -      any    any     -
actionGroupOpen            -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupMemberAdd       -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupMemberRemove    -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupRecord          -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupCorrect         -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupMeetingCorrect  -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupLessonLink      -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupClose           -      -      -       -      terr   -        -      -        -      any    -       -
actionGroupMemberRead      -      -      -       -      terr   -        -      -        -      any    -       -
structureRead              -      -      struct  -      terr   -        -      -        -      any    any     any
territoryRead              -      -      -       -      terr   -        -      -        -      any    any     any
countryRead                -      -      -       -      -      -        -      -        -      any    any     any
blankedTextRead            -      -      -       -      -      -        -      -        -      any    any     any
auditRead                  -      -      struct  -      terr   -        -      -        -      any    any     any
candidatureRead            -      person person  person p+terr p+school p+school p+school person any    person  any
candidatureNoteRead        -      -      -       -      terr   -        -      -        -      any    -       -
volunteerRead              -      -      struct  -      terr   -        -      -        -      any    -       -
mandateRead                -      -      struct  -      home   -        -      -        -      any    any     -
registrationRead           -      -      struct  -      -      -        -      -        -      -      -       -
controlRead                -      -      struct  -      terr   -        -      -        -      any    any     any
"""

#: A cell says when the action is open: `yes`, `day` (from its day), `past` (once the animation is over), or the word
#: that the reason holds.
STAGES_BY_HAND = """
                    submitted  published  attested  refused  cancelled
animationPublish    yes        déjà       déjà      refusée  annulée
animationRefuse     yes        déjà       déjà      refusée  annulée
animationModify     yes        yes        remplie   yes      annulée
animationCancel     yes        yes        remplie   refusée  annulée
animationClone      yes        yes        yes       yes      yes
animationRepeat     yes        yes        yes       yes      yes
animationVolunteersName  yes   yes        yes       refusée  annulée
animationTextBlank  masquer    masquer    masquer   masquer  masquer
animationEnd        attend     past       past      refusée  annulée
animationSuspend    yes        yes        remplie   yes      annulée
animationResume     suspendue  suspendue  remplie   suspendue  annulée
registrationCheckIn  attend    day        remplie   refusée  annulée
walkInsCount        attend     day        remplie   refusée  annulée
animationAttest     attend     past       remplie   refusée  annulée
attestationCorrect  attend     encore     yes       refusée  annulée
attendanceSheetAttach  attend  past       past      refusée  annulée
attendanceSheetWithdraw  attend  jointe  jointe  refusée  annulée
"""

BOOK = fold(REGISTRATION, made())
VOLUNTEER = fold(CANDIDATURE, submitted(Degree.SECOND), CandidatureValidated())


def _who() -> Mapping[Role, set[str]]:
    """Return the actions on an animation that each role reaches, by the table of rights."""
    columns = {"struct": Role.STRUCTURE, "coord": Role.COORDONNATEUR, "nation": Role.NATIONAL, "system": Role.SYSTEM}
    header, *lines = (line.split() for line in RIGHTS_BY_HAND.strip("\n").splitlines())
    staged = {line.split()[0] for line in STAGES_BY_HAND.strip("\n").splitlines()[1:]}
    return {
        role: {action for action, *cells in lines if action in staged and cells[header.index(column)] != "-"}
        for column, role in columns.items()
    }


WHO = _who()

#: A week later, when nothing else is.
NEXT = START + timedelta(days=7), END + timedelta(days=7)

ACTS: Mapping[Action, Callable[[Animation, Actor, Any], Any]] = {
    Action.ANIMATION_PUBLISH: lambda state, who, now: publish(state, who, now),
    Action.ANIMATION_END: lambda state, who, now: end(state, who, now),
    Action.ANIMATION_SUSPEND: lambda state, who, now: suspend(state, [], who, now),
    Action.ANIMATION_RESUME: lambda state, who, now: resume(state, [], who, now),
    Action.ANIMATION_REFUSE: lambda state, who, now: refuse_publication(state, who, "Refusée", now),
    Action.ANIMATION_VOLUNTEERS_NAME: lambda state, who, now: name_volunteers(
        state, [VOLUNTEER.id], {VOLUNTEER.id: VOLUNTEER}, who, now
    ),
    Action.ANIMATION_TEXT_BLANK: lambda state, who, now: blank_text(state, who, 1, "Un nom", now),
    Action.ANIMATION_MODIFY: lambda state, who, now: modify(state, who, {"seats": 20}, around(), now),
    Action.ANIMATION_CANCEL: lambda state, who, now: cancel(state, who, "Refusée", now),
    Action.ANIMATION_CLONE: lambda state, who, now: clone(state, who, START, END, around(), now),
    Action.ANIMATION_REPEAT: lambda state, who, now: repeat(state, [Dates(*NEXT)], who, around(), now),
    Action.ANIMATION_ATTEST: lambda state, who, now: attest(state, who, CAME, FORM, TODAY, now),
    Action.REGISTRATION_CHECK_IN: lambda state, who, now: check_in(BOOK, state, number(1), True, None, who, now),
    Action.WALK_INS_COUNT: lambda state, who, now: count_walk_ins(BOOK, state, 2, 1, who, now),
    Action.ATTESTATION_CORRECT: lambda state, who, now: correct_attestation(
        state, None, who, CAME, "Erreur", FORM, TODAY, now
    ),
    Action.ATTENDANCE_SHEET_ATTACH: lambda state, who, now: attach_sheet(state, None, who, SHEET, now),
    Action.ATTENDANCE_SHEET_WITHDRAW: lambda state, who, now: withdraw_sheet(
        state, None, who, next(iter(state.sheets), SHEET.sha256), "Page d'une autre animation", now
    ),
}
