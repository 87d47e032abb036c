"""The map of the whole log whose roots stand in the log: one stream, each commit further on than the one before."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.proof.events import MapCommitted


@dataclass(frozen=True, slots=True)
class CommittedMap:
    """The last commit.

    `counts_signing_rules`: whether it, or an earlier one, says how many events tell who has to sign.
    """

    position: int
    root: str
    counts_signing_rules: bool = False


def evolve(state: CommittedMap | None, originator_id: UUID, fact: Event) -> CommittedMap:
    if isinstance(fact, MapCommitted):
        counted_before = state is not None and state.counts_signing_rules
        return CommittedMap(fact.position, fact.root, counted_before or fact.signing_rules is not None)
    raise TypeError(f"not an event of the map: {fact!r}")


def commit(
    state: CommittedMap | None, position: int, root: str, signing_rules: int | None, actor: Actor
) -> list[Event]:
    authorize(actor, Action.PROOF_MAP_COMMIT, Belongings())
    if state is not None and position <= state.position:
        raise broken(f"L'état de l'historique est déjà scellé jusqu'à la position {state.position}.")
    return [MapCommitted(position=position, root=root, signing_rules=signing_rules)]
