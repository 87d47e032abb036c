"""The commune that a reader typed, by name or postal code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from web.core.asking import Api
from web.core.documents import document

COMMUNES = document("core/communes")
_ARRONDISSEMENT = re.compile(r" \d+(?:er|e) Arrondissement$")


def meant_by(place: str, communes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the communes that a place may mean: the one that it was suggested for, or whose it is.

    People type postal codes, so that these win over INSEE codes.
    """
    suggested = [each for each in communes if place.casefold() in map(str.casefold, _suggestions(each))]
    return suggested or [each for each in communes if _without_spaces(place) in each["postalCodes"]] or communes


def suggested(typed: str, commune: Mapping[str, Any]) -> dict[str, str]:
    """Return a commune as a field takes it, a name with a postal code, and as the browser's list shows it.

    The list hides whatever does not hold what was typed, letter by letter: it is shown as it was typed then.
    """
    codes = [word for word in typed.split() if word.isdigit()]
    values = _suggestions(commune)
    value = next((each for each in values if any(f" {code}" in each for code in codes)), values[0])
    shown = f"{value}, {commune['departmentName']}"
    return {"value": value, "label": shown if typed.casefold() in shown.casefold() else f"{shown} ({typed})"}


def _without_spaces(place: str) -> str:
    """Return a postal code in one piece: people write « 13 001 »."""
    return "".join(place.split())


def _suggestions(commune: Mapping[str, Any]) -> Sequence[str]:
    return [f"{commune['name']} {code}" for code in commune["postalCodes"]] or [str(commune["name"])]


def smallest(communes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the communes without the cities of which an arrondissement is among them."""
    cities = {city for each in communes if (city := _ARRONDISSEMENT.sub("", each["name"])) != each["name"]}
    return [each for each in communes if each["name"] not in cities]


async def commune_with_code(api: Api, request: Request, code: str | None) -> Mapping[str, Any] | None:
    """Return the commune with this INSEE code, as it is recorded of an animation."""
    communes = (await api.ask(request, COMMUNES, {"text": code}))["communes"] if code else ()
    return next((each for each in communes if each["code"] == code), None)


def without_doubt(place: str, communes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the communes that a place means without doubt: the only one of that name, or all of a postal code."""
    code = _without_spaces(place)
    if len(communes) == 1 or (code.isdigit() and len(code) == 5):
        return communes
    same = [each for each in communes if each["name"].casefold() == place.casefold()]
    return same if len(same) == 1 else ()
