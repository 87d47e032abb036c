"""Who has to sign which acts: one stream, so that the log tells since when and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.proof.events import SigningRequired


@dataclass(frozen=True, slots=True)
class SigningRule:
    """What the last event says; by itself, nobody has to sign."""

    roles: frozenset[str] = field(default=frozenset())
    acts: frozenset[str] = field(default=frozenset())

    def requires(self, act: str, role: str) -> bool:
        return role in self.roles and act in self.acts


def evolve(state: SigningRule | None, originator_id: UUID, fact: Event) -> SigningRule:
    if isinstance(fact, SigningRequired):
        return SigningRule(frozenset(fact.roles), frozenset(fact.acts))
    raise TypeError(f"not an event of who has to sign: {fact!r}")


def require(state: SigningRule | None, roles: Iterable[str], acts: Iterable[str], actor: Actor) -> list[Event]:
    """Say who has to sign which acts from here on; neither any: nobody has to."""
    authorize(actor, Action.SIGNING_REQUIRE, Belongings())
    roles = frozenset(roles)
    rule = SigningRule(roles, frozenset(acts) if roles else frozenset())
    if rule == (state or SigningRule()):
        raise broken("L'historique dit déjà qui doit signer, et quels actes.")
    return [SigningRequired(roles=tuple(sorted(rule.roles)), acts=tuple(sorted(rule.acts)))]
