"""Tell from the rows themselves what their terms become, and which streams have to be read for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import namedtuple_row

from domain.typology.typology import TermKind
from projections.engine.generations import Generation, identifier
from projections.engine.projection import Key, Projection, Row
from projections.engine.terms.touched import touching
from projections.engine.terms_in_force import Change, TermsInForce

Conn = Connection[Any]

_UNSURE = "SELECT DISTINCT {stream} FROM {rows} WHERE ({touched}) AND ({unsure})"
_ALIKE = """
SELECT {samples}, stretch, count(*) AS rows FROM (SELECT {names}, {stretch} AS stretch FROM {rows}) AS touched
WHERE stretch IS NOT NULL GROUP BY {decisive}, stretch"""


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows of a generation that changes touch."""

    projection: Projection
    generation: Generation
    changes: Sequence[Change]

    def unsure(self, conn: Conn) -> list[UUID]:
        """Return the streams of which the row alone does not say what its terms become."""
        stream = sql.Identifier(self.projection.table.key[0])
        query = sql.SQL(_UNSURE).format(stream=stream, rows=self._rows, touched=self._touched, unsure=self._unsure)
        return [each for (each,) in conn.execute(query)]

    def alike(self, conn: Conn) -> tuple[list[Row], int]:
        """Return what the terms of all others become, once for those that become the same, and how many these are.

        `after` holds for the rows that show what `before` does, in the same `stretch` of days.
        """
        terms = self.projection.terms
        shown = dict.fromkeys(terms.columns.values())
        names = [sql.Identifier(name) for name in dict.fromkeys([*shown, *filter(None, [terms.day])])]
        query = sql.SQL(_ALIKE).format(
            # Any row stands for those that become the same.
            samples=sql.SQL(", ").join(sql.SQL("min({0}) AS {0}").format(name) for name in names),
            names=sql.SQL(", ").join(names),
            stretch=self.stretch,
            rows=self._rows,
            decisive=sql.SQL(", ").join(map(sql.Identifier, self.decisive)),
        )
        later = TermsInForce(tuple(self.changes))
        with conn.cursor(row_factory=namedtuple_row) as cursor:
            samples: list[Any] = cursor.execute(query).fetchall()
        changed = [
            {
                "before": {name: getattr(sample, name) for name in self.decisive},
                "after": {name: terms.of_row(later, sample)[name] for name in self.changing},
                "stretch": sample.stretch,
            }
            for sample in samples
        ]
        return changed, sum(sample.rows for sample in samples)

    def become(self, rows: Mapping[Key, Row]) -> dict[Key, Row]:
        """Return what the terms of these rows become, none of which is unsure."""
        later, of_row = TermsInForce(tuple(self.changes)), self.projection.terms.of_row
        return {key: of_row(later, SimpleNamespace(**row)) for key, row in rows.items()}

    @property
    def changing(self) -> list[str]:
        """The columns that show terms of the kinds that change."""
        columns = self.projection.terms.columns
        return [columns[kind] for kind in columns if any(change.kind is kind for change in self.changes)]

    @property
    def decisive(self) -> list[str]:
        """The columns that say what those become, with the day: they themselves, and the type."""
        columns = self.projection.terms.columns
        return list(dict.fromkeys([*self.changing, *filter(None, [columns.get(TermKind.ANIMATION_TYPE)])]))

    @property
    def stretch(self) -> sql.Composed:
        """A row's stretch of days between limits, by its number; null where it is not touched, or unsure."""
        day = self.projection.terms.day
        limits = sql.Literal(sorted(_limits(self.changes)))
        return sql.SQL("CASE WHEN ({}) AND NOT ({}) THEN {} END").format(
            self._touched,
            self._unsure,
            sql.SQL("width_bucket({}, {}::date[])").format(sql.Identifier(day), limits) if day else sql.SQL("0"),
        )

    @property
    def _rows(self) -> sql.Identifier:
        return identifier(self.projection.name, self.generation.generation)

    @property
    def _touched(self) -> sql.Composable:
        return _any(list(touching(self.projection, self.changes)))

    @property
    def _unsure(self) -> sql.Composable:
        """The day in the offset that the instant was recorded with may fall on the other side of a limit; and a type
        that another was changed into may be either, where terms are split by types.
        """
        terms, conditions = self.projection.terms, []
        if terms.day is not None:
            day, between = sql.Identifier(terms.day), sql.SQL("{} BETWEEN {} AND {}")
            conditions += [between.format(day, limit - timedelta(days=1), limit) for limit in _limits(self.changes)]
        by_types = any(part.animation_types for change in self.changes for part in change.parts)
        if by_types and TermKind.ANIMATION_TYPE in terms.columns:
            applied = (c for c in self.generation.terms_in_force.changes if c.kind is TermKind.ANIMATION_TYPE)
            changed_into = sorted({part.into for change in applied for part in change.parts})
            column = sql.Identifier(terms.columns[TermKind.ANIMATION_TYPE])
            conditions.append(sql.SQL("{} = ANY({}::text[])").format(column, sql.Literal(changed_into)))
        return _any(conditions)


def _limits(changes: Sequence[Change]) -> set[date]:
    parts = [part for change in changes for part in change.parts]
    limits = [change.since for change in changes] + [part.starts_from for part in parts]
    return {limit for limit in [*limits, *(part.starts_before for part in parts)] if limit is not None}


def _any(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(" OR ").join(sql.SQL("({})").format(each) for each in conditions) if conditions else sql.SQL("false")
