"""What is told of a wrong code names one that stands in the list which is asked for."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from application.animation_requests import AnimationRequestSend
from domain.animations.events import AnimationContent
from domain.publications.content import PublicationContent
from domain.typology.typology import TermKind

_TERMS = tomllib.loads((files("application") / "founding.toml").read_text())["terms"]
_FIELDS = {
    "venue_type": TermKind.VENUE_TYPE,
    "audience": TermKind.AUDIENCE,
    "type": TermKind.ANIMATION_TYPE,
    "themes": TermKind.THEME,
    "theme": TermKind.THEME,
    "accessibility": TermKind.ACCESSIBILITY,
}


@pytest.mark.parametrize("model", [AnimationContent, PublicationContent, AnimationRequestSend])
def test_a_wrong_code_is_answered_by_one_of_the_list(model: type[Any]) -> None:
    fields = model.model_fields.keys() & _FIELDS.keys()
    wrong = {name: ("Écran !",) if name in ("themes", "accessibility") else "Écran !" for name in fields}
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(model).validate_python(wrong)
    messages: dict[Any, str] = {}
    for error in refusal.value.errors():
        if error["loc"][0] in fields:
            messages.setdefault(error["loc"][0], error["msg"])
    examples = {name: message.rpartition("par exemple ")[2] for name, message in messages.items()}
    assert examples.keys() == fields
    listed = {(term["kind"], term["code"]) for term in _TERMS}
    assert [name for name, example in examples.items() if (_FIELDS[name], example) not in listed] == []
