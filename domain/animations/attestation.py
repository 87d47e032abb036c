"""The attestation: who came to an animation, and how it is corrected (docs/glossary.md, "Life of an animation")."""

from __future__ import annotations

from datetime import datetime

from domain.animations.animation import Animation, Attendance
from domain.animations.events import AnimationAttested, AttestationCorrected
from domain.animations.transitions import check, check_with_dossier
from domain.kernel.actors import Actor
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, check_all, quantity
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason
from domain.typology.attestation_form import AttestationForm
from domain.typology.typology import Typology


def attest(
    state: Animation, actor: Actor, came: Attendance, form: AttestationForm, typology: Typology, now: datetime
) -> list[Event]:
    """Attest a published animation: never before its end, and only once."""
    check(Action.ANIMATION_ATTEST, state, actor, now)
    check_attendance(state, came, form, typology)
    return [
        AnimationAttested(parents=came.parents, children=came.children, form_version=form.version, answers=came.answers)
    ]


def correct_attestation(
    state: Animation,
    dossier_status: DossierStatus | None,
    actor: Actor,
    came: Attendance,
    reason: str,
    form: AttestationForm,
    typology: Typology,
    now: datetime,
) -> list[Event]:
    """Correct a mistake by a further event with a reason. `dossier_status` is the status of its service dossier."""
    check_with_dossier(Action.ATTESTATION_CORRECT, state, dossier_status, actor, now)
    check_all(lambda: check_attendance(state, came, form, typology), lambda: required_reason(reason))
    return [
        AttestationCorrected(
            parents=came.parents,
            children=came.children,
            form_version=form.version,
            answers=came.answers,
            reason=required_reason(reason),
        )
    ]


def check_changes(state: Animation, came: Attendance) -> None:
    """Refuse a correction that corrects nothing. Apart from the decision: earlier ones were recorded."""
    if came == state.attendance:
        raise broken("Rien ne change : l'attestation dit déjà cela.")


def check_attendance(state: Animation, came: Attendance, form: AttestationForm, typology: Typology) -> None:
    problems = []
    if came.parents < 0:
        problems.append(Problem(ErrorCode.INVALID, "le nombre de parents ne peut pas être négatif.", ("parents",)))
    if came.children < 0:
        problems.append(Problem(ErrorCode.INVALID, "le nombre d'enfants ne peut pas être négatif.", ("children",)))
    if came.children > 0 and not typology.admits_children(state.content.type):
        message = "Ce type d'animation n'accueille pas d'enfants : le nombre d'enfants doit être 0."
        problems.append(Problem(ErrorCode.RULE_BROKEN, message, ("children",)))
    if len(came.answers) > len(form.questions):
        message = f"Le formulaire en vigueur compte {quantity(len(form.questions), 'question')}."
        problems.append(Problem(ErrorCode.RULE_BROKEN, message, ("answers",)))
    if problems:
        raise DomainError(problems)
