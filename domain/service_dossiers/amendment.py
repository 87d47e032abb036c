"""Amendments: how an attestation is corrected once its service is certified (docs/glossary.md, "Proof of service…")."""

from __future__ import annotations

from uuid import UUID

from domain.animations.animation import Attendance
from domain.kernel.actors import Actor
from domain.kernel.errors import ErrorCode, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize
from domain.kernel.validation import required_reason
from domain.service_dossiers.events import AmendmentAccepted, AmendmentProposed, AmendmentRefused
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import belongings, check, obstacle


def propose(
    dossier: ServiceDossier,
    actor: Actor,
    animation_id: UUID,
    current: Attendance | None,
    came: Attendance,
    form_version: int,
    reason: str,
) -> list[Event]:
    """Propose other figures: `current` is the animation's attested attendance, `came` the proposed one."""
    authorize(actor, Action.SERVICE_AMENDMENT_PROPOSE, belongings(dossier))
    if current is None or animation_id not in dossier.animation_ids:
        raise invalid("cette animation n'est pas dans le dossier.", "animation_id")
    if reason_against := obstacle(Action.SERVICE_AMENDMENT_PROPOSE, dossier):
        raise broken(reason_against)
    if any(amendment.animation_id == animation_id for amendment in dossier.pending.values()):
        raise broken("Un avenant sur cette animation attend déjà la décision du coordonnateur.", "animation_id")
    if came == current:
        raise broken("Rien ne change : l'attestation dit déjà cela.")
    return [
        AmendmentProposed(
            number=dossier.amendments + 1,
            animation_id=animation_id,
            parents=came.parents,
            children=came.children,
            form_version=form_version,
            answers=came.answers,
            reason=required_reason(reason),
        )
    ]


def accept(dossier: ServiceDossier, actor: Actor, number: int) -> list[Event]:
    """Accept an amendment. The caller corrects the attestation in the same transaction."""
    check(Action.SERVICE_AMENDMENT_ACCEPT, dossier, actor)
    pending(dossier, number)
    return [AmendmentAccepted(number=number)]


def decline(dossier: ServiceDossier, actor: Actor, number: int, reason: str) -> list[Event]:
    check(Action.SERVICE_AMENDMENT_REFUSE, dossier, actor)
    pending(dossier, number)
    return [AmendmentRefused(number=number, reason=required_reason(reason))]


def pending(dossier: ServiceDossier, number: int) -> AmendmentProposed:
    """Return the pending amendment. Raise NOT_FOUND if there is none with this number."""
    if number not in dossier.pending:
        waiting = ", ".join(map(str, sorted(dossier.pending))) or "aucun"
        message = f"Avenant {number} : introuvable. En attente de décision : {waiting}."
        raise refuse(ErrorCode.NOT_FOUND, message, "number")
    return dossier.pending[number]
