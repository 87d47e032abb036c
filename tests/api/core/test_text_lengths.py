"""Everything that is wrong with a command is said at once, however long its texts are."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, StringConstraints

from api.core.commanding.text_lengths import LONGEST_TEXT, validated_with_lengths
from domain.kernel.errors import DomainError


class Note(BaseModel):
    title: Annotated[str, StringConstraints(max_length=200)]
    words: Annotated[str, StringConstraints(max_length=100_000)]
    seats: int


def test_a_text_beyond_every_limit_is_told_its_own_one_beside_all_else_that_is_wrong():
    long = "x" * (LONGEST_TEXT + 1)
    with pytest.raises(DomainError) as refusal:
        validated_with_lengths(Note, {"title": long, "words": long, "seats": "many"})
    assert {problem.field: problem.message.partition(" : ")[2] for problem in refusal.value.problems} == {
        ("title",): "200 caractères au plus.",
        ("seats",): "nombre entier attendu.",
        ("words",): "5\xa0000 caractères au plus.",
    }


def test_texts_within_the_limit_are_validated_as_ever():
    note = validated_with_lengths(Note, {"title": "Neige", "words": "x" * LONGEST_TEXT, "seats": 3})
    assert (note.title, note.seats) == ("Neige", 3)
