"""The losses of the log, each time that it went back: one stream."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.proof.events import LogRestored


@dataclass(frozen=True, slots=True)
class Restorations:
    """Up to which position nothing is given any more."""

    last_skipped: int


def evolve(state: Restorations | None, originator_id: UUID, fact: Event) -> Restorations:
    if isinstance(fact, LogRestored):
        return Restorations(fact.last_skipped)
    raise TypeError(f"not an event of the log's restorations: {fact!r}")


def record(loss: LogRestored, actor: Actor) -> list[Event]:
    authorize(actor, Action.LOG_RESTORE, Belongings())
    if loss.last_skipped < loss.last_kept:
        raise broken("Aucune position n'est écartée.")
    return [loss]
