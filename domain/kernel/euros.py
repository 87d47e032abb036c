"""Amounts of money: euros with two decimals, in one form from input to paper."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from domain.kernel.errors import in_figures

_CENT = Decimal("0.01")
MOST_EUROS = Decimal("9999999.99")
_LONGEST_AMOUNT = 40
# Spelled out, since `\d` and Decimal also accept the digits of other scripts.
_EUROS = re.compile(r"[0-9]{1,37}(\.[0-9]{1,2})?")
EUROS_EXPECTED = "montant en euros attendu, en chiffres, avec un point et deux décimales au plus, par exemple 150.00"


def in_cents(amount: Decimal) -> Decimal:
    """Return the same amount with two decimals. Raise ValueError for fractions of a cent."""
    try:
        cents = amount.quantize(_CENT)
    except InvalidOperation:
        raise ValueError(EUROS_EXPECTED) from None
    if cents != amount:
        raise ValueError("un montant en euros n'a pas de fractions de centime")
    return cents


def _euros(value: object) -> object:
    """Refuse every other way to write a number: one amount has one form, whoever types it and whoever reads it."""
    match value:
        case Decimal():
            text = f"{value:f}"
        case int() if not isinstance(value, bool):
            text = str(value) if abs(value) <= MOST_EUROS else ""
        case _:
            text = value if isinstance(value, str) else ""
    if _EUROS.fullmatch(text) is None:
        raise ValueError(EUROS_EXPECTED)
    if (amount := Decimal(text)) > MOST_EUROS:
        raise ValueError(f"doit être au plus {in_figures(MOST_EUROS)}")
    return amount


#: An amount that somebody types: digits, then a point and one or two decimals if there are any.
Euros = Annotated[
    Decimal,
    BeforeValidator(_euros),
    Field(gt=0),
    AfterValidator(in_cents),
    WithJsonSchema({"type": "string", "maxLength": _LONGEST_AMOUNT}),
]
#: An amount that an event holds. One that was recorded in another form is read in this one.
Amount = Annotated[Decimal, AfterValidator(in_cents)]
