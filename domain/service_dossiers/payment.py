"""How the payment of a certified dossier is recorded."""

from __future__ import annotations

from datetime import date

from domain.kernel.actors import Actor
from domain.kernel.errors import invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.service_dossiers.events import DossierPaid
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import check


def record_payment(dossier: ServiceDossier, actor: Actor, paid_on: date, reference: str, today: date) -> list[Event]:
    """Record the payment of the whole certified amount. `today` is the day in the territory."""
    check(Action.SERVICE_PAYMENT_RECORD, dossier, actor)
    if paid_on > today:
        raise invalid(f"la date du paiement est dans le futur : le {today:%d/%m/%Y} au plus tard.", "paid_on")
    if paid_on < dossier.period_from:
        raise invalid(f"le paiement précède la période du dossier ({dossier.period_from:%d/%m/%Y}).", "paid_on")
    assert dossier.amount is not None, "a certified dossier has its amount"
    return [DossierPaid(paid_on=paid_on, reference=reference, amount=dossier.amount)]
