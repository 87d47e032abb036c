"""How tests certify a dossier and record its payment: what `when` is called with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from domain.conventions.convention import Convention
from domain.kernel.actors import Actor
from domain.kernel.events import Event
from domain.service_dossiers.certification import Reasons, certify
from domain.service_dossiers.payment import Payment, record_payment
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.warnings import OpenWarning
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, convention
from tests.support.domain.dossier_builders import CERTIFIED_ON, FIRST, PAID, SECOND

TITLES = {FIRST: "Café", SECOND: "Atelier"}
Decision = tuple[Callable[..., list[Event]], *tuple[Any, ...]]


def certifying(
    agreed: Convention | None = None,
    who: Actor = COORDONNATEUR,
    warnings: Sequence[OpenWarning] = (),
    overrun: str | None = None,
    missing: str | None = None,
    answer: str | None = None,
) -> Decision:
    reasons = Reasons(overrun, missing, answer)
    return certify, agreed or convention(), who, CERTIFIED_ON, reasons, TITLES, warnings


def paying(
    day: date = PAID.paid_on,
    reference: str = PAID.reference,
    who: Actor = NATIONAL,
    others: Sequence[ServiceDossier] = (),
    reason: str | None = None,
    today: date = PAID.paid_on,
) -> Decision:
    return record_payment, who, Payment(day, reference, reason), today, CERTIFIED_ON, others
