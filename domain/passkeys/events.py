"""What happens to passkeys (WebAuthn): the keys with which a person in office signs acts that move money.

One stream for each person, whose id follows from the digest that stamps name them by.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from domain.kernel.events import Event, event


@event("passkey.registered", "Clé d'accès enregistrée")
class PasskeyRegistered(Event):
    """A person has a further passkey. All texts are base64url without padding, but `rp_id`.

    `public_key` is a COSE key; `rp_id` names the site that the passkey was made for, and signs for.
    """

    credential_id: str = Field(title="clé d'accès")
    public_key: str = Field(title="clé publique")
    rp_id: str = Field(title="site")


class WithdrawalReason(StrEnum):
    """Why the national team withdraws somebody's passkeys."""

    LOST = "LOST"
    STOLEN = "STOLEN"
    LEFT = "LEFT"


def _by_its_owner(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"withdrawn_because": None}


@event("passkey.revoked", "Clé d'accès retirée", upcasters=(_by_its_owner,))
class PasskeyRevoked(Event):
    """The passkey signs nothing any more. `withdrawn_because`: why, where it was not its owner who revoked it."""

    credential_id: str = Field(title="clé d'accès")
    withdrawn_because: WithdrawalReason | None = Field(None, title="motif du retrait")
