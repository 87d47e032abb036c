"""The followers of the log: how far each is, and whether this code can read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from projections.engine.generations import fingerprint
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections


@dataclass(frozen=True, slots=True)
class Follower:
    """A follower of the log and its position. `lag_seconds`: how long its next event has waited."""

    name: str
    is_read_model: bool
    position: int
    head: int
    failed_position: int | None
    failed_event: str | None
    #: The fingerprint of the code that built a read model.
    built_by: str | None
    lag_seconds: float

    @property
    def lag(self) -> int:
        return self.head - self.position

    def shown(self) -> dict[str, Any]:
        shown = {
            "name": self.name,
            "position": self.position,
            "lag": self.lag,
            "lagSeconds": round(self.lag_seconds, 1),
        }
        if self.is_read_model:
            event = {"position": self.failed_position, "event": self.failed_event}
            shown["failed"] = event if self.failed_position else None
        return shown


@cache
def _own_code() -> Mapping[str, str]:
    return {projection.name: fingerprint(projection) for projection in projections(TermsInForce())}


def built_by_other_code(followers: Sequence[Follower]) -> list[str]:
    """Return the read models whose tables this code cannot read: an update rebuilt them, or has yet to."""
    built = {follower.name: follower.built_by for follower in followers if follower.is_read_model}
    return [name for name, own in _own_code().items() if built.get(name) != own] if built else []
