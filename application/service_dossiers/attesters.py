"""Who attested the animations of a dossier decides nothing on it."""

from __future__ import annotations

from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ANIMATION
from domain.kernel.errors import broken
from domain.service_dossiers.four_eyes import attesting_obstacle
from domain.service_dossiers.service_dossier import ServiceDossier


def check_who_attested(dossier: ServiceDossier, work: UnitOfWork) -> None:
    """Raise RULE_BROKEN if who decides on the dossier attested its animations themselves, in whatever role."""
    for animation_id in dossier.animation_ids:
        animation = work.find(ANIMATION, animation_id)
        if animation is not None and (reason := attesting_obstacle(work.action, animation.acts, work.actor)):
            raise broken(reason)
