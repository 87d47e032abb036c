"""The communes of France: which there are, what became of former ones, and how somebody finds one."""

from __future__ import annotations

import time

import pytest

from domain.kernel.departments import DEPARTMENTS
from domain.kernel.place_search import LONGEST_SEARCH, MOST_FOUND, compared, place_search
from domain.kernel.places import places

PLACES, SEARCH = places(), place_search()


def names(text: str) -> list[str]:
    return [commune.name for commune in SEARCH.search(text)]


def test_every_commune_is_there_once_with_a_department_that_has_a_name():
    assert len(PLACES.communes) == 35_014
    assert {commune.department for commune in PLACES.communes.values()} == set(DEPARTMENTS)
    assert all(commune.code.startswith(commune.department) for commune in PLACES.communes.values())
    assert len(PLACES.successors) > 2_500
    assert set(PLACES.successors.values()) <= set(PLACES.communes)


@pytest.mark.parametrize(
    ("code", "name", "department"),
    [
        ("34172", "Montpellier", "Hérault"),
        ("2A004", "Ajaccio", "Corse-du-Sud"),
        ("97105", "Basse-Terre", "Guadeloupe"),
        ("13055", "Marseille", "Bouches-du-Rhône"),
        ("13201", "Marseille 1er Arrondissement", "Bouches-du-Rhône"),
        # Ajaccio before Corsica was two departments; a commune that became part of another.
        ("20004", "Ajaccio", "Corse-du-Sud"),
        ("01091", "Le Poizat-Lalleyriat", "Ain"),
    ],
)
def test_a_code_is_that_of_a_commune_an_arrondissement_or_what_a_commune_became(code: str, name: str, department: str):
    commune = PLACES.find(code)
    assert commune is not None
    if code != "01091":
        assert commune.name == name
    assert commune.department_name == department


@pytest.mark.parametrize("code", ["00000", "99999", "2A999", "", "34000"])
def test_there_are_codes_without_a_commune(code: str):
    assert PLACES.find(code) is None
    assert PLACES.around(code) == frozenset()


def test_an_arrondissement_has_its_city():
    assert PLACES.communes["75113"].parent == "75056"


def test_around_a_commune_is_its_intercommunality():
    around = PLACES.around("34172")
    assert {"34172", "34057"} <= around
    assert len(around) == 31


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Montpellier", "Montpellier"),
        ("montpel", "Montpellier"),
        ("st etienne", "Saint-Étienne"),
        ("SAINT-ÉTIENNE-DU-R", "Saint-Étienne-du-Rouvray"),
        ("ste rose", "Sainte-Rose"),
        ("l'hay", "L'Haÿ-les-Roses"),
        ("oeuf", "Œuf-en-Ternois"),
        ("  tampon ", "Le Tampon"),
        ("34000", "Montpellier"),
        ("340", "Montpellier"),
        ("paris 75013", "Paris"),
        ("jean 85", "Saint-Jean-de-Monts"),
        ("20004", "Ajaccio"),
        ("2a004", "Ajaccio"),
        ("ajacc", "Ajaccio"),
    ],
)
def test_a_commune_is_found_as_people_type_it(text: str, first: str):
    assert names(text)[0] == first


def test_the_whole_name_comes_before_longer_ones_and_the_populous_first():
    assert names("saint jean")[:2] == ["Saint-Jean", "Saint-Jean-de-Braye"]
    assert names("paris")[:2] == ["Paris", "Paris 15e Arrondissement"]


def test_names_that_begin_as_typed_come_first_and_a_word_in_full_begins_no_other():
    saints = ["Saint-Étienne", "Saint-Denis", "Saint-Denis", "Saint-Paul"]
    assert names("Saint")[:4] == saints
    # Letter by letter, as whoever types is shown suggestions.
    assert names("sai")[:5] == ["Sai", *saints]
    assert names("St")[:3] == ["Strasbourg", *saints[:2]]
    assert names("Ste")[0] == names("Sainte")[0] == "Sainte-Marie"
    assert all(name.startswith("Saint-") for name in names("Saint"))
    assert names("Saintes")[0] == "Saintes"


@pytest.mark.parametrize("text", ["", "  ", "'", "zzz", "00000", "-- 99 --", "paris 34000", "🦔"])
def test_what_means_no_commune_finds_none(text: str):
    assert names(text) == []


@pytest.mark.parametrize("text", ["s", "st", "le", "saint", "97", "saint 85", "a" * 1_000, "e " * 50])
def test_an_answer_is_short_and_comes_at_once(text: str):
    fastest = min(_seconds(text) for _ in range(5))
    assert len(SEARCH.search(text)) <= MOST_FOUND
    assert fastest < 0.02
    assert LONGEST_SEARCH < 1_000


def _seconds(text: str) -> float:
    began = time.perf_counter()
    SEARCH.search(text)
    return time.perf_counter() - began


def test_a_commune_is_recorded_under_its_code_of_today_or_of_its_arrondissements():
    assert PLACES.spellings("34172") == ["34172"]
    assert PLACES.spellings("20004") == ["20004", "2A004"]
    assert PLACES.spellings("13201") == ["13201"]
    assert PLACES.spellings("13055")[:2] == ["13055", "13201"]
    assert len(PLACES.spellings("13055")) == 17
    assert PLACES.spellings("34000") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("paris 12", "Paris 12e Arrondissement"),
        ("Marseille 1er", "Marseille 1er Arrondissement"),
        ("marseille 13", "Marseille 13e Arrondissement"),
        ("Lyon 3ème arr.", "Lyon 3e Arrondissement"),
        ("montpellier 34", "Montpellier"),
    ],
)
def test_an_arrondissement_is_found_by_its_city_and_number(text, first):
    assert names(text)[0] == first


def test_names_are_compared_in_any_script():
    assert compared("Centre Saint-Éloi") == compared("centre st  eloi")
    assert compared("Сад") == compared(" САД ") != compared("Мир")
