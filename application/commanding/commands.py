"""The base of every command, and the table that ties each kind of command to its use case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from application.commanding.unit_of_work import UnitOfWork
from application.signatures.signing import GivenSignature
from domain.kernel.rights import Action

#: Stand-ins for malformed fields of that name, in any command.
STAND_INS: Mapping[str, Any] = {
    **dict.fromkeys(("name", "first_name", "last_name", "structure_name", "coordonnateur", "subject"), "Personne"),
    **dict.fromkeys(("title", "label", "description", "motivation", "reference", "venue_name"), "Texte"),
    **dict.fromkeys(("phone", "comment", "planned_animations", "rate_per_animation"), None),
    **dict.fromkeys(("answers", "required_pieces"), ()),
    **dict.fromkeys(("parents", "children"), 0),
    **dict.fromkeys(("signed_on", "valid_from", "period_from", "on"), date(2000, 1, 1)),
    **dict.fromkeys(("valid_until", "period_until"), date(2100, 12, 31)),
    "email": "personne@example.org",
    "reason": "Un motif en mots.",
    "siret": "21340172201787",
    "schools": ("0340002T",),
    "until": datetime(2100, 12, 30, tzinfo=UTC),
}


class Command(BaseModel):
    """A request to change something. `idempotency_key` makes repeating it safe: see `application.commanding.bus`.

    `signature` is the person's own, over the events that are to be recorded; a repeated command need not have it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: ClassVar[Action]
    #: Values that stand in for malformed ones, so that rules can still be held against the other fields.
    stand_ins: ClassVar[Mapping[str, Any]] = STAND_INS
    #: French names of its fields, where the name that all commands share would mislead.
    own_labels: ClassVar[Mapping[str, str]] = {}
    #: Whether it may find everything as it is asked for: then nothing is recorded, and nothing refused.
    may_change_nothing: ClassVar[bool] = False
    idempotency_key: UUID | None = None
    signature: GivenSignature | None = Field(default=None, exclude=True)

    @property
    def turn(self) -> UUID | None:
        """The busy stream that it writes to, if any: commands with the same turn are decided one after the other."""
        return None


class ChangeCommand(Command):
    """A command on something that exists: `expected_version` is the version that the client saw."""

    expected_version: int | None = None


C = TypeVar("C", bound=Command)
#: Decides and records through the unit of work; returns the id of the thing the command is about.
UseCase = Callable[[C, UnitOfWork], UUID]
UseCases = Mapping[type[Command], UseCase[Any]]


def use_cases(*families: Iterable[tuple[type[Command], UseCase[Any]]]) -> UseCases:
    """Merge the families into one table. Raise ValueError if two use cases claim the same command."""
    table: dict[type[Command], UseCase[Any]] = {}
    for command, use_case in (entry for family in families for entry in family):
        if command in table:
            raise ValueError(f"{command.__name__} has two use cases")
        table[command] = use_case
    return table
