"""The commune that a reader typed, by name or postal code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web.core.documents import document

COMMUNES = document("core/communes")


def without_doubt(place: str, communes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the communes that a place means without doubt: the only one of that name, or all of a postal code."""
    if len(communes) == 1 or (place.isdigit() and len(place) == 5):
        return communes
    same = [each for each in communes if each["name"].casefold() == place.casefold()]
    return same if len(same) == 1 else ()
