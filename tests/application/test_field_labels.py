"""Messages name the fields of commands as people see them; programs have their names in `field`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import application.application  # noqa: F401  (every command is a subclass once all are imported)
from application.action_groups import ActionGroupOpen
from application.animation_requests import AnimationRequestSend
from application.candidatures import CandidatureRecordTraining
from application.commanding.commands import Command
from application.publications.commands import PublicationPropose
from domain.kernel.errors import DomainError
from domain.kernel.field_labels import label_of
from domain.kernel.validation import validated


def _commands(base: type[Command]) -> Iterator[type[Command]]:
    for command in base.__subclasses__():
        yield command
        yield from _commands(command)


def test_every_field_of_a_command_has_a_french_name():
    fields = {
        (command.__name__, name)
        for command in _commands(Command)
        for name in command.model_fields
        # What the server itself adds, nobody types.
        if name
        not in (
            "also_in",
            "beside",
            "earlier",
            "gatherable",
            "held",
            "namesakes",
            "of_same_reference",
            "of_that_code",
            "person",
            "resembling",
            "report",
            "staff",
            "standing",
        )
    }
    assert len(fields) > 200
    assert [field for field in sorted(fields) if not label_of(field[1:])] == []


def test_the_place_in_a_list_counts_from_one():
    assert label_of(("themes", "1")) == "Thèmes (2)"
    assert label_of(("questions", "0")) == "Questions (1)"


@pytest.mark.parametrize(
    ("command", "field", "label"),
    [
        (PublicationPropose, "text", "Texte"),
        (AnimationRequestSend, "theme", "Thème"),
        (ActionGroupOpen, "theme", "Thème"),
        (CandidatureRecordTraining, "subject", "Formation suivie"),
    ],
)
def test_a_mandatory_field_bears_the_name_that_its_own_command_has_for_it(command, field, label):
    with pytest.raises(DomainError) as refusal:
        validated(command, {})
    messages = {problem.field: problem.message for problem in refusal.value.problems}
    assert messages[field,] == f"{label} : champ obligatoire."
