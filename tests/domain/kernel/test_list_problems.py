"""What is wrong with a list is said once, at the item that is wrong."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field, create_model

from domain.kernel.errors import DomainError
from domain.kernel.identifiers import Uai
from domain.kernel.validation import validated


def test_a_list_with_a_wrong_item_is_not_besides_too_short():
    form = create_model("Form", schools=(Annotated[tuple[Uai, ...], Field(min_length=1)], ...))
    with pytest.raises(DomainError) as refusal:
        validated(form, {"schools": ["0180001A"]})
    assert [problem.field for problem in refusal.value.problems] == [("schools", "0")]
    with pytest.raises(DomainError, match="au moins 1 élément"):
        validated(form, {"schools": []})
