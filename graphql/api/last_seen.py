"""What one process saw last of the read models: it holds while they stand where they stood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from projections.reading import Snapshot

_MOST_STRUCTURES = 2_000


@dataclass(frozen=True, slots=True)
class Seen:
    """`snapshot` is closed: it tells tables and positions. `structures` are rows that were read where it stands."""

    snapshot: Snapshot
    structures: dict[UUID, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class LastSeen:
    """`seen` is replaced with each move of the read models that an answer meets."""

    seen: Seen | None = None

    def see(self, read: Snapshot) -> None:
        if self.seen is None or self.seen.snapshot.live != read.live:
            self.seen = Seen(read)

    def keep(self, read: Snapshot, structures: Iterable[dict[str, Any]]) -> None:
        """Rows that were read in `read`; those of another standing, or of the past, are not kept."""
        if self.seen is None or self.seen.snapshot.live != read.live:
            return
        for row in structures:
            if len(self.seen.structures) < _MOST_STRUCTURES:
                self.seen.structures[row["structure_id"]] = row
