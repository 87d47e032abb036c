"""How a certification is withdrawn, and how what was paid unduly comes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.conventions.convention import ServiceWithdrawn
from domain.kernel.actors import Actor
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import check_all, in_figures, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason
from domain.service_dossiers.dues import NOTHING
from domain.service_dossiers.events import CertificationWithdrawn, DossierRecovered
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import check


def withdraw(dossier: ServiceDossier, actor: Actor, reason: str) -> list[Event]:
    """Withdraw the certification. The caller gives its animations back to the convention in the same transaction.

    Before payment the dossier is submitted again: to be sent back, or certified anew. Afterwards all that was paid and
    did not come back yet is to be recovered.
    """
    check(Action.CERTIFICATION_WITHDRAW, dossier, actor)
    assert dossier.amount is not None, "a certified dossier has its amount"
    return [
        CertificationWithdrawn(
            reason=required_reason(reason),
            animations=sum(line.animation_id not in dossier.void for line in dossier.lines),
            amount=dossier.amount,
            to_recover=NOTHING if dossier.paid is None else dossier.paid - dossier.recovered,
        )
    ]


def recount(dossier: ServiceDossier, withdrawn: CertificationWithdrawn) -> list[Event]:
    """Return what the convention counts after the withdrawal, if anything was counted."""
    if not withdrawn.animations:
        return []
    return [ServiceWithdrawn(dossier_id=dossier.id, animations=withdrawn.animations, amount=withdrawn.amount)]


def recover(
    dossier: ServiceDossier, actor: Actor, amount: Decimal, recovered_on: date, reference: str, today: date
) -> list[Event]:
    """Record that a part of what is due back, or all, came back. `today` is the day in the territory."""
    check(Action.SERVICE_RECOVERY_RECORD, dossier, actor)
    assert dossier.paid_on is not None, "nothing is due back before a payment"
    paid_on = dossier.paid_on
    check_all(lambda: _check_due(dossier, amount), lambda: _check_day(recovered_on, paid_on, today))
    return [
        DossierRecovered(
            recovered_on=recovered_on, reference=reference, amount=amount, to_recover=dossier.to_recover - amount
        )
    ]


def _check_due(dossier: ServiceDossier, amount: Decimal) -> None:
    if amount > dossier.to_recover:
        raise invalid(f"il reste {_euros(dossier.to_recover)} à recouvrer : ce montant au plus.", "amount")


def _check_day(recovered_on: date, paid_on: date, today: date) -> None:
    if recovered_on > today:
        raise invalid(f"la date du recouvrement est dans le futur : le {today:%d/%m/%Y} au plus tard.", "recovered_on")
    if recovered_on < paid_on:
        raise invalid(f"le recouvrement précède le paiement : le {paid_on:%d/%m/%Y} au plus tôt.", "recovered_on")


def frees_animations(dossier: ServiceDossier, fact: CertificationWithdrawn | DossierRecovered) -> bool:
    """Return whether another dossier may claim the animations: nothing is paid on them any more."""
    withdrawn = isinstance(fact, CertificationWithdrawn) or dossier.status is DossierStatus.WITHDRAWN
    return withdrawn and dossier.paid is not None and not fact.to_recover


def _euros(amount: Decimal) -> str:
    return f"{in_figures(amount)} €"
