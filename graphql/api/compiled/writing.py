"""Write the items of a page straight to JSON, from the bytes of their rows.

A field depends on the columns that its type names in `NEEDS`, and on the rows shared by the page's items. Places, times
and terms repeat from row to row and from page to page, so fragments are cached by the bytes that they were written
from, for all documents. Texts and identifiers, which differ, are written from their bytes each time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from cachetools import LRUCache

from api.compiled.fields import Take
from api.compiled.running import Complete, Run

#: The most bytes cached for all documents, and about what Python adds to each fragment and its key.
_MOST_BYTES, _OVERHEAD = 32_000_000, 500
_MOST_SHAPES = 2_000

_numbers = count()


class ItemField(NamedTuple):
    """A field of the items, computed from the columns `needs`. `make` and `complete` are as in `fields.made_attribute`.

    `make.written`, if it exists, writes JSON from the bytes of a field's only column. If `make.plain` is true, `make`
    returns JSON values, which need no `complete`. Fields of the same `shape` share fragments.
    """

    shape: Hashable
    needs: Sequence[str]
    make: Callable[[Any], Any]
    complete: Complete


class _Fragments:
    """Cached fragments of JSON, by the number of their shape and the bytes that they were written from."""

    def __init__(self) -> None:
        # A plain dict: it is read for every field of every row, and an LRU cache takes four times as long.
        self.by_key: dict[tuple[int, Any], bytes] = {}
        self._left = _MOST_BYTES
        self._numbers: LRUCache[Hashable, tuple[object, int]] = LRUCache(_MOST_SHAPES)

    def number(self, shape: Hashable, context_rows: object) -> int:
        """Return the number of a shape. It changes with the context rows, so that older fragments are not found."""
        made_with, number = self._numbers.get(shape, (None, 0))
        if made_with is not context_rows:
            number = next(_numbers)
            self._numbers[shape] = (context_rows, number)
        return number

    def store(self, key: tuple[int, Any], fragment: bytes) -> None:
        self._left -= len(fragment) + _size(key[1]) + _OVERHEAD
        if self._left < 0:
            self.by_key.clear()
            self._left = _MOST_BYTES
        # Copy: orjson's result keeps the kilobytes of its buffer alive.
        self.by_key[key] = b"%b" % fragment


def _size(sent: bytes | tuple[bytes | None, ...] | None) -> int:
    return len(sent or b"") if not isinstance(sent, tuple) else sum(len(value or b"") for value in sent)


_fragments = _Fragments()


class Writer:
    """Write the items of pages of one selection. `constants` holds the fields whose text is the same in each item."""

    def __init__(self, fields: Sequence[ItemField], keys: Sequence[str], constants: dict[str, str]) -> None:
        """`keys` lists the fields and the constants in their order."""
        self._fields = fields
        pairs = [(orjson.dumps(key), orjson.dumps(constants[key]) if key in constants else b"%b") for key in keys]
        self._item = b"{%b}" % b",".join(b"%b:%b" % pair for pair in pairs)
        self._context_rows: object = None
        self._numbers: list[int] = []

    def items(self, page: Any, run: Run) -> orjson.Fragment:
        """Return the page's items as a JSON list. Raises NotCompilable."""
        if self._context_rows is not page.context_rows:
            # The context rows changed, so cached fragments no longer apply.
            self._context_rows = page.context_rows
            self._numbers = [_fragments.number(field.shape, page.context_rows) for field in self._fields]
        sent = page.rows.as_sent()
        items: dict[int, Any] = {}

        def item(place: int) -> Any:
            if place not in items:
                items[place] = page.make(page.rows[place])
            return items[place]

        columns = [
            _column(field, number, page, sent, item, run)
            for field, number in zip(self._fields, self._numbers, strict=True)
        ]
        return orjson.Fragment(b"[%b]" % b",".join([self._item % values for values in zip(*columns, strict=True)]))


def _column(
    field: ItemField,
    number: int,
    page: Any,
    sent: Sequence[tuple[bytes | None, ...]],
    item: Callable[[int], Any],
    run: Run,
) -> list[bytes]:
    """Return the field's JSON for each row. `item` builds the item at an index."""
    needs = itemgetter(*(page.rows.columns.index(name) for name in field.needs))
    fragments, plain = _fragments.by_key, getattr(field.make, "plain", False)

    def written(index: int, values_key: Any) -> bytes:
        fragment = fragments.get((number, values_key))
        if fragment is None:
            fragment = orjson.dumps(field.make(item(index)) if plain else field.complete(field.make(item(index)), run))
            _fragments.store((number, values_key), fragment)
        return fragment

    values = list(map(needs, sent))
    write_bytes = getattr(field.make, "written", None)
    if write_bytes is not None:
        return [written(index, None) if value is None else write_bytes(value) for index, value in enumerate(values)]
    # Most are found, which a call for each would double the cost of.
    kept = [fragments.get((number, values_key)) for values_key in values]
    return [written(index, values[index]) if fragment is None else fragment for index, fragment in enumerate(kept)]


def written_items(key: str, writer: Writer, otherwise: Take) -> Take:
    """Return a `Take` of a page's items: write them from bytes if possible, else leave them to `otherwise`."""

    def take(page: Any, run: Run, answer: dict[str, Any]) -> None:
        if page.context_rows is not None and page.as_sent:
            answer[key] = writer.items(page, run)
        else:
            otherwise(page, run, answer)

    return take
