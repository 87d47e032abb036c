"""Checks of the arguments of queries: identifiers and texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from api.core.errors import invalid

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
#: Longest text of a filter; titles are shorter.
LONGEST_TEXT = 300
#: Longer than a UUID in any spelling.
LONGEST_ID = 100


def node_id(value: str, *field: str) -> UUID:
    """Parse an `ID` as a UUID. Raises INVALID naming the argument."""
    try:
        return UUID(value if len(value) <= LONGEST_ID else "")
    except ValueError:
        name = ".".join(field) or "id"
        raise invalid(f"{name} : identifiant (UUID) attendu.", *(field or ("id",))) from None


def checked_text(value: str | None, field: str) -> str | None:
    """Return a filter's text. Raises INVALID if it is too long or PostgreSQL cannot store it."""
    if value is not None and len(value) > LONGEST_TEXT:
        raise invalid(f"where.{field} : {LONGEST_TEXT} caractères au plus.", "where", field)
    if value is not None and _UNKEEPABLE.search(value):
        raise invalid(f"where.{field} : caractère interdit.", "where", field)
    return value


def checked_texts(values: Sequence[str] | None, field: str) -> list[str] | None:
    for value in values or ():
        checked_text(value, field)
    return list(values) if values is not None else None
