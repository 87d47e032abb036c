"""The checks of the whole log and of its read models, each recorded: one stream."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.proof.events import LogChecked


@dataclass(frozen=True, slots=True)
class LogChecks:
    """The last check."""

    position: int
    findings: int


def evolve(state: LogChecks | None, originator_id: UUID, fact: Event) -> LogChecks:
    if isinstance(fact, LogChecked):
        return LogChecks(fact.position, fact.findings)
    raise TypeError(f"not an event of the checks: {fact!r}")


def record(check: LogChecked, actor: Actor) -> list[Event]:
    """Record the result, whatever it is: a log that was cut is shorter than at the last check."""
    authorize(actor, Action.PROOF_LOG_CHECK, Belongings())
    return [check]
