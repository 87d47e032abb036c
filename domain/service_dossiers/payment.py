"""How the payment of a certified dossier is recorded."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.kernel.actors import Actor
from domain.kernel.errors import broken, check_all, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason
from domain.service_dossiers.events import DossierPaid
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import check


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment at the bank. One reference pays several dossiers only with a reason."""

    paid_on: date
    reference: str
    reason: str | None = None


def record_payment(
    dossier: ServiceDossier,
    actor: Actor,
    payment: Payment,
    today: date,
    certified_on: date,
    others: Iterable[ServiceDossier] = (),
) -> list[Event]:
    """Record the payment of the whole certified amount. `today` and `certified_on` are days in the territory.

    `others` are dossiers that the same reference may have paid.
    """
    check(Action.SERVICE_PAYMENT_RECORD, dossier, actor)
    also_paid = [other for other in others if other.id != dossier.id and _has_paid(other, payment.reference)]
    check_all(lambda: _check_day(payment.paid_on, today, certified_on), lambda: _check_paid_once(also_paid, payment))
    assert dossier.amount is not None, "a certified dossier has its amount"
    return [
        DossierPaid(
            paid_on=payment.paid_on,
            reference=payment.reference,
            amount=dossier.amount,
            also_paid=tuple(other.id for other in also_paid),
            reason=required_reason(payment.reason) if also_paid and payment.reason is not None else None,
        )
    ]


def _check_day(paid_on: date, today: date, certified_on: date) -> None:
    if paid_on > today:
        raise invalid(f"la date du paiement est dans le futur : le {today:%d/%m/%Y} au plus tard.", "paid_on")
    if paid_on < certified_on:
        message = f"le paiement précède la certification : le {certified_on:%d/%m/%Y} au plus tôt."
        raise invalid(message, "paid_on")


def _check_paid_once(also_paid: Sequence[ServiceDossier], payment: Payment) -> None:
    """Ask for a reason in words where the reference has paid other dossiers."""
    if also_paid and payment.reason is None:
        first = also_paid[0]
        raise broken(
            f"La référence « {payment.reference} » a déjà payé un autre dossier, celui du {first.period_from:%d/%m/%Y}"
            f" au {first.period_until:%d/%m/%Y} : indiquez pourquoi un même virement en paie plusieurs.",
            "reason",
        )
    if also_paid and payment.reason is not None:
        required_reason(payment.reason)


def _has_paid(dossier: ServiceDossier, reference: str) -> bool:
    paid = dossier.payment_reference
    return paid is not None and reference_key(paid) == reference_key(reference)


def reference_key(reference: str) -> str:
    """Return a bank reference without case, spaces and punctuation, as equal ones are found by."""
    letters = unicodedata.normalize("NFKC", reference).casefold()
    return "".join(letter for letter in letters if letter.isalnum()) or reference
