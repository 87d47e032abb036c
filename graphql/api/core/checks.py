"""Checks of what a question names and filters by: identifiers, texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from api.core.errors import invalid

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
#: What a filter may say; the longest title is shorter.
LONGEST_TEXT = 300
#: A UUID in any of its spellings is shorter.
LONGEST_ID = 100


def node_id(value: str, *field: str) -> UUID:
    """The UUID of an `ID`. Raises INVALID naming the argument."""
    try:
        return UUID(value if len(value) <= LONGEST_ID else "")
    except ValueError:
        name = ".".join(field) or "id"
        raise invalid(f"{name} : identifiant (UUID) attendu.", *(field or ("id",))) from None


def checked_text(value: str | None, field: str) -> str | None:
    """The text of a filter. Raises INVALID on a length, a null byte or half a character that PostgreSQL cannot take."""
    if value is not None and len(value) > LONGEST_TEXT:
        raise invalid(f"where.{field} : {LONGEST_TEXT} caractères au plus.", "where", field)
    if value is not None and _UNKEEPABLE.search(value):
        raise invalid(f"where.{field} : caractère interdit.", "where", field)
    return value


def checked_texts(values: Sequence[str] | None, field: str) -> list[str] | None:
    for value in values or ():
        checked_text(value, field)
    return list(values) if values is not None else None
