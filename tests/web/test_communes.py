"""Communes as fields suggest them: each is taken as it was suggested, and shown to whoever typed it in any spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from domain.kernel.place_search import place_search
from domain.kernel.places import Commune, places
from web.core.communes import meant_by, smallest, suggested, without_doubt


def answered(commune: Commune) -> dict[str, Any]:
    """The commune as the API answers it."""
    shown = {"code": commune.code, "name": commune.name, "departmentName": commune.department_name}
    return shown | {"postalCodes": list(commune.postal_codes)}


def found(text: str) -> Sequence[Mapping[str, Any]]:
    return meant_by(text, [answered(commune) for commune in place_search().search(text)])


def test_every_commune_is_taken_as_it_is_suggested_by_each_of_its_postal_codes() -> None:
    refused = []
    for commune in places().communes.values():
        for code in commune.postal_codes or ("",):
            value = suggested(code, answered(commune))["value"]
            communes = found(value)
            # As a form takes it, as a list does, and as it is suggested again.
            for taken in (smallest(communes), without_doubt(value, communes)):
                if [each["code"] for each in taken] != [commune.code]:
                    refused.append(value)
            assert value == " ".join([commune.name, code]).strip()
    assert refused == []


@pytest.mark.parametrize("typed", ["34 080", "340 80", " 34080", "Montpellier 34 080", "34\N{NO-BREAK SPACE}080"])
def test_a_postal_code_written_in_two_pieces_is_the_same(typed: str) -> None:
    assert without_doubt(typed, found(typed)) == without_doubt("34080", found("34080")) != ()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("13100", "Aix-en-Provence 13100"),
        ("131", "Aix-en-Provence 13100"),
        ("aix 1310", "Aix-en-Provence 13100"),
        ("st etienne", "Saint-Étienne 42000"),
        ("le   mans", "Le Mans 72000"),
        ("ILE D'YEU", "L'Île-d'Yeu 85350"),
        ("paris 13e", "Paris 13e Arrondissement 75013"),
        ("2A004", "Ajaccio 20000"),
    ],
)
def test_a_suggestion_holds_what_was_typed_as_browsers_compare_it(typed: str, value: str) -> None:
    suggestions = [suggested(typed, each) for each in smallest(found(typed))]
    assert value in [each["value"] for each in suggestions]
    assert [each for each in suggestions if typed.casefold() not in each["label"].casefold()] == []


def test_a_city_gives_way_to_its_arrondissements_alone() -> None:
    names = ["Aure", "Aure sur Mer", "Marseille", "Marseille 1er Arrondissement", "Marseille 13e Arrondissement"]
    assert [each["name"] for each in smallest([{"name": name} for name in names])] == [
        *("Aure", "Aure sur Mer", "Marseille 1er Arrondissement", "Marseille 13e Arrondissement")
    ]
