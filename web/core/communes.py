"""The commune that a reader typed, by name or postal code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from web.core.asking import Api
from web.core.documents import document

COMMUNES = document("core/communes")


def meant_by(place: str, communes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the communes that a place may mean: people type postal codes, so that these win over INSEE codes."""
    return [each for each in communes if place in each["postalCodes"]] or communes


def smallest(communes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the communes without the cities of which an arrondissement is among them."""
    names = [each["name"] for each in communes]
    return [each for each in communes if not any(name.startswith(f"{each['name']} ") for name in names)]


async def commune_with_code(api: Api, request: Request, code: str | None) -> Mapping[str, Any] | None:
    """Return the commune with this INSEE code, as it is recorded of an animation."""
    communes = (await api.ask(request, COMMUNES, {"text": code}))["communes"] if code else ()
    return next((each for each in communes if each["code"] == code), None)


def without_doubt(place: str, communes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the communes that a place means without doubt: the only one of that name, or all of a postal code."""
    if len(communes) == 1 or (place.isdigit() and len(place) == 5):
        return communes
    same = [each for each in communes if each["name"].casefold() == place.casefold()]
    return same if len(same) == 1 else ()
