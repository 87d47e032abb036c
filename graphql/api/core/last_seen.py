"""What one process saw last of the read models: it holds while they stand where they stood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from domain.accounts.account import Mandate
    from projections.engine.reading import Live, Snapshot

_MOST_STRUCTURES, _MOST_ASKERS = 2_000, 2_000


@dataclass(frozen=True, slots=True)
class Held:
    """The mandates of an account that nobody has ended, when the person's data were last erased, if ever, and where
    the read models stood that tell so. `person_id` and `account_id` are None of who has not signed in; `called` is what
    was asked.
    """

    mandates: list[Mandate]
    erased_at: datetime | None = None
    live: Live | None = None
    person_id: UUID | None = None
    account_id: UUID | None = None
    called: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """`snapshot` is closed: it tells tables and positions. `structures` are rows that were read where it stands, and
    `askers` what the accounts of those who asked gave them there, by subject.
    """

    snapshot: Snapshot
    structures: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    askers: dict[str, Held] = field(default_factory=dict)


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

    def keep_asker(self, subject: str, held: Held) -> None:
        """As `keep`, of what was read of an account."""
        if self.seen is None or self.seen.snapshot.live != held.live:
            return
        if subject in self.seen.askers or len(self.seen.askers) < _MOST_ASKERS:
            self.seen.askers[subject] = held
