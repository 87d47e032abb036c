"""Communes over GraphQL: completed from what somebody types, and held to when an animation is declared."""

from __future__ import annotations

from typing import Any

import pytest

from domain.kernel.actors import PUBLIC
from domain.kernel.errors import DomainError
from tests.support.api.asking import NATIONAL, TILLEULS, Town, structure

COMMUNES = "query ($text: String!) { communes(text: $text) { code name department departmentName postalCodes } }"


def _communes(town: Town, text: str) -> list[dict[str, Any]]:
    communes: list[dict[str, Any]] = town.asks(COMMUNES, PUBLIC, text=text).data["communes"]
    return communes


def test_a_name_or_a_postal_code_is_completed_for_everybody(town: Town):
    (first, *_) = _communes(town, "basse ter")
    assert first == {
        "code": "97105",
        "name": "Basse-Terre",
        "department": "971",
        "departmentName": "Guadeloupe",
        "postalCodes": ["97100"],
    }
    assert [commune["name"] for commune in _communes(town, "34000")] == ["Montpellier"]
    assert len(_communes(town, "s")) == 20
    assert _communes(town, "  ") == []


def test_a_text_without_end_is_refused(town: Town):
    answer = town.asks(COMMUNES, NATIONAL, text="a" * 101)
    assert answer.codes == ["INVALID"]
    assert "100 caractères au plus" in answer.messages[0]


def test_an_animation_is_declared_in_a_commune_that_there_is(town: Town):
    town.signs()
    declared = town.declares(commune_code="34172")
    shown = town.asks("query ($id: ID!) { animation(id: $id) { communeCode } }", structure(TILLEULS), id=str(declared))
    assert shown.data["animation"] == {"communeCode": "34172"}
    for code, words in (("00000", "Aucune commune n'a le code INSEE 00000"), ("63266", "Puy-de-Dôme (63)")):
        with pytest.raises(DomainError, match=words.replace("(", r"\(").replace(")", r"\)")):
            town.declares(commune_code=code)
