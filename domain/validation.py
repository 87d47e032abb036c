"""Field types that commands share, and pydantic's findings in French, every field named at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from domain.errors import DomainError, ErrorCode, Problem

M = TypeVar("M", bound=BaseModel)


def _printable(value: str) -> str:
    """Refuses control characters (PostgreSQL cannot hold a null byte) but keeps line breaks and tabs."""
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t" for char in value):
        raise ValueError("caractère de contrôle interdit")
    return value


def _text(longest: int) -> Any:
    return Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=longest), AfterValidator(_printable)
    ]


Label = _text(200)
Address = _text(300)
Reason = _text(2_000)
LongText = _text(5_000)
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
TerritoryCode = Annotated[str, StringConstraints(pattern=r"^(\d{2}|2[AB]|97\d)$")]
CommuneCode = Annotated[str, StringConstraints(pattern=r"^(\d{2}|2[AB])\d{3}$")]
#: More than any hall holds: a guard against slips of the keyboard, not a rule of the programme.
HeadCount = Annotated[int, Field(ge=0, le=100_000)]
Seats = Annotated[int, Field(ge=1, le=100_000)]
Euros = Annotated[Decimal, Field(gt=0, max_digits=9, decimal_places=2)]
#: An instant with its offset; which wall clock it shows is the territory's matter.
Instant = AwareDatetime

_FRENCH: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "champ obligatoire",
    "string_type": lambda _: "texte attendu",
    "string_too_short": lambda c: "champ obligatoire"
    if c["min_length"] == 1
    else f"au moins {c['min_length']} caractères",
    "string_too_long": lambda c: f"{c['max_length']} caractères au plus",
    "string_pattern_mismatch": lambda c: f"format attendu : {c['pattern']}",
    "greater_than": lambda c: f"doit être supérieur à {c['gt']}",
    "greater_than_equal": lambda c: f"doit être au moins {c['ge']}",
    "less_than_equal": lambda c: f"doit être au plus {c['le']}",
    "int_type": lambda _: "nombre entier attendu",
    "int_parsing": lambda _: "nombre entier attendu",
    "decimal_max_places": lambda c: f"{c['decimal_places']} décimales au plus",
    "decimal_max_digits": lambda c: f"{c['max_digits']} chiffres au plus",
    "decimal_parsing": lambda _: "montant attendu, par exemple 150.00",
    "timezone_aware": lambda _: "date et heure avec décalage horaire attendues, par exemple 2027-01-15T18:00:00+01:00",
    "datetime_from_date_parsing": lambda _: "date et heure attendues, par exemple 2027-01-15T18:00:00+01:00",
    "datetime_parsing": lambda _: "date et heure attendues, par exemple 2027-01-15T18:00:00+01:00",
    "date_from_datetime_parsing": lambda _: "date attendue, par exemple 2027-01-15",
    "date_parsing": lambda _: "date attendue, par exemple 2027-01-15",
    "uuid_parsing": lambda _: "identifiant (UUID) attendu",
    "email": lambda _: "adresse électronique attendue",
    "too_short": lambda c: f"au moins {c['min_length']} élément(s)",
    "too_long": lambda c: f"{c['max_length']} éléments au plus",
    "enum": lambda c: f"valeurs acceptées : {c['expected']}",
    "literal_error": lambda c: f"valeurs acceptées : {c['expected']}",
    "extra_forbidden": lambda _: "champ inconnu",
    "value_error": lambda c: str(c["error"]),
}


def _problem(error: Mapping[str, Any]) -> Problem:
    # A null given for a mandatory field is a missing field, whatever type was expected.
    kind = "missing" if error["input"] is None and error["type"] != "value_error" else error["type"]
    sentence = _FRENCH.get(kind, lambda _: "valeur invalide")(error.get("ctx", {}))
    path = tuple(str(part) for part in error["loc"])
    return Problem(ErrorCode.INVALID, f"{'.'.join(path)} : {sentence}." if path else f"{sentence}.", path)


def problems_of(error: ValidationError) -> DomainError:
    """What pydantic found, one French problem a field. The refused values are not repeated: they may be personal."""
    return DomainError(_problem(found) for found in error.errors(include_url=False))  # type: ignore[arg-type]


def validated(model: type[M], values: Mapping[str, Any]) -> M:
    """`model` made from `values`. Raises DomainError (INVALID) that names each field that is missing or wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise problems_of(error) from error
