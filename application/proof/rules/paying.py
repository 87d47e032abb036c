"""Commands that move money are recorded once."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from application.signatures.acts import MONEY_ACTIONS
from eventstore.records import Stamp

_CAUSES = frozenset(f"command:{action}" for action in MONEY_ACTIONS)


@dataclass(slots=True)
class PayingCommands:
    """The ids of commands that moved money. An event recorded later under one of them would pass for a part of it."""

    _ids: set[UUID] = field(default_factory=set)

    def again(self, stamp: Stamp) -> bool:
        """Note the command that begins with this stamp. Return whether one of its id moved money before."""
        again = stamp.command_id in self._ids
        if stamp.cause in _CAUSES:
            self._ids.add(stamp.command_id)
        return again
