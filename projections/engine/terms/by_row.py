"""Tell what a row's terms become by what the row shows, and which rows' events have to be read for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import namedtuple_row

from domain.typology.typology import TermKind
from projections.engine.generations import Generation, identifier
from projections.engine.projection import Projection, Row
from projections.engine.terms.touched import touching
from projections.engine.terms_in_force import Change, TermsInForce

Conn = Connection[Any]
#: Rows held in memory at once.
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows of a generation that changes touch: conditions on its table."""

    projection: Projection
    generation: Generation
    changes: Sequence[Change]

    def count(self, conn: Conn) -> int:
        """Return how many there are."""
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self._table, self._touched)
        row = conn.execute(query).fetchone()
        return int(row[0]) if row else 0

    def unsure(self, conn: Conn) -> list[UUID]:
        """Return the streams of which the row alone does not say what its terms become."""
        query = sql.SQL("SELECT {} FROM {} WHERE ({}) AND ({})").format(
            sql.Identifier(self.projection.table.key[0]), self._table, self._touched, self._unsure
        )
        return [stream for (stream,) in conn.execute(query)]

    def shown(self, conn: Conn) -> Iterator[list[Row]]:
        """Yield the keys and the terms of all others, after the changes."""
        terms, (key, *_) = self.projection.terms, self.projection.table.key
        assert terms.of_row is not None
        assert terms.day is not None
        names = [key, *dict.fromkeys([*terms.columns.values(), terms.day])]
        query = sql.SQL("SELECT {} FROM {} WHERE ({}) AND NOT ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, names)), self._table, self._touched, self._unsure
        )
        later = TermsInForce(tuple(self.changes))
        with conn.cursor("touched_rows", row_factory=namedtuple_row) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield [{key: row[0]} | terms.of_row(later, row) for row in rows]

    @property
    def _table(self) -> sql.Identifier:
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
        assert terms.day is not None
        for limit in _limits(self.changes):
            conditions.append(
                sql.SQL("{} BETWEEN {} AND {}").format(
                    sql.Identifier(terms.day), sql.Literal(limit - timedelta(days=1)), sql.Literal(limit)
                )
            )
        if any(part.animation_types for change in self.changes for part in change.parts):
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
