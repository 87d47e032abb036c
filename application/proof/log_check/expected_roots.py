"""The roots that checkpoints, kept copies and the key's own record claim, compared as the tree is computed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from application.proof.checkpoints import SignedCheckpoint
from application.proof.notes import parse_checkpoint
from application.proof.signer_memory import Record

OWN_RECORD = "by the key's own record"


@dataclass(frozen=True, slots=True)
class Copy:
    name: str
    note: str
    size: int
    root: bytes


def read_copy(number: int, note: str) -> Copy:
    """Parse a note. Raises BadNote unless it can be read as a checkpoint; its signature is checked later."""
    checkpoint = parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
    return Copy(f"copy {number} (size {checkpoint.size})", note, checkpoint.size, checkpoint.root)


class ExpectedRoots:
    """The roots that checkpoints claim, compared as the recomputed tree reaches their sizes."""

    def __init__(self, signed: Sequence[SignedCheckpoint], copies: Sequence[Copy], record: Record | None) -> None:
        self.copies = copies
        claims = [(mark.size, mark.root, f"checkpoint of size {mark.size}") for mark in signed]
        claims += [(tree.size, tree.root, OWN_RECORD) for tree in (record.trees if record else ())]
        claims += [(copy.size, copy.root, f"checkpoint, {copy.name},") for copy in copies]
        self._claims = sorted(claims, key=lambda claim: claim[0])
        self._next = 0
        self._good: set[int] = set()
        self._broken: list[tuple[int, str]] = []

    @property
    def last_good(self) -> int:
        return max(self._good, default=0)

    def within(self, start: int, end: int) -> list[int]:
        """Return the sizes above `start`, up to `end`, for which a root is claimed."""
        sizes = []
        for size, *_ in islice(self._claims, self._next, None):
            if size > end:
                break
            if size > start and size not in sizes:
                sizes.append(size)
        return sizes

    def compare(self, size: int, root: bytes) -> None:
        while self._next < len(self._claims) and self._claims[self._next][0] <= size:
            claimed, expected, name = self._claims[self._next]
            if claimed == size and expected == root:
                self._good.add(size)
            else:
                self._broken.append((claimed, name))
            self._next += 1

    def mismatches(self, leaves_fit: bool) -> list[str]:
        """Describe the first checkpoint that does not fit, and count the others; name what the key remembers apart."""
        broken = [*self._broken, *((size, name) for size, _, name in self._claims[self._next :])]
        own = [
            f"{size} events were signed, {OWN_RECORD}: the log is another one"
            for size, name in broken
            if name == OWN_RECORD
        ]
        others = [(size, name) for size, name in broken if name != OWN_RECORD]
        return [*own[-1:], *self._describe(others, leaves_fit)]

    def _describe(self, broken: Sequence[tuple[int, str]], leaves_fit: bool) -> list[str]:
        if not broken:
            return []
        size, name = broken[0]
        if not leaves_fit:
            where = ""
        elif size in self._good:
            where = f": the log has another root at size {size}, which a checkpoint of its own bears out"
        else:
            before = max((good for good in self._good if good < size), default=0)
            where = f": between leaf {before + 1} and leaf {size}, and the tiles with it"
        others = f"; so do {len(broken) - 1} others" if len(broken) > 1 else ""
        return [f"{name} does not fit the log{where}{others}"]
