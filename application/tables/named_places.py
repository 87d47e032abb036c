"""Find the commune that people mean: they type its name, a postal code, both, or an INSEE code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from domain.kernel.place_search import folded, place_search
from domain.kernel.places import Commune, places

#: Named to whoever typed something that several communes answer to.
MOST_CANDIDATES = 6
_FIVE = re.compile(r"\b(\d{4,5}|2[ab]\d{3})\b", re.IGNORECASE | re.ASCII)
#: « Montpellier (34) », « Lunel Cedex 2 ».
_BESIDE = re.compile(r"\((?:\d{2,3}|2[ab])\)|\b(?:cedex|cdx)\b.*", re.IGNORECASE | re.ASCII)


def communes_meant(text: str, department: str | None = None) -> list[Commune]:
    """Return the communes that a text may mean, those of the department where there are any."""
    digits = _FIVE.search(text)
    code = None if digits is None else digits[1].upper().zfill(5)
    name = folded(_BESIDE.sub(" ", text if digits is None else f"{text[: digits.start()]} {text[digits.end() :]}"))
    meant = [] if code is None else _coded(code)
    if name and meant:
        # The names of arrondissements begin with that of their city.
        called = [commune for commune in meant if folded(commune.name) == name]
        meant = called or [commune for commune in meant if folded(commune.name).startswith(f"{name} ")]
    elif name:
        # Some postal codes are of a post office alone: the name counts.
        meant = list(_by_name().get(name, ()))
    return [commune for commune in meant if commune.department == department] or meant


def communes_of_postal_code(code: str) -> Sequence[Commune]:
    """Return the communes with this postal code; of a city with arrondissements, the arrondissement."""
    return _smallest(_by_postal_code().get(code, ()))


def candidates(text: str, department: str | None = None) -> str:
    """Return the communes that somebody may have meant, in words to choose from; nothing where there are none."""
    meant = communes_meant(text, department)
    if not meant:
        alike = place_search().search(_BESIDE.sub(" ", text))
        meant = [commune for commune in alike if department in (None, commune.department)]
    named = [f"{commune.name} ({commune.code})" for commune in meant[:MOST_CANDIDATES]]
    return ", ".join([*named, *(["…"] if len(meant) > MOST_CANDIDATES else [])])


def _coded(code: str) -> list[Commune]:
    """Return the communes of a postal code, and the one of an INSEE code."""
    coded = places().find(code)
    return list(dict.fromkeys([*communes_of_postal_code(code), *([coded] if coded else [])]))


def _smallest(communes: Sequence[Commune]) -> Sequence[Commune]:
    """Return the communes without the cities of which an arrondissement is among them."""
    cities = {commune.parent for commune in communes}
    return [commune for commune in communes if commune.code not in cities]


@cache
def _by_name() -> Mapping[str, Sequence[Commune]]:
    named: dict[str, list[Commune]] = {}
    for commune in places().communes.values():
        named.setdefault(folded(commune.name), []).append(commune)
    return named


@cache
def _by_postal_code() -> Mapping[str, Sequence[Commune]]:
    posted: dict[str, list[Commune]] = {}
    for commune in places().communes.values():
        for code in commune.postal_codes:
            posted.setdefault(code, []).append(commune)
    return posted
