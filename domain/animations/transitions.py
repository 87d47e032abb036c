"""What may be done next with an animation: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.dossier_status import DossierStatus, correction_obstacle, sheet_obstacle
from domain.kernel.errors import broken
from domain.kernel.rights import Action, Belongings, authorize, may


class AnimationStatus(StrEnum):
    SUBMITTED = "SUBMITTED"
    PUBLISHED = "PUBLISHED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


class Standing(Protocol):
    """The facts about an animation that the table needs. Both the aggregate and the read model's row provide them."""

    @property
    def status(self) -> AnimationStatus: ...
    @property
    def attested(self) -> bool: ...
    @property
    def suspended(self) -> bool: ...
    @property
    def held_on(self) -> date: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def sheets(self) -> Collection[str]: ...
    @property
    def structure_id(self) -> UUID: ...
    @property
    def territory(self) -> str: ...
    @property
    def former_texts(self) -> int: ...


#: Returns why the condition does not hold (French), or None.
Condition = Callable[[Standing, datetime], str | None]


def _not_attested(animation: Standing, now: datetime) -> str | None:
    return "L'attestation est déjà remplie." if animation.attested else None


def _attested(animation: Standing, now: datetime) -> str | None:
    return None if animation.attested else "L'attestation n'est pas encore remplie."


def _signed(animation: Standing, now: datetime) -> str | None:
    return None if animation.sheets else "Aucune liste d'émargement signée n'est jointe."


def _covered(animation: Standing, now: datetime) -> str | None:
    return "L'animation est déjà suspendue." if animation.suspended else None


def _not_suspended(animation: Standing, now: datetime) -> str | None:
    obstacle = "L'animation est suspendue : aucune convention de la structure ne couvre son jour."
    return obstacle if animation.suspended else None


def _suspended(animation: Standing, now: datetime) -> str | None:
    return None if animation.suspended else "L'animation n'est pas suspendue."


def _over(animation: Standing, now: datetime) -> str | None:
    return None if animation.ends_at <= now else "L'animation n'est pas encore terminée."


def _on_its_day(animation: Standing, now: datetime) -> str | None:
    has_begun = now.astimezone(ZoneInfo(animation.time_zone)).date() >= animation.held_on
    return None if has_begun else "La liste se remplit à partir du jour de l'animation."


def _rewritten(animation: Standing, now: datetime) -> str | None:
    return None if animation.former_texts else "Aucun ancien texte de l'animation n'est à masquer."


def _admitted(status: DossierStatus | None) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Transition:
    """An action is open in these statuses when every condition holds; `domain.kernel.rights` says who may take it.

    `by_dossier`: why the dossier that holds the animation, if any, stands against it in that status (French).
    """

    open_in: frozenset[AnimationStatus]
    conditions: tuple[Condition, ...] = ()
    by_dossier: Callable[[DossierStatus | None], str | None] = _admitted


_SUBMITTED, _PUBLISHED = AnimationStatus.SUBMITTED, AnimationStatus.PUBLISHED
_REFUSED, _CANCELLED = AnimationStatus.REFUSED, AnimationStatus.CANCELLED

TRANSITIONS: Mapping[Action, Transition] = {
    Action.ANIMATION_PUBLISH: Transition(frozenset({_SUBMITTED}), (_not_suspended,)),
    Action.ANIMATION_REFUSE: Transition(frozenset({_SUBMITTED})),
    Action.ANIMATION_MODIFY: Transition(frozenset({_SUBMITTED, _REFUSED, _PUBLISHED}), (_not_attested,)),
    Action.ANIMATION_CANCEL: Transition(frozenset({_SUBMITTED, _PUBLISHED}), (_not_attested,)),
    Action.ANIMATION_CLONE: Transition(frozenset(AnimationStatus)),
    Action.ANIMATION_REPEAT: Transition(frozenset(AnimationStatus)),
    Action.ANIMATION_VOLUNTEERS_NAME: Transition(frozenset({_SUBMITTED, _PUBLISHED})),
    Action.ANIMATION_TEXT_BLANK: Transition(frozenset(AnimationStatus), (_rewritten,)),
    Action.ANIMATION_END: Transition(frozenset({_PUBLISHED}), (_over,)),
    Action.ANIMATION_SUSPEND: Transition(frozenset({_SUBMITTED, _REFUSED, _PUBLISHED}), (_not_attested, _covered)),
    Action.ANIMATION_RESUME: Transition(frozenset({_SUBMITTED, _REFUSED, _PUBLISHED}), (_not_attested, _suspended)),
    Action.REGISTRATION_CHECK_IN: Transition(frozenset({_PUBLISHED}), (_not_attested, _on_its_day)),
    Action.WALK_INS_COUNT: Transition(frozenset({_PUBLISHED}), (_not_attested, _on_its_day)),
    Action.ANIMATION_ATTEST: Transition(frozenset({_PUBLISHED}), (_not_attested, _over)),
    Action.ATTESTATION_CORRECT: Transition(frozenset({_PUBLISHED}), (_attested,), correction_obstacle),
    Action.ATTENDANCE_SHEET_ATTACH: Transition(frozenset({_PUBLISHED}), (_over,), sheet_obstacle),
    Action.ATTENDANCE_SHEET_WITHDRAW: Transition(frozenset({_PUBLISHED}), (_signed,), sheet_obstacle),
}

#: The actions that depend on the service dossier which holds the animation, and those that do not: mypy refuses a check
#: of the former without its status.
DossierAction = Literal[Action.ATTESTATION_CORRECT, Action.ATTENDANCE_SHEET_ATTACH, Action.ATTENDANCE_SHEET_WITHDRAW]
OwnAction = Literal[
    Action.ANIMATION_PUBLISH,
    Action.ANIMATION_REFUSE,
    Action.ANIMATION_MODIFY,
    Action.ANIMATION_CANCEL,
    Action.ANIMATION_CLONE,
    Action.ANIMATION_REPEAT,
    Action.ANIMATION_VOLUNTEERS_NAME,
    Action.ANIMATION_TEXT_BLANK,
    Action.ANIMATION_END,
    Action.ANIMATION_SUSPEND,
    Action.ANIMATION_RESUME,
    Action.ANIMATION_ATTEST,
    Action.REGISTRATION_CHECK_IN,
    Action.WALK_INS_COUNT,
]

_IN_STATUS: Mapping[AnimationStatus, str] = {
    _SUBMITTED: "L'animation attend sa publication.",
    _PUBLISHED: "L'animation est déjà publiée.",
    _REFUSED: "L'animation est refusée : corrigez-la pour la soumettre à nouveau.",
    _CANCELLED: "L'animation est annulée.",
}


def obstacle(action: Action, animation: Standing, dossier_status: DossierStatus | None, now: datetime) -> str | None:
    """Return why the state of the animation and of its dossier does not admit the action now (French), or None."""
    transition = TRANSITIONS[action]
    if animation.status not in transition.open_in:
        return _IN_STATUS[animation.status]
    reasons = (condition(animation, now) for condition in transition.conditions)
    return next((reason for reason in reasons if reason is not None), transition.by_dossier(dossier_status))


def awaits_attestation(animation: Standing, now: datetime) -> bool:
    """Return whether its attestation may be filled in: what lists, figures and reminders call awaiting attestation."""
    return obstacle(Action.ANIMATION_ATTEST, animation, None, now) is None


def belongings(animation: Standing) -> Belongings:
    return Belongings(structure_id=animation.structure_id, territories=frozenset([animation.territory]))


def check(action: OwnAction, animation: Standing, actor: Actor, now: datetime) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action now."""
    _check(action, animation, None, actor, now)


def check_with_dossier(
    action: DossierAction, animation: Standing, dossier_status: DossierStatus | None, actor: Actor, now: datetime
) -> None:
    """Do what `check` does; `dossier_status` is that of the service dossier that holds the animation, if any."""
    _check(action, animation, dossier_status, actor, now)


def _check(
    action: Action, animation: Standing, dossier_status: DossierStatus | None, actor: Actor, now: datetime
) -> None:
    authorize(actor, action, belongings(animation))
    if reason := obstacle(action, animation, dossier_status, now):
        raise broken(reason)


def allowed_actions(
    animation: Standing, dossier_status: DossierStatus | None, actor: Actor, now: datetime
) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any."""
    reached = [action for action in TRANSITIONS if may(actor, action, belongings(animation))]
    return with_reasons(reached, lambda action: obstacle(action, animation, dossier_status, now))
