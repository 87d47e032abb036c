"""What a convention pays for an animation, of the rates that were agreed one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web.core.french import day, euros

_NONE = "aucun tarif"


def paid_on(rates: Sequence[Mapping[str, Any]], today: str) -> str:
    """Return what an animation of that day is paid, and what later ones will be.

    The rates are in the order of agreement: each holds from its day on, before all that was agreed earlier.
    """
    held = [place for place, each in enumerate(rates) if (each["effectiveFrom"] or "") <= today]
    words = [_amount(rates[held[-1]]["rate"]) if held else _NONE]
    agreed_since = rates[held[-1] + 1 :] if held else rates
    for place, each in enumerate(agreed_since):
        if all(each["effectiveFrom"] < later["effectiveFrom"] for later in agreed_since[place + 1 :]):
            words.append(f"{_amount(each['rate'])} à partir du {day(each['effectiveFrom'])}")
    return ", puis ".join(words)


def _amount(rate: str | None) -> str:
    return _NONE if rate is None else euros(rate)
