"""Decide which acts are signed and by whom, and check a signature before its act is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from application.signatures.acts import SIGNED_ACTIONS, SIGNED_WITHIN, Act, digests_of
from application.signatures.site import Site
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, broken, invalid
from domain.kernel.rights import RIGHTS, Action
from domain.passkeys.passkeys import Passkey, Passkeys
from domain.proof.signing_rule import MONEY_ACTIONS, SigningRule
from eventstore.records import ActSignature, Recorded


class GivenSignature(BaseModel):
    """A signature as the client sends it: the assertion of its browser, base64url, and until when it was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expires_at: AwareDatetime
    credential_id: str
    authenticator_data: str
    client_data: str
    signature: str


@dataclass(frozen=True, slots=True)
class Signing:
    """The site that people sign on, the roles that have to sign, and their acts that have to be signed.

    The log has its own word on these roles: whatever either of both demands is demanded.
    """

    site: Site | None = None
    required_of: frozenset[Role] = field(default=frozenset())
    acts: frozenset[Action] = field(default=MONEY_ACTIONS)

    def requires(self, action: Action, role: Role) -> bool:
        """Return whether an act of this role is refused without a signature."""
        return role in self.required_of and action in self.acts and role in RIGHTS[action]

    def check_unsigned(self, action: Action, actor: Actor, rule: SigningRule | None) -> None:
        """Raise RULE_BROKEN if the act has to be signed, by the settings or by what the log says."""
        if self.requires(action, actor.role) or (rule is not None and rule.requires(action, actor.role)):
            raise broken(
                "Cet acte engage de l'argent et doit porter votre signature : demandez ce qu'il y a à signer,"
                " signez avec votre clé d'accès, et renvoyez-le avec la signature. Sans clé d'accès,"
                " enregistrez-en d'abord une.",
                "signature",
            )

    def sign(
        self,
        action: Action,
        actor: Actor,
        now: datetime,
        records: Sequence[Recorded],
        passkeys: Passkeys | None,
        sent: GivenSignature,
    ) -> list[Recorded]:
        """Return the records with the signature in their stamps. Raises DomainError unless it is over them."""
        # Imported here: it takes a tenth of a second, which most processes need not pay.
        from application.signatures.assertions import BadSignature, check_assertion

        site = self.open_site()
        act = act_of(action, actor, sent.expires_at, records)
        passkey = _in_force(passkeys, sent.credential_id)
        if not timedelta(0) <= sent.expires_at - now <= SIGNED_WITHIN or sent.expires_at.microsecond:
            raise _refused("Le délai pour signer est passé : demandez de nouveau ce qu'il y a à signer.")
        if passkey.rp_id != site.rp_id:
            raise _refused("Cette clé d'accès est celle d'une autre adresse du site : enregistrez-en une nouvelle.")
        try:
            signature = ActSignature(act=action, events=act.events, **sent.model_dump())
            check_assertion(signature, passkey, act.challenge, site.origin)
        except BadSignature as error:
            raise _refused(str(error)) from error
        except ValueError as error:
            raise _refused("La signature n'est pas valable : base64url attendu dans chacun de ses champs.") from error
        return [record._replace(stamp=record.stamp.model_copy(update={"signature": signature})) for record in records]

    def open_site(self) -> Site:
        """Return the site. Raises RULE_BROKEN where browsers make no passkeys."""
        if self.site is None:
            raise broken(
                "Les clés d'accès demandent que le site ait un nom et une adresse en https : elles ne servent pas ici."
            )
        return self.site


def act_of(action: Action, actor: Actor, expires_at: datetime, records: Sequence[Recorded]) -> Act:
    """Return the act that the actor signs. Raises RULE_BROKEN for an act that nobody signs."""
    if action not in SIGNED_ACTIONS or actor.person is None:
        raise _refused("Cet acte ne se signe pas : envoyez-le sans signature.")
    return Act(action, actor.person, actor.role, expires_at, digests_of(records), actor.name)


def _in_force(passkeys: Passkeys | None, credential_id: str) -> Passkey:
    passkey = passkeys.keys.get(credential_id) if passkeys else None
    if passkey is None:
        raise _refused("Cette clé d'accès n'est pas l'une des vôtres : signez avec une clé que vous avez enregistrée.")
    if passkey.revoked:
        raise _refused("Cette clé d'accès est retirée : signez avec une autre, ou enregistrez-en une nouvelle.")
    return passkey


def _refused(message: str) -> DomainError:
    return invalid(message, "signature")
