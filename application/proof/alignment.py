"""How a log differs from the hashes kept of it: changed, removed, inserted, exchanged, cut off; renumbered or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from application.proof.leaves import decode_leaf, encode_leaf, position_of
from application.proof.merkle import leaf_hash

T = TypeVar("T")

#: Differences that are told one by one; a log that was rewritten as a whole differs everywhere.
MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class Difference:
    kind: str
    position: int
    detail: str = ""

    @property
    def told(self) -> str:
        return f"position {self.position}: {self.kind}{self.detail}"


class _Ahead(Generic[T]):
    """An iterator that shows what comes next, and after it."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items: Iterator[T] = iter(items)
        self._seen: list[T] = []

    def peek(self, further: int = 0) -> T | None:
        while len(self._seen) <= further:
            try:
                self._seen.append(next(self._items))
            except StopIteration:
                return None
        return self._seen[further]

    def skip(self) -> None:
        self.peek()
        self._seen.pop(0)


@dataclass(frozen=True, slots=True)
class _Changed:
    position: int
    kept: bytes
    leaf: bytes


def align(kept: Iterable[tuple[int, bytes]], leaves: Iterable[bytes]) -> list[Difference]:
    """Walks both in order: `kept` has each leaf's position and hash as they were, `leaves` what the log holds now.

    Leaves after the last kept one are new, and no difference.
    """
    was, now = _Ahead(kept), _Ahead(leaves)
    found: list[Difference] = []
    changed: list[_Changed] = []
    renumbered = False
    while (old := was.peek()) is not None and len(found) + len(changed) < MOST_TOLD:
        position, hashed = old
        leaf = now.peek()
        if leaf is None:
            found.append(_cut_off(was))
            break
        if leaf_hash(_at(leaf, position) if renumbered else leaf) == hashed:
            was.skip()
            now.skip()
        elif not renumbered and position_of(leaf) > position and not _is(leaf, position, hashed):
            found.append(Difference("removed", position))
            was.skip()
        elif not renumbered and position_of(leaf) < position:
            found.append(Difference("inserted", position_of(leaf)))
            now.skip()
        elif _exchanged_with_next(was, now):
            for _ in range(2):
                changed.append(_Changed(*_both(was, now)))
                was.skip()
                now.skip()
        elif (following := was.peek(1)) is not None and _is(leaf, *following):
            found.append(Difference("removed", position, ", and the events after it renumbered"))
            renumbered = True
            was.skip()
        elif (after := now.peek(1)) is not None and _is(after, position, hashed):
            found.append(Difference("inserted", position, ", and the events after it renumbered"))
            renumbered = True
            now.skip()
        else:
            changed.append(_Changed(position, hashed, leaf))
            was.skip()
            now.skip()
    return sorted([*found, *_exchanged(changed)], key=lambda difference: difference.position)


def _both(was: _Ahead[tuple[int, bytes]], now: _Ahead[bytes]) -> tuple[int, bytes, bytes]:
    old, leaf = was.peek(), now.peek()
    assert old is not None
    assert leaf is not None
    return (*old, leaf)


def _exchanged_with_next(was: _Ahead[tuple[int, bytes]], now: _Ahead[bytes]) -> bool:
    """Whether the next two stand in each other's place: else the first would look removed."""
    first, second, one, other = was.peek(), was.peek(1), now.peek(), now.peek(1)
    if first is None or second is None or one is None or other is None:
        return False
    return _is(one, *second) and _is(other, *first)


def _exchanged(changed: list[_Changed]) -> Iterator[Difference]:
    """Of the changed ones, those that only stand in each other's place; the others were changed themselves."""
    left = list(changed)
    while left:
        one = left.pop(0)
        other = next((two for two in left if _is(one.leaf, two.position, two.kept)), None)
        if other is not None and _is(other.leaf, one.position, one.kept):
            left.remove(other)
            yield Difference("exchanged", one.position, f" with position {other.position}")
        elif other is not None:
            yield Difference("reordered", one.position, f": its event belongs at position {other.position}")
        else:
            yield Difference("changed", one.position)


def _cut_off(was: _Ahead[tuple[int, bytes]]) -> Difference:
    first = last = 0
    while (old := was.peek()) is not None:
        first, last = first or old[0], old[0]
        was.skip()
    return Difference("removed", first, f", and everything after it up to position {last}: the log was cut off")


def _at(leaf: bytes, position: int) -> bytes:
    """The leaf as it would be at another position."""
    return encode_leaf(replace(decode_leaf(leaf), position=position))


def _is(leaf: bytes, position: int, hashed: bytes) -> bool:
    return leaf_hash(_at(leaf, position)) == hashed
