"""A structure is found by its name however that is typed: hyphens, apostrophes, accents, « saint » and « st »."""

from __future__ import annotations

import pytest

from tests.support.api.asking import BASSE_TERRE, NATIONAL, TILLEULS, Town, coordonnateur

FOUND = "query ($text: String!) { structures(where: {text: $text}) { totalCount nodes { name } } }"
SAINT_ELOI, SAINTE_ANNE = "Centre social Saint-Éloi", "MJC Ste Anne de l’Étang"


@pytest.fixture
def town(town: Town) -> Town:
    town.signs(TILLEULS, SAINT_ELOI)
    town.signs(BASSE_TERRE, SAINTE_ANNE, "34")
    return town


def names(town: Town, text: str) -> list[str]:
    structures = town.asks(FOUND, NATIONAL, text=text).data["structures"]
    assert structures["totalCount"] == len(structures["nodes"])
    return [node["name"] for node in structures["nodes"]]


@pytest.mark.parametrize(
    "text",
    [
        *("saint eloi", "Saint-Éloi", "SAINT‐ELOI", "st eloi", "St-Éloi", "sainteloi", "éloi saint", "eloi"),
        *("centre-social", "centresocial", "social  saint", " Éloi, St. "),
    ],
)
def test_a_saint_written_in_full_is_found_by_any_of_its_spellings(town: Town, text: str):
    assert names(town, text) == [SAINT_ELOI]


@pytest.mark.parametrize(
    "text", ["sainte anne", "Ste-Anne", "ste anne", "SAINTE étang", "l'étang", "l’etang", "letang", "mjc anne"]
)
def test_a_saint_written_short_is_found_by_any_of_its_spellings(town: Town, text: str):
    assert names(town, text) == [SAINTE_ANNE]


@pytest.mark.parametrize("text", ["saint anne", "saints eloi", "ste eloi", "saint éloi anne", "eloy"])
def test_another_saint_or_another_word_is_not_found(town: Town, text: str):
    assert names(town, text) == []


@pytest.mark.parametrize("text", ["%", "_", ".*", "\\m", "(", "st' || 'x", "💡"])
def test_marks_are_neither_patterns_nor_words(town: Town, text: str):
    assert town.asks(FOUND, NATIONAL, text=text).codes in ([], ["INVALID"])


def test_a_coordonnateur_finds_no_more_by_name_than_anybody(town: Town):
    assert names(town, "saint") == [SAINT_ELOI]
    structures = town.asks(FOUND, coordonnateur("34"), text="saint").data["structures"]["nodes"]
    assert structures == [{"name": SAINT_ELOI}]
