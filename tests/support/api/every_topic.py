"""A world in whose log an event of every topic stands."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from application.accounts.commands import (
    AuditorAdmit,
    CoordonnateurAppoint,
    MailPreferencesSet,
    MandateEnd,
    MediateurAccept,
    SchoolStaffBind,
)
from application.accounts.invitations import PURPOSE as INVITATION
from application.accounts.invitations import InvitationAccept, InvitationRevoke, InvitationSend
from application.animations.commands import (
    AnimationAttest,
    AnimationCancel,
    AnimationEnd,
    AnimationModify,
    AnimationResume,
    AnimationSuspend,
    AnimationTextBlank,
    AttestationCorrect,
)
from application.attendance import RegistrationCheckIn, WalkInsCount
from application.candidatures import (
    CandidatureGiveOpinion,
    CandidatureIssueCertificate,
    CandidatureRecordContact,
    CandidatureRecordPix,
    CandidatureRecordTraining,
    CandidatureReject,
    CandidatureRequestCertificate,
    CandidatureSubmit,
    CandidatureValidate,
    CandidatureWithdraw,
)
from application.contacts.commands import ContactAdd, ContactRemove, PlanningSend
from application.controls import ControlAnswer, ControlClose, ControlPieceJudge
from application.conventions import ConventionAmend, ConventionSign, ConventionTerminate, StructureMove, StructureRename
from application.files.expiry import FileExpire
from application.notifications.refused_letters import LetterRefuse
from application.notifications.unsubscribing import PURPOSE as UNSUBSCRIBE
from application.notifications.unsubscribing import Unsubscribe
from application.proof.completeness.committing import ProofMapCommit
from application.proof.log_checks import ProofLogCheck
from application.proof.restorations import LogRestore
from application.proof.signing_rules import SigningRequire
from application.registrations import (
    PURPOSE,
    RegistrationCancel,
    RegistrationKeep,
    RegistrationRemove,
    RegistrationSubmit,
)
from application.reminders import RegistrantsRemind
from application.satisfaction.commands import Question, SatisfactionFormWord, SatisfactionRecord
from application.schools.commands import SchoolsImport
from application.service_dossiers.amendments import ServiceAmendmentPropose, ServiceAmendmentRefuse
from application.service_dossiers.commands import (
    ServiceDossierGather,
    ServiceDossierReturn,
    ServicePieceAttach,
)
from application.service_dossiers.discarding import ServiceDossierDiscard
from application.typology import (
    AttestationFormWord,
    Part,
    TermMerge,
    TermRename,
    TermRetire,
    TermSplit,
    TerritoryJoin,
    TerritoryOpenCandidatures,
)
from domain.candidatures.events import Degree
from domain.catalogue import CONTACTS, SERVICE_DOSSIER
from domain.controls.control import pieces
from domain.controls.pieces import ReasonCode
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from domain.kernel.identifiers import contact_list_id
from domain.kernel.rights import Action
from domain.notifications.events import LetterAbout, Unreached
from domain.satisfaction.form import QuestionKind
from domain.satisfaction.packets import QuestionResult
from domain.typology.typology import TermKind
from eventstore.log import read_stream, state_after
from tests.support.api.further_acts import further_acts
from tests.support.api.passkey_acts import keeps_a_passkey
from tests.support.api.rights_world import PARENT, one_of_each
from tests.support.api.webhook_acts import keeps_a_subscription
from tests.support.papers.dossiers import pdf
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import (
    AUDITOR,
    COORDONNATEUR,
    HEAD,
    NATIONAL,
    SIRET,
    STRUCTURE,
    STRUCTURE_ID,
    UAI,
    World,
)

DIRECTOR, INSPECTOR = (Actor(role, role.value, schools=frozenset([UAI])) for role in (Role.DIRECTOR, Role.INSPECTOR))
WHO = {"first_name": "Prénom", "last_name": "Nom"}


def an_event_of_every_topic(world: World, claim: Claim) -> dict[str, str]:
    """The ids that `one_of_each` tells, after everything else has happened too."""
    ids = one_of_each(world, claim)
    _controlled(world, ids)
    _settled(world, claim)
    _held(world)
    _registered(world)
    _volunteered(world)
    _spoken_for(world)
    _written_to(world)
    keeps_a_subscription(world, UUID(ids["webhookId"]))
    further_acts(world, claim)
    _steered(world)
    _ended(world)
    _judged(world, UUID(ids["attested"]))
    mediateur = {"account_id": UUID(ids["accountId"]), "mandate_id": UUID(ids["mandateId"])}
    world.does(MediateurAccept(**mediateur), STRUCTURE)
    world.does(FileExpire(sha256="0" * 64), SYSTEM)
    world.does(ProofMapCommit(position=1, root="0" * 64, signing_rules=0), SYSTEM)
    keeps_a_passkey(world)
    world.does(SigningRequire(roles=(Role.NATIONAL,), acts=(Action.SERVICE_RECOVERY_RECORD,)), SYSTEM)
    world.does(ProofLogCheck(position=1, events=1, rows=1, findings=1, first_findings=("position 1",)), SYSTEM)
    world.does(LogRestore(last_kept=1, last_skipped=2, reason="Une perte"), SYSTEM)
    refused = UUID(ids["refused"])
    world.does(AnimationModify(animation_id=refused, changes={"title": "Précisé"}), STRUCTURE)
    world.does(AnimationTextBlank(animation_id=refused, version=1, reason="Un nom"), NATIONAL)
    return ids


def _controlled(world: World, ids: dict[str, str]) -> None:
    control_id, dossier_id = UUID(ids["controlId"]), UUID(ids["dossierId"])
    dossier = _state(world, SERVICE_DOSSIER, dossier_id)
    refused, *accepted = pieces(dossier)
    about: dict[str, Any] = {"control_id": control_id, "dossier_id": dossier_id}
    illegible = {"accepted": False, "reason_code": ReasonCode.OTHER, "comment": "Illisible"}
    world.does(ControlPieceJudge(**about, piece=refused, **illegible), AUDITOR)
    world.does(ControlAnswer(**about, piece=refused, answer="Voici mieux"), STRUCTURE)
    for piece in accepted:
        world.does(ControlPieceJudge(**about, piece=piece, accepted=True), AUDITOR)
    world.does(ControlClose(control_id=control_id, conclusion="Une pièce à revoir"), AUDITOR)


def _settled(world: World, claim: Claim) -> None:
    kept, released = claim.attested(2)
    world.does(ServiceDossierDiscard(dossier_id=claim.opened(kept), reason="Période fausse"), STRUCTURE)
    dossier_id = claim.submitted(kept, released)
    world.does(ServiceDossierReturn(dossier_id=dossier_id, reason="Incomplet"), COORDONNATEUR)
    world.does(ServiceDossierGather(dossier_id=dossier_id, animation_ids=(kept,)), STRUCTURE)
    certified = claim.certified(released)
    amended = {"animation_id": released, "parents": 1, "reason": "Recompté"}
    world.does(ServiceAmendmentPropose(dossier_id=certified, **amended), STRUCTURE)
    world.does(ServiceAmendmentRefuse(dossier_id=certified, number=1, reason="Refusée"), COORDONNATEUR)
    world.does(ConventionAmend(convention_id=world.conventions[0], required_pieces=("Facture",)), NATIONAL)
    with claim.files.draft(io.BytesIO(pdf(title="Facture"))) as draft:
        file = {"media_type": "application/pdf", "size": draft.size, "sha256": draft.sha256, "draft": draft}
        world.does(ServicePieceAttach(dossier_id=dossier_id, piece="Facture", **file), STRUCTURE)


def _held(world: World) -> None:
    held, cancelled = world.creates(), world.creates()
    for animation in (held, cancelled):
        world.publishes(animation)
    world.does(AnimationCancel(animation_id=cancelled, reason="Neige"), STRUCTURE)
    world.now += timedelta(days=1)
    world.does(AnimationEnd(animation_id=held), SYSTEM)
    world.does(AnimationAttest(animation_id=held, parents=3), STRUCTURE)
    world.does(AttestationCorrect(animation_id=held, parents=4, reason="Recompté"), STRUCTURE)


def _registered(world: World) -> None:
    animation = world.creates(seats=1)
    world.publishes(animation)
    first, second, _ = (
        world.does(RegistrationSubmit(animation_id=animation, email=f"{name}@example.org", **WHO), PUBLIC).subject_id
        for name in ("a", "b", "c")
    )
    world.does(RegistrantsRemind(animation_id=animation, ahead=timedelta(days=2)), SYSTEM)
    as_declared = {"starts_at": world.now + timedelta(hours=2), "ends_at": world.now + timedelta(hours=4)}
    moved = {"starts_at": world.now + timedelta(days=2), "ends_at": world.now + timedelta(days=2, hours=1)}
    world.does(AnimationModify(animation_id=animation, changes=moved), STRUCTURE)
    world.does(RegistrationKeep(link=world.app.links.link(PURPOSE, animation, first)), PUBLIC)
    world.does(AnimationModify(animation_id=animation, changes=as_declared), STRUCTURE)
    world.does(LetterRefuse(about=LetterAbout.REGISTRATION, about_id=first, reason=Unreached.REFUSED), SYSTEM)
    world.does(RegistrationCheckIn(animation_id=animation, registration_id=second, present=True), STRUCTURE)
    world.does(WalkInsCount(animation_id=animation, parents=2), STRUCTURE)
    world.does(RegistrationCancel(link=world.app.links.link(PURPOSE, animation, first)), PUBLIC)
    world.does(RegistrationRemove(animation_id=animation, registration_id=second, reason="En double"), STRUCTURE)
    world.app.erase_person("c@example.org", SYSTEM, world.now)


def _volunteered(world: World) -> None:
    def submitted(name: str, degree: Degree, who: Actor = PARENT) -> dict[str, UUID]:
        values = {"territory": "971", "school_uai": UAI, "motivation": "Aider.", "email": f"{name}@example.org", **WHO}
        return {"candidature_id": world.does(CandidatureSubmit(degree=degree, **values), who).subject_id}

    degrees = {"v": Degree.FIRST, "w": Degree.SECOND, "x": Degree.SECOND, "y": Degree.FIRST}
    first, second, rejected, withdrawn = (submitted(name, degree) for name, degree in degrees.items())
    submitted("v", Degree.FIRST, PUBLIC)
    on = {"on": world.now.date()}
    world.does(CandidatureGiveOpinion(**first, favourable=True), DIRECTOR)
    world.does(CandidatureValidate(**first), INSPECTOR)
    world.does(CandidatureValidate(**second), HEAD)
    world.does(CandidatureRecordContact(**second, **on), COORDONNATEUR)
    world.does(CandidatureRecordTraining(**second, **on, subject="Pix"), COORDONNATEUR)
    world.does(CandidatureRecordPix(**second, **on), COORDONNATEUR)
    world.does(CandidatureRequestCertificate(**second), PARENT)
    world.does(CandidatureIssueCertificate(**second), COORDONNATEUR)
    world.does(CandidatureReject(**rejected, reason="Hors secteur"), HEAD)
    world.does(CandidatureWithdraw(**withdrawn), PARENT)
    world.app.erase_person(str(withdrawn["candidature_id"]), NATIONAL, world.now)


def _spoken_for(world: World) -> None:
    until = world.now + timedelta(days=9)
    world.does(CoordonnateurAppoint(subject="coordo", territories=("971",)), NATIONAL)
    world.does(AuditorAdmit(subject="auditrice", until=until), NATIONAL)
    bound = world.does(
        SchoolStaffBind(subject="ien", staff_role="inspector", territory="971", schools=(UAI,)), COORDONNATEUR
    ).subject_id
    ien = world.app.bus.cache.get(bound)
    assert ien is not None
    world.does(MandateEnd(account_id=bound, mandate_id=next(iter(ien.state.mandates))), COORDONNATEUR)
    speaker = Actor(Role.PARENT, "parent", subject="camille")
    taken, revoked, _ = (
        world.does(InvitationSend(structure_id=STRUCTURE_ID, email=f"{name}@example.org"), STRUCTURE).subject_id
        for name in ("i1", "i2", "i3")
    )
    world.does(InvitationAccept(link=world.app.links.link(INVITATION, taken)), speaker)
    world.does(InvitationRevoke(invitation_id=revoked), STRUCTURE)
    world.app.erase_person("i3@example.org", NATIONAL, world.now)
    world.does(MailPreferencesSet(email="camille@example.org"), replace(speaker, role=Role.STRUCTURE))
    world.app.erase_person("camille", NATIONAL, world.now)


def _written_to(world: World) -> None:
    for name in ("k1", "k2"):
        world.does(ContactAdd(structure_id=STRUCTURE_ID, name="École", email=f"{name}@example.org"), STRUCTURE)
    coming = (world.animations[-1],)
    world.does(PlanningSend(structure_id=STRUCTURE_ID, animation_ids=coming), STRUCTURE)
    contact = next(iter(_state(world, CONTACTS, contact_list_id(STRUCTURE_ID)).contacts))
    world.does(Unsubscribe(link=world.app.links.link(UNSUBSCRIBE, STRUCTURE_ID, contact)), PUBLIC)
    world.does(ContactRemove(structure_id=STRUCTURE_ID, contact_id=contact), STRUCTURE)
    world.app.erase_person("k2@example.org", NATIONAL, world.now)


def _steered(world: World) -> None:
    theme = {"kind": TermKind.THEME}
    world.does(TermRename(**theme, code="jeux-video", label="Jeux"), NATIONAL)
    world.does(TermMerge(**theme, source="educonnect", into="ent-pronote"), NATIONAL)
    parts = (Part(into="ent-pronote", starts_before=date(2027, 1, 1)), Part(into="temps-ecran"))
    world.does(TermSplit(**theme, code="cyberharcelement", parts=parts), NATIONAL)
    world.does(TermRetire(**theme, code="acces-aux-droits"), NATIONAL)
    world.does(TerritoryJoin(code="75", name="Paris", time_zone="Europe/Paris"), NATIONAL)
    world.does(TerritoryOpenCandidatures(code="75"), NATIONAL)
    world.does(AttestationFormWord(questions=("Et ?",)), NATIONAL)
    world.does(SchoolsImport(csv=f"UAI;nom;commune\n{UAI};École des Flamboyants;97105"), COORDONNATEUR)


def _judged(world: World, held: UUID) -> None:
    world.does(SatisfactionFormWord(questions=(Question(text="Utile ?", kind=QuestionKind.SCALE),)), NATIONAL)
    answered = (QuestionResult(number=1, answers=6, total=27),)
    world.does(SatisfactionRecord(owner_id=held, form_version=1, answer_count=6, results=answered), SYSTEM)


def _ended(world: World) -> None:
    world.does(StructureRename(structure_id=STRUCTURE_ID, name="Autre nom", reason="Fusion"), NATIONAL)
    world.does(
        StructureMove(structure_id=STRUCTURE_ID, siret="21180033901005", on=date(2026, 9, 1), reason="Fin du bail"),
        NATIONAL,
    )
    days = {"signed_on": date(2026, 9, 1), "valid_from": date(2027, 9, 1), "valid_until": date(2028, 8, 31)}
    parties = {"siret": SIRET, "structure_name": "Autre nom", "territory": "971", "coordonnateur": "coordination"}
    further = {"convention_id": world.does(ConventionSign(**parties, **days), NATIONAL).subject_id}
    world.does(ConventionAmend(**further, planned_animations=3), NATIONAL)
    later = datetime(2027, 10, 15, 18, tzinfo=UTC)
    left = {"animation_id": world.creates(starts_at=later, ends_at=later + timedelta(hours=2))}
    world.does(ConventionTerminate(**further, terminated_on=date(2027, 10, 1), reason="Fin prévue"), NATIONAL)
    world.does(AnimationSuspend(**left), SYSTEM)
    world.does(ConventionSign(**parties, **days | {"valid_from": date(2027, 10, 2)}), NATIONAL)
    world.does(AnimationResume(**left), SYSTEM)


def _state(world: World, kind: Any, stream: UUID) -> Any:
    with world.app.pool.connection() as conn:
        return state_after(kind, read_stream(conn, stream))
