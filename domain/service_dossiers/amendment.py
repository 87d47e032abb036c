"""Amendments: how an attestation is corrected once its service is certified (docs/glossary.md, "Proof of service…")."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.animations.animation import Attendance
from domain.conventions.convention import ServiceCertified, ServiceWithdrawn
from domain.kernel.actors import Actor
from domain.kernel.dossier_status import CERTIFIED
from domain.kernel.errors import ErrorCode, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize
from domain.kernel.validation import required_reason
from domain.service_dossiers.dues import amount_without, due_back
from domain.service_dossiers.events import AmendmentAccepted, AmendmentProposed, AmendmentRefused
from domain.service_dossiers.service_dossier import ServiceDossier, void_after
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
    """Accept an amendment, with what it does to the sum: an animation to which nobody came is not paid.

    The caller corrects the attestation, and the convention's count, in the same transaction.
    """
    _check_decision(Action.SERVICE_AMENDMENT_ACCEPT, dossier, actor, number)
    void = void_after(dossier, number)
    to_recover = due_back(replace(dossier, void=void))
    if to_recover < 0:
        raise broken(
            "Cet avenant rendrait due une somme qui a déjà été recouvrée : retirez la certification, puis payez un"
            " autre dossier."
        )
    amount = dossier.amount
    after = amount if void == dossier.void else amount_without(dossier, void)
    return [AmendmentAccepted(number=number, amount_before=amount, amount_after=after, to_recover=to_recover)]


def recount(dossier: ServiceDossier, accepted: AmendmentAccepted) -> list[Event]:
    """Return what the convention counts after the amendment: one animation fewer, one again, or nothing new."""
    fewer = len(void_after(dossier, accepted.number)) - len(dossier.void)
    if not fewer or accepted.amount_before is None or accepted.amount_after is None:
        return []
    amount = abs(accepted.amount_before - accepted.amount_after)
    count = ServiceWithdrawn if fewer > 0 else ServiceCertified
    return [count(dossier_id=dossier.id, animations=1, amount=amount)]


def decline(dossier: ServiceDossier, actor: Actor, number: int, reason: str) -> list[Event]:
    _check_decision(Action.SERVICE_AMENDMENT_REFUSE, dossier, actor, number)
    return [AmendmentRefused(number=number, reason=required_reason(reason))]


def _check_decision(action: Action, dossier: ServiceDossier, actor: Actor, number: int) -> None:
    authorize(actor, action, belongings(dossier))
    if dossier.status in CERTIFIED:
        # Check the number first, also where no amendment waits.
        pending(dossier, number)
    check(action, dossier, actor)


def pending(dossier: ServiceDossier, number: int) -> AmendmentProposed:
    """Return the pending amendment. Raise NOT_FOUND if there is none with this number."""
    if number not in dossier.pending:
        waiting = ", ".join(map(str, sorted(dossier.pending))) or "aucun"
        message = f"Avenant {number} : introuvable. En attente de décision : {waiting}."
        raise refuse(ErrorCode.NOT_FOUND, message, "number")
    return dossier.pending[number]
