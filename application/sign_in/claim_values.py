"""Values of claims, which a token may fill with anything: checked for their type and a sensible length.

Each function raises one of UNREADABLE, or BadToken.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from application.sign_in.accepting import BadToken
from domain.kernel.validation import TerritoryCode

log = logging.getLogger(__name__)

#: The errors of libraries and Python for values of another type, range or depth.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
LONGEST_SUBJECT = 255
#: Structures, territories or schools that one token may speak for.
MOST_TEXTS = 500
_TERRITORY: TypeAdapter[str] = TypeAdapter(TerritoryCode)
#: The first second of the year 10000, beyond Python's calendar.
_END_OF_TIME = 253_402_300_800


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return the claim with that name, or at that dotted path. Raise BadToken if the token has both."""
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if "." not in name or name not in claims:
        return value
    if value is not None:
        raise BadToken(f"Jeton refusé : il dit {name} de deux façons.")
    return claims[name]


def subject(value: Any) -> str:
    """Return the subject, of characters that people can read and the database can store."""
    if not isinstance(value, str) or not value.strip():
        raise BadToken("Jeton refusé : il ne dit pas qui vous êtes.")
    if len(value) > LONGEST_SUBJECT or not value.isprintable():
        raise BadToken(f"Jeton refusé : {LONGEST_SUBJECT} caractères imprimables au plus disent qui vous êtes.")
    return value


def listed(value: Any, most: int = MOST_TEXTS) -> list[Any]:
    """Return the values of a claim that is one value, a list of them, or missing, whatever they are."""
    values = [] if value is None else value if isinstance(value, list) else [value]
    if len(values) > most:
        raise TypeError(f"at most {most} values")
    return values


def readable(kind: str, values: Iterable[Any], check: Callable[[str], str]) -> Iterator[str]:
    """Yield the values that `check` can read. Others are passed over: one wrong word must lock nobody out."""
    for value in values:
        try:
            yield check(str_of(value))
        except (TypeError, ValueError):
            log.info("an issuer's claim was passed over: it cannot be read", extra={"claim": kind})


def str_of(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def check_territory(code: str) -> str:
    return _TERRITORY.validate_python(code)


def instant(value: Any) -> float | None:
    """Return seconds since 1970 (RFC 7519, section 2: NumericDate), or None if the claim is missing."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a number of seconds")
    if not math.isfinite(value) or not 0 <= value < _END_OF_TIME:
        raise ValueError("a number of seconds since 1970")
    return float(value)
