"""Keep the people who attested a dossier's animations from deciding on it."""

from __future__ import annotations

from dataclasses import replace

from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ANIMATION
from domain.kernel.authors import joined
from domain.service_dossiers.service_dossier import ServiceDossier


def with_attesters(dossier: ServiceDossier, work: UnitOfWork) -> ServiceDossier:
    """Return the dossier with the acts on its animations too, for a decision that the table of four eyes knows."""
    animations = (work.find(ANIMATION, animation_id) for animation_id in dossier.animation_ids)
    acts = {animation.id: animation.acts for animation in animations if animation is not None and animation.acts}
    return replace(dossier, acts=joined(dossier.acts, *acts.values()))
