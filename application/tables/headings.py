"""Name the columns of a table as its first line does, so that errors use the words of whoever made the table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.kernel.errors import Problem
from domain.kernel.field_labels import label_of


@dataclass(frozen=True, slots=True)
class Headings:
    """The headers of a table by column, as they stand. `headers` and `sources` are those of the import's `Columns`."""

    own: Mapping[str, str]
    headers: Mapping[str, Sequence[str]]
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def among(self, columns: Collection[str]) -> str:
        """Return what the table calls those of these columns that it has, or that it lacks the first of them."""
        if there := [header for column, header in self.own.items() if column in columns]:
            return " et ".join(there)
        return f"colonne « {self.headers[next(iter(columns))][0]} » absente"

    def first(self, *columns: str) -> str:
        """Return what the table calls the first of these columns that it has."""
        return self.among([column for column in columns if column in self.own][:1] or columns[:1])

    def of(self, path: Sequence[str], filled: Collection[str] = ()) -> str | None:
        """Return what the table calls the columns that say a field: those that are `filled` in a row, if any are."""
        sources = self.sources.get(path[0], path[:1]) if path else ()
        if not set(sources) <= self.headers.keys():
            return None
        return self.among([column for column in sources if column in filled] or sources) if sources else None

    def naming(self, problem: Problem, filled: Collection[str] = ()) -> Problem:
        """Return the problem with a field of a row as one with the columns that say it; others as they are."""
        if (columns := self.of(problem.field, filled)) is None:
            return problem
        words = problem.message.removeprefix(f"{label_of(problem.field)} : ")
        return replace(problem, message=f"{columns} : {words}")
