"""A row of a table of animations, and its errors, under the names of the table's own columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from application.tables.headings import Headings
from domain.kernel.errors import ErrorCode, Problem


@dataclass(slots=True)
class AnimationRow:
    """A row's values, by field of an animation's content, and what is wrong with its cells."""

    number: int
    headings: Headings
    #: The columns that hold something.
    filled: frozenset[str]
    values: dict[str, Any] = field(default_factory=dict)
    #: As it stands in the table; None: none is named.
    territory: str | None = None
    commune: str | None = None
    #: The id that an exported row has.
    animation_id: str | None = None
    school: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, words: str, columns: str = "") -> None:
        """Add what is wrong with a field: with these columns, or with those that say it."""
        columns = columns or self.headings.of((name,), self.filled) or name
        self.problems.append(Problem(ErrorCode.INVALID, f"{columns} : {words}.", (name,)))

    def naming(self, problem: Problem) -> Problem:
        return self.headings.naming(problem, self.filled)
