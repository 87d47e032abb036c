"""People read what was recorded of them in words: a code that is added to an event needs its meaning here."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from enum import Enum

from api.viewer.recorded_codes import meaning
from domain.kernel.actors import Role
from domain.kernel.events import registered_events

#: Features whose events are about a person, with the fields that only name what a letter was about.
ABOUT_PEOPLE = ("accounts.", "account.", "candidature.", "registration.", "passkey.", "letter.", "contact.")
SAME_IN_FRENCH = {"about"}


def enums(annotation: object) -> Iterator[type[Enum]]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for part in typing.get_args(annotation):
        yield from enums(part)


def test_every_code_that_is_recorded_of_a_person_has_a_meaning_in_french() -> None:
    codes = [
        (event, name, str(member.value))
        for event, kind in registered_events().items()
        if event.startswith(ABOUT_PEOPLE)
        for name, field in kind.model_fields.items()
        if name not in SAME_IN_FRENCH
        for each in enums(field.annotation)
        for member in each
    ]
    assert len(codes) > 10
    assert [code for code in codes if meaning(*code) == code[2]] == []
    assert meaning("mandate.given", "role", Role.TEACHER) == "enseignant"


def test_a_day_is_written_as_in_france_and_free_words_stay() -> None:
    assert meaning("mandate.given", "until", "2027-01-05") == "05/01/2027"
    assert meaning("registration.cancelled", "reason", "refused") == "refused"
