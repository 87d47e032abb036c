"""How a dossier is opened, which animations it gathers, and how one is given up that was opened by mistake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus
from domain.conventions.convention import Convention
from domain.kernel.actors import Actor
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize
from domain.kernel.validation import required_reason
from domain.service_dossiers.events import DossierDiscarded, DossierGathered, DossierOpened
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import check

#: The command that gathers reads and claims each animation: a longer period takes several dossiers.
MOST_ANIMATIONS = 500


def open_dossier(convention: Convention, period_from: date, period_until: date, actor: Actor) -> list[Event]:
    """Open a dossier for one convention and one period (both days included) that the convention covers in part."""
    authorize(actor, Action.SERVICE_DOSSIER_OPEN, convention.belongings)
    if period_until < period_from:
        raise invalid("la fin de la période précède son début.", "period_until")
    if period_until < convention.valid_from or convention.last_day < period_from:
        raise broken(
            f"La convention couvre les jours du {convention.valid_from:%d/%m/%Y} au {convention.last_day:%d/%m/%Y} :"
            " la période du dossier est en dehors.",
            "period_from",
        )
    return [
        DossierOpened(
            structure_id=convention.structure_id,
            convention_id=convention.id,
            territory=convention.territory,
            period_from=period_from,
            period_until=period_until,
        )
    ]


def gathering_obstacle(dossier: ServiceDossier, convention: Convention, animation: Animation | None) -> str | None:
    """Return why the dossier may not gather the animation (French), or None.

    Another structure's animation gives the same answer as one that does not exist.
    """
    if animation is None or animation.structure_id != dossier.structure_id:
        return "cette animation n'est pas une animation de la structure."
    if animation.convention_id != dossier.convention_id:
        return "cette animation relève d'une autre convention."
    if animation.status is not AnimationStatus.PUBLISHED or not animation.attested:
        return "cette animation n'est pas attestée."
    if not dossier.period_from <= animation.held_on <= dossier.period_until:
        return f"cette animation a eu lieu le {animation.held_on:%d/%m/%Y}, hors de la période du dossier."
    if outside := coverage_obstacle(convention, animation):
        return outside
    if animation.dossier_id not in (None, dossier.id):
        return "cette animation est déjà dans un autre dossier."
    return None


def coverage_obstacle(convention: Convention, animation: Animation) -> str | None:
    """Return why the convention does not cover the animation's day (French), or None."""
    outside = convention.coverage_obstacle(animation.held_on)
    return outside and f"« {animation.content.title} » a eu lieu le {animation.held_on:%d/%m/%Y}, {outside}."


def gather(
    dossier: ServiceDossier, convention: Convention, chosen: Iterable[tuple[UUID, Animation | None]], actor: Actor
) -> list[Event]:
    """Make these the dossier's animations. Raise every obstacle, each under its place in the list."""
    check(Action.SERVICE_DOSSIER_GATHER, dossier, actor)
    animations = dict(chosen)
    if len(animations) > MOST_ANIMATIONS:
        message = f"{MOST_ANIMATIONS} animations au plus dans un dossier : choisissez une période plus courte."
        raise invalid(message, "animation_ids")
    obstacles = [
        (place, gathering_obstacle(dossier, convention, animation))
        for place, animation in enumerate(animations.values())
    ]
    problems = [
        Problem(ErrorCode.RULE_BROKEN, f"Animation {place + 1} : {reason}", ("animation_ids", str(place)))
        for place, reason in obstacles
        if reason is not None
    ]
    if problems:
        raise DomainError(problems)
    if dossier.status is DossierStatus.OPEN and set(animations) == set(dossier.animation_ids):
        raise broken("Rien ne change : le dossier rassemble déjà ces animations.")
    return [DossierGathered(animation_ids=tuple(animations))]


def discard(dossier: ServiceDossier, actor: Actor, reason: str) -> list[Event]:
    """Give up a dossier that was never submitted. The caller frees its animations in the same transaction."""
    check(Action.SERVICE_DOSSIER_DISCARD, dossier, actor)
    return [DossierDiscarded(reason=required_reason(reason))]
