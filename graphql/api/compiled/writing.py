"""Items of a page written straight into JSON, from the bytes of their rows.

What a field shows depends on the columns that its type names in `NEEDS`, and on what the page's items are made from
besides. Places, times and terms repeat from row to row and from page to page: what was written of the same bytes is
written again, whichever document asks for it. Texts and identifiers, which differ, are each written from their bytes.
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

#: Of all documents together, in bytes; and about what Python adds to each text and what it is kept by.
_MOST_KEPT, _AROUND_EACH = 32_000_000, 500
_MOST_SHAPES = 2_000

_numbers = count()


class ItemField(NamedTuple):
    """A field of the items, shown of the columns `needs`. `make` and `complete` are as in `fields.made_attribute`;
    `make.written`, where there is one, writes the one column's bytes; where `make.plain` is true, it makes what JSON is
    made of. Of the same `shape`, fields show the same of the same bytes.
    """

    shape: Hashable
    needs: Sequence[str]
    make: Callable[[Any], Any]
    complete: Complete


class _Kept:
    """What was written, by number of the field and the bytes that it was written from."""

    def __init__(self) -> None:
        # A plain dictionary: it is asked for every field of every row, where an LRU cache takes four times as long.
        self.written: dict[tuple[int, Any], bytes] = {}
        self._left = _MOST_KEPT
        self._numbers: LRUCache[Hashable, tuple[object, int]] = LRUCache(_MOST_SHAPES)

    def number(self, shape: Hashable, context_rows: object) -> int:
        """The same for the same shape, until its context rows are others."""
        made_with, number = self._numbers.get(shape, (None, 0))
        if made_with is not context_rows:
            number = next(_numbers)
            self._numbers[shape] = (context_rows, number)
        return number

    def keep(self, told: tuple[int, Any], written: bytes) -> None:
        self._left -= len(written) + _size(told[1]) + _AROUND_EACH
        if self._left < 0:
            self.written.clear()
            self._left = _MOST_KEPT
        # A copy: what orjson gives holds on to the kilobytes that it was written in.
        self.written[told] = b"%b" % written


def _size(sent: bytes | tuple[bytes | None, ...] | None) -> int:
    return len(sent or b"") if not isinstance(sent, tuple) else sum(len(one or b"") for one in sent)


_kept = _Kept()


class Writer:
    """Writes the items of pages of one selection. `constants` are the texts of fields that are the same of each."""

    def __init__(self, fields: Sequence[ItemField], keys: Sequence[str], constants: dict[str, str]) -> None:
        """`keys` has the fields and the constants in their order."""
        self._fields = fields
        told = [(orjson.dumps(key), orjson.dumps(constants[key]) if key in constants else b"%b") for key in keys]
        self._item = b"{%b}" % b",".join(b"%b:%b" % one for one in told)
        self._context_rows: object = None
        self._numbers: list[int] = []

    def written(self, page: Any, run: Run) -> orjson.Fragment:
        """The list of the page's items. Raises NotCompilable."""
        if self._context_rows is not page.context_rows:
            # Under other numbers: what was kept was made with other context rows.
            self._context_rows = page.context_rows
            self._numbers = [_kept.number(field.shape, page.context_rows) for field in self._fields]
        sent = page.rows.as_sent()
        items: dict[int, Any] = {}

        def item(place: int) -> Any:
            if place not in items:
                items[place] = page.make(page.rows[place])
            return items[place]

        columns = [
            _column(one, number, page, sent, item, run) for one, number in zip(self._fields, self._numbers, strict=True)
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
    """What the field shows of each row; `item` makes what stands at a place."""
    needs = itemgetter(*(page.rows.columns.index(name) for name in field.needs))
    known, plain = _kept.written, getattr(field.make, "plain", False)

    def written(place: int, told: Any) -> bytes:
        one = known.get((number, told))
        if one is None:
            one = orjson.dumps(field.make(item(place)) if plain else field.complete(field.make(item(place)), run))
            _kept.keep((number, told), one)
        return one

    directly = getattr(field.make, "written", None)
    if directly is None:
        return [written(place, told) for place, told in enumerate(map(needs, sent))]
    values = map(needs, sent)
    return [written(place, None) if value is None else directly(value) for place, value in enumerate(values)]


def written_items(key: str, writer: Writer, otherwise: Take) -> Take:
    """The items of a page; `otherwise` takes those of rows that were loaded."""

    def take(page: Any, run: Run, answer: dict[str, Any]) -> None:
        if page.context_rows is not None and page.as_sent:
            answer[key] = writer.written(page, run)
        else:
            otherwise(page, run, answer)

    return take
