"""Compare a log with the leaf hashes stored earlier: name what was changed, removed, inserted, exchanged or cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from application.proof.leaves import decode_leaf, encode_leaf, position_of
from application.proof.merkle import leaf_hash

T = TypeVar("T")

#: Stop after this many differences: a log that was rewritten as a whole differs everywhere.
MAX_DIFFERENCES = 50


@dataclass(frozen=True, slots=True)
class Difference:
    kind: str
    position: int
    detail: str = ""

    @property
    def description(self) -> str:
        return f"position {self.position}: {self.kind}{self.detail}"


class _Lookahead(Generic[T]):
    """Iterator that can be peeked at any distance."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items: Iterator[T] = iter(items)
        self._buffer: list[T] = []

    def peek(self, further: int = 0) -> T | None:
        while len(self._buffer) <= further:
            try:
                self._buffer.append(next(self._items))
            except StopIteration:
                return None
        return self._buffer[further]

    def skip(self) -> None:
        self.peek()
        self._buffer.pop(0)


@dataclass(frozen=True, slots=True)
class _Mismatch:
    position: int
    stored_hash: bytes
    leaf: bytes


def align(stored: Iterable[tuple[int, bytes]], leaves: Iterable[bytes]) -> list[Difference]:
    """Return how `leaves`, the log of today, differ from `stored`, the position and hash of each leaf of then.

    Leaves after the last stored one are new, not differences.
    """
    was, now = _Lookahead(stored), _Lookahead(leaves)
    differences: list[Difference] = []
    mismatches: list[_Mismatch] = []
    renumbered = False
    while (old := was.peek()) is not None and len(differences) + len(mismatches) < MAX_DIFFERENCES:
        position, hashed = old
        leaf = now.peek()
        if leaf is None:
            differences.append(_truncation(was))
            break
        if leaf_hash(_at(leaf, position) if renumbered else leaf) == hashed:
            was.skip()
            now.skip()
        elif not renumbered and position_of(leaf) > position and not _matches(leaf, position, hashed):
            differences.append(Difference("removed", position))
            was.skip()
        elif not renumbered and position_of(leaf) < position:
            differences.append(Difference("inserted", position_of(leaf)))
            now.skip()
        elif _exchanged_with_next(was, now):
            for _ in range(2):
                mismatches.append(_Mismatch(*_next_pair(was, now)))
                was.skip()
                now.skip()
        elif (following := was.peek(1)) is not None and _matches(leaf, *following):
            differences.append(Difference("removed", position, ", and the events after it renumbered"))
            renumbered = True
            was.skip()
        elif (after := now.peek(1)) is not None and _matches(after, position, hashed):
            differences.append(Difference("inserted", position, ", and the events after it renumbered"))
            renumbered = True
            now.skip()
        else:
            mismatches.append(_Mismatch(position, hashed, leaf))
            was.skip()
            now.skip()
    return sorted([*differences, *_classify(mismatches)], key=lambda difference: difference.position)


def _next_pair(was: _Lookahead[tuple[int, bytes]], now: _Lookahead[bytes]) -> tuple[int, bytes, bytes]:
    old, leaf = was.peek(), now.peek()
    assert old is not None
    assert leaf is not None
    return (*old, leaf)


def _exchanged_with_next(was: _Lookahead[tuple[int, bytes]], now: _Lookahead[bytes]) -> bool:
    """Return whether the next two leaves swapped places; otherwise the first would look removed."""
    first, second, leaf, next_leaf = was.peek(), was.peek(1), now.peek(), now.peek(1)
    if first is None or second is None or leaf is None or next_leaf is None:
        return False
    return _matches(leaf, *second) and _matches(next_leaf, *first)


def _classify(mismatches: list[_Mismatch]) -> Iterator[Difference]:
    """Tell mismatches whose events only moved (exchanged, reordered) from those whose event changed."""
    remaining = list(mismatches)
    while remaining:
        mismatch = remaining.pop(0)
        home = next((other for other in remaining if _matches(mismatch.leaf, other.position, other.stored_hash)), None)
        if home is not None and _matches(home.leaf, mismatch.position, mismatch.stored_hash):
            remaining.remove(home)
            yield Difference("exchanged", mismatch.position, f" with position {home.position}")
        elif home is not None:
            yield Difference("reordered", mismatch.position, f": its event belongs at position {home.position}")
        else:
            yield Difference("changed", mismatch.position)


def _truncation(stored: _Lookahead[tuple[int, bytes]]) -> Difference:
    first = last = 0
    while (old := stored.peek()) is not None:
        first, last = first or old[0], old[0]
        stored.skip()
    return Difference("removed", first, f", and everything after it up to position {last}: the log was cut off")


def _at(leaf: bytes, position: int) -> bytes:
    """Return the leaf as it would be at another position."""
    return encode_leaf(replace(decode_leaf(leaf), position=position))


def _matches(leaf: bytes, position: int, hashed: bytes) -> bool:
    return leaf_hash(_at(leaf, position)) == hashed
