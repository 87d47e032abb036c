"""Commands that move money are recorded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from domain.proof.signing_rule import MONEY_ACTIONS
from eventstore.records import Stamp

_CAUSES = frozenset(f"command:{action}" for action in MONEY_ACTIONS)


@dataclass(slots=True)
class PayingCommands:
    """The ids of commands that moved money. An event recorded later under one of them would pass for a part of it."""

    _ids: set[UUID] = field(default_factory=set)
    _current: UUID | None = None

    def reasons(self, stamp: Stamp) -> Iterator[str]:
        """Take the stamp of the next event. Yield why it begins no command: one of its id moved money before."""
        if stamp.command_id == self._current:
            return
        self._current = stamp.command_id
        if stamp.command_id in self._ids:
            yield "its command was recorded before, and moved money"
        if stamp.cause in _CAUSES:
            self._ids.add(stamp.command_id)
