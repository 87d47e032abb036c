"""How the coordonnateur answers a submitted dossier: certified, or sent back."""

from __future__ import annotations

from domain.conventions.convention import Convention
from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason
from domain.service_dossiers.events import DossierCertified, DossierReturned
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import check


def send_back(dossier: ServiceDossier, actor: Actor, reason: str) -> list[Event]:
    check(Action.SERVICE_DOSSIER_RETURN, dossier, actor)
    return [DossierReturned(reason=required_reason(reason))]


def certify(dossier: ServiceDossier, convention: Convention, actor: Actor, overrun_reason: str | None) -> list[Event]:
    """Certify the service. The amount is the number of animations times the submitted rate, in exact euros.

    More animations than the convention planned, over all its dossiers, take an explicit reason.
    """
    check(Action.SERVICE_DOSSIER_CERTIFY, dossier, actor)
    if dossier.amended:
        raise broken("Une attestation a été rectifiée depuis la soumission : renvoyez le dossier à la structure.")
    assert dossier.rate_per_animation is not None, "a submitted dossier has its rate"
    count, before, planned = len(dossier.lines), convention.certified_animations, convention.planned_animations
    overrun = planned is not None and before + count > planned
    if overrun and overrun_reason is None:
        raise broken(
            f"{before + count} animations seraient certifiées pour {planned} prévues par la convention :"
            " indiquez le motif du dépassement.",
            "overrun_reason",
        )
    return [
        DossierCertified(
            animations=count,
            rate_per_animation=dossier.rate_per_animation,
            amount=count * dossier.rate_per_animation,
            planned_animations=planned,
            already_certified=before,
            overrun_reason=required_reason(overrun_reason) if overrun and overrun_reason is not None else None,
        )
    ]
