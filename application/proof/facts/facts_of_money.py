"""Rates by day, what a certification did without, what an end left uncovered: in the facts of a dossier.

Their fields are there only where an event says something of it: the facts of any other dossier stay as they were.
"""

from __future__ import annotations

from typing import Any

from domain.conventions.convention import ConventionAmended, ConventionTerminated
from domain.service_dossiers.events import DossierCertified

Facts = dict[str, Any]

_SINCE_RESERVATIONS = {
    "certified_on",
    "missing_sheets",
    "missing_pieces",
    "missing_reason",
    "warnings",
    "warnings_reason",
}


def reserved(fact: DossierCertified) -> Facts:
    """Return a certification; what it did without is told by all but the oldest, which say no day."""
    return fact.model_dump(mode="json", exclude=_SINCE_RESERVATIONS if fact.certified_on is None else set())


def agreed(convention: Facts, fact: ConventionAmended) -> Facts:
    """Return what an amendment adds to the convention: the rates agreed so far, once one holds from a day on."""
    rates = convention.get("rates")
    if "rate_per_animation" in fact.changed and (rates or fact.effective_from is not None):
        earlier = rates or [{"rate": convention["rate_per_animation"], "effective_from": None, "reason": None}]
        amended = fact.model_dump(mode="json", include={"effective_from", "reason", "rate_per_animation"})
        rates = [*earlier, {"rate": amended.pop("rate_per_animation"), **amended}]
    return ({"rates": rates} if rates else {}) | uncovered(fact)


def uncovered(fact: ConventionAmended | ConventionTerminated) -> Facts:
    """Return the attested animations that the convention no longer covers, if any."""
    return {"uncovered": [str(animation_id) for animation_id in fact.uncovered]} if fact.uncovered else {}
