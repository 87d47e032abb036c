"""What happens to passkeys (WebAuthn): the keys with which a person in office signs acts that move money.

One stream for each person, whose id follows from the digest that stamps name them by.
"""

from __future__ import annotations

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


@event("passkey.revoked", "Clé d'accès retirée")
class PasskeyRevoked(Event):
    """The passkey signs nothing any more."""

    credential_id: str = Field(title="clé d'accès")
