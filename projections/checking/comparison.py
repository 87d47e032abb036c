"""Compare the rows that the log gives with those of a table, in batches, without holding either of them whole."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psycopg import Connection, sql

from projections.engine.generations import identifier, table_name
from projections.engine.projection import Key, Row, Table
from projections.engine.tables import as_json

Conn = Connection[Any]

_AT_ONCE = 1_000
#: `*=` compares what is stored, so that 150.0 is not 150.00.
_UNLIKE = """
SELECT {key}, to_jsonb(t)::text, to_jsonb(e)::text
FROM json_populate_recordset(NULL::{table}, %s) AS e LEFT JOIN {table} AS t USING ({names})
WHERE t.{first} IS NULL OR NOT t *= e"""
_KEYS = "SELECT {names} FROM {table} WHERE {kept} ORDER BY {names}"


#: Types whose values may be what people wrote.
_WORDS = ("text", "json", "tsvector")


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the log gives. `column` is None where the row is missing, or has no event."""

    table: str
    key: str
    column: str | None
    text: str

    def __str__(self) -> str:
        return f"{self.table}, {self.key}: {self.text}"


@dataclass(slots=True)
class Comparison:
    """One table of a generation. `shows_values`: whether its texts may be printed; else they may be personal.

    `counters` are the columns of a rollup whose row goes, or may go, once they are all zero.
    """

    conn: Conn
    relation: str
    table: Table
    generation: int
    shows_values: bool = True
    counters: tuple[str, ...] = ()
    #: Eight bytes for each row of the log.
    keys: array[int] = field(default_factory=lambda: array("q"))
    matched: int = 0
    _rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> Iterator[Difference]:
        """Take a row that the log gives, and yield how the rows gathered so far differ once they are many."""
        self._rows.append(row)
        if len(self._rows) >= _AT_ONCE:
            yield from self.flush()

    def flush(self) -> Iterator[Difference]:
        rows, self._rows = self._rows, []
        if not rows:
            return
        width = len(self.table.key)
        self.matched += len(rows)
        self.keys.extend(hash(tuple(_plain(row[name]) for name in self.table.key)) for row in rows)
        for row in self.conn.execute(self._unlike(), [as_json(rows)], prepare=True).fetchall():
            key, (stored, expected) = self._named(row[:width]), row[width:]
            if stored is None:
                self.matched -= 1
                yield self._difference(key, None, "the row is missing")
            else:
                yield self._differing(key, _columns(stored), _columns(expected))

    def end(self) -> Iterator[Difference]:
        """Yield how the last rows differ, and the rows of the table that no event leads to."""
        yield from self.flush()
        (count,) = self.conn.execute(self._select("SELECT count(*) FROM {table} WHERE {kept}")).fetchone() or (0,)
        if count == self.matched:
            return
        expected = set(self.keys)
        with self.conn.cursor(f"keys of {self.relation}") as cursor:
            for key in cursor.execute(self._select(_KEYS)):
                if hash(tuple(map(_plain, key))) not in expected:
                    yield self._difference(self._named(key), None, "the row follows from no event")

    def _differing(self, key: str, stored: dict[str, Any], expected: dict[str, Any]) -> Difference:
        for name, value in expected.items():
            if stored[name] != value:
                shown = f"{name} is {stored[name]}, where the log gives {value}"
                may_show = self.shows_values or not self.table.columns[name].startswith(_WORDS)
                return self._difference(key, name, shown if may_show else f"{name} is not what the log gives")
        return self._difference(key, None, "a value is stored in another form than the log gives")

    def _difference(self, key: str, column: str | None, text: str) -> Difference:
        return Difference(table_name(self.relation, self.generation), key, column, text)

    def _named(self, key: Key) -> str:
        return ", ".join(f"{name} {value}" for name, value in zip(self.table.key, key, strict=True))

    def _unlike(self) -> sql.Composed:
        return self._select(_UNLIKE)

    def _select(self, query: str) -> sql.Composed:
        first, *_ = names = [sql.Identifier(name) for name in self.table.key]
        zero = sql.SQL(" AND ").join(sql.SQL("{} = 0").format(sql.Identifier(name)) for name in self.counters)
        return sql.SQL(query).format(
            table=identifier(self.relation, self.generation),
            key=sql.SQL(", ").join(sql.SQL("e.{}").format(name) for name in names),
            names=sql.SQL(", ").join(names),
            first=first,
            kept=sql.SQL("NOT ({})").format(zero) if self.counters else sql.SQL("true"),
        )


def _columns(row: str) -> dict[str, Any]:
    columns: dict[str, Any] = json.loads(row, parse_float=Decimal)
    return columns


def _plain(value: Any) -> Any:
    """Return the value under which PostgreSQL's and the fold's are the same."""
    return value if isinstance(value, int) else str(value)
