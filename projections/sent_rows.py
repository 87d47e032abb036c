"""Rows as PostgreSQL sent them: a page is written from their bytes, and few of their values are ever loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from psycopg import AsyncConnection, AsyncCursor
from psycopg.adapt import Transformer
from psycopg.pq import Format
from psycopg.rows import DictRow

#: Its loader gives the bytes of any type as they came.
_BYTEA = 17


class SentRows(Sequence[DictRow]):
    """Each row is loaded when it is asked for, every time anew. `columns` are their names."""

    def __init__(self, conn: AsyncConnection[DictRow], cursor: AsyncCursor[DictRow]) -> None:
        """All that the cursor has received, in binary format."""
        result = cursor.pgresult
        assert result is not None, "a statement with rows has been executed"
        self.columns = tuple(column.name for column in cursor.description or ())
        self._places: Sequence[int] = range(result.ntuples)
        self._loading = Transformer(conn)
        self._loading.set_pgresult(result)
        self._taking = Transformer(conn)
        self._taking.set_pgresult(result, set_loaders=False)
        self._taking.set_loader_types([_BYTEA] * len(self.columns), Format.BINARY)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> DictRow: ...
    @overload
    def __getitem__(self, place: slice) -> SentRows: ...
    def __getitem__(self, place: int | slice) -> DictRow | SentRows:
        if isinstance(place, slice):
            part = object.__new__(SentRows)
            part.__dict__.update(self.__dict__, _places=self._places[place])
            return part
        return self._loading.load_row(self._places[place], self._named)

    def _named(self, values: Sequence[object]) -> DictRow:
        return dict(zip(self.columns, values, strict=True))

    def as_sent(self) -> list[tuple[bytes | None, ...]]:
        """The columns of each row in PostgreSQL's binary format."""
        if not self._places:
            return []
        first, last = self._places[0], self._places[-1]
        sent: list[tuple[bytes | None, ...]]
        sent = self._taking.load_rows(min(first, last), max(first, last) + 1, tuple)
        return sent if first <= last else sent[::-1]
