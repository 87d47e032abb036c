"""The passkeys of one person in office, and the decisions that add and revoke them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.errors import broken, forbidden, invalid, not_found
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.passkeys.events import PasskeyRegistered, PasskeyRevoked, WithdrawalReason

#: Passkeys in force of one person: telephones, computers and security keys.
MOST_PASSKEYS = 10


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key that a person signs with. Both texts are base64url; `rp_id` is the site that it was made for."""

    credential_id: str
    public_key: str
    rp_id: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Passkeys:
    """All passkeys that a person ever had, by their credential ids."""

    id: UUID
    keys: Mapping[str, Passkey] = field(default_factory=dict)

    @property
    def in_force(self) -> list[Passkey]:
        return [passkey for passkey in self.keys.values() if not passkey.revoked]


def evolve(state: Passkeys | None, originator_id: UUID, fact: Event) -> Passkeys:
    passkeys = state or Passkeys(originator_id)
    match fact:
        case PasskeyRegistered():
            passkey = Passkey(fact.credential_id, fact.public_key, fact.rp_id)
        case PasskeyRevoked():
            passkey = replace(passkeys.keys[fact.credential_id], revoked=True)
        case _:
            raise TypeError(f"not an event of passkeys: {fact!r}")
    return replace(passkeys, keys={**passkeys.keys, fact.credential_id: passkey})


def register(
    passkeys: Passkeys,
    registered: PasskeyRegistered,
    actor: Actor,
    *,
    is_signed: bool,
    others: Iterable[Passkeys] = (),
) -> list[Event]:
    """Add a passkey of one's own. The first is taken as it comes; one in force signs for each further one.

    `others` are those of other persons who may have had the same one: a key is one person's, also once it is revoked.
    """
    authorize(actor, Action.PASSKEY_REGISTER, Belongings())
    if actor.person is None:
        raise forbidden()
    if any(registered.credential_id in theirs.keys for theirs in (passkeys, *others)):
        raise invalid("cette clé d'accès a déjà été enregistrée : créez-en une autre.", "credential_id")
    if len(passkeys.in_force) >= MOST_PASSKEYS:
        raise broken(f"{MOST_PASSKEYS} clés d'accès au plus : retirez d'abord celles qui ne servent plus.")
    if passkeys.in_force and not is_signed:
        raise broken(
            "Vous avez déjà une clé d'accès : signez avec elle l'ajout de celle-ci. Si vous ne l'avez plus, retirez-la"
            " d'abord."
        )
    return [registered]


def revoke(passkeys: Passkeys, credential_id: str, actor: Actor) -> list[Event]:
    """Revoke a passkey of one's own, which is lost or no longer used."""
    authorize(actor, Action.PASSKEY_REVOKE, Belongings())
    if actor.person is None:
        raise forbidden()
    passkey = passkeys.keys.get(credential_id)
    if passkey is None:
        raise not_found("Clé d'accès", "credential_id")
    if passkey.revoked:
        raise broken("Cette clé d'accès est déjà retirée.")
    return [PasskeyRevoked(credential_id=credential_id)]


def withdraw(passkeys: Passkeys, reason: WithdrawalReason, actor: Actor) -> list[Event]:
    """Revoke all passkeys of somebody else: their devices are lost or stolen, or they have left."""
    authorize(actor, Action.PASSKEYS_WITHDRAW, Belongings())
    if not passkeys.in_force:
        raise broken("Cette personne n'a pas de clé d'accès en service.", "subject")
    return [PasskeyRevoked(credential_id=key.credential_id, withdrawn_because=reason) for key in passkeys.in_force]
