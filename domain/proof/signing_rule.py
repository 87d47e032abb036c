"""Who has to sign which acts: one stream, so that the log tells since when and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from domain.kernel.actors import Actor, Role
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.proof.events import SigningRequired

#: Acts that move money, which a role may be required to sign.
MONEY_ACTIONS = frozenset(
    {
        Action.CONVENTION_AMEND,
        Action.CONVENTION_TERMINATE,
        Action.ANIMATION_ATTEST,
        Action.ATTESTATION_CORRECT,
        Action.SERVICE_DOSSIER_SUBMIT,
        Action.SERVICE_DOSSIER_CERTIFY,
        Action.SERVICE_PAYMENT_RECORD,
        Action.CERTIFICATION_WITHDRAW,
        Action.SERVICE_RECOVERY_RECORD,
        Action.SERVICE_AMENDMENT_PROPOSE,
        Action.SERVICE_AMENDMENT_ACCEPT,
    }
)
#: A convention is signed on paper too, and what moves money by it is signed act by act: that a role signs it here as
#: well is required apart, since it then has to come with an idempotency key.
REQUIRABLE_ACTIONS = MONEY_ACTIONS | {Action.CONVENTION_SIGN}
#: The roles that take such acts.
SIGNING_ROLES = frozenset({Role.STRUCTURE, Role.COORDONNATEUR, Role.NATIONAL})


@dataclass(frozen=True, slots=True)
class SigningRule:
    """The rule of the last event; without one, nobody has to sign."""

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
    rule = SigningRule(frozenset(roles), frozenset(acts))
    if not rule.roles <= SIGNING_ROLES:
        raise invalid(f"rôles attendus : {', '.join(sorted(SIGNING_ROLES))}.", "roles")
    if not rule.acts <= REQUIRABLE_ACTIONS:
        raise invalid(f"actes attendus : {', '.join(sorted(REQUIRABLE_ACTIONS))}.", "acts")
    if bool(rule.roles) != bool(rule.acts):
        raise invalid("indiquez à la fois qui doit signer et quels actes, ou ni l'un ni l'autre.", "acts")
    if rule == (state or SigningRule()):
        raise broken("L'historique dit déjà qui doit signer, et quels actes.")
    return [SigningRequired(roles=tuple(sorted(rule.roles)), acts=tuple(sorted(rule.acts)))]
