"""Rows as the bytes that PostgreSQL sent. Pages are written from these, so few are converted to Python values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, overload

from psycopg import AsyncConnection, AsyncCursor, abc
from psycopg.adapt import Transformer
from psycopg.pq import Format
from psycopg.rows import DictRow

T = TypeVar("T")

#: The loader of bytea returns the bytes of any type as they came.
_BYTEA = 17


class SentRows(Sequence[DictRow]):
    """Rows that are converted to Python values at each access. `columns` are the names of their columns."""

    def __init__(self, conn: AsyncConnection[DictRow], cursor: AsyncCursor[DictRow]) -> None:
        """Take all rows that the cursor has received, in binary format."""
        result = cursor.pgresult
        assert result is not None, "a statement with rows has been executed"
        self._result = result
        self.columns = tuple((result.fname(place) or b"").decode() for place in range(result.nfields))
        self._places: Sequence[int] = range(result.ntuples)
        self._loading: abc.Transformer = Transformer(conn)
        self._loading.set_pgresult(result)

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

    def __iter__(self) -> Iterator[DictRow]:
        return iter(self._all(self._loading, self._named))

    def _named(self, values: Sequence[object]) -> DictRow:
        return dict(zip(self.columns, values, strict=False))

    def as_sent(self) -> list[tuple[bytes | None, ...]]:
        """Return the columns of each row in PostgreSQL's binary format."""
        taking: abc.Transformer = Transformer()
        taking.set_pgresult(self._result, set_loaders=False)
        taking.set_loader_types([_BYTEA] * len(self.columns), Format.BINARY)
        return self._all(taking, tuple)

    def _all(self, transformer: abc.Transformer, make: Callable[[Sequence[Any]], T]) -> list[T]:
        if not self._places:
            return []
        first, last = self._places[0], self._places[-1]
        rows = transformer.load_rows(min(first, last), max(first, last) + 1, make)
        return rows if first <= last else rows[::-1]
