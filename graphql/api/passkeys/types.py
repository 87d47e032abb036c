"""Passkeys, and what the asker signs with them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.core.context import Context
from domain.kernel.identifiers import passkeys_id
from domain.kernel.rights import Action, Belongings, may
from projections.passkeys import queries


@strawberry.type(description="A key of the asker's own devices, with which they sign (WebAuthn).")
class Passkey:
    credential_id: str = strawberry.field(description="Its id, base64url: which key it is, also to the device.")
    site: str = strawberry.field(description="The host name of the site that it signs on.")
    registered_at: datetime = strawberry.field(description="When it was registered.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null while it signs.")


async def load_passkeys(context: Context) -> list[Passkey]:
    """Return the asker's own passkeys; none for whoever acts in no office."""
    person = context.actor.person
    return [] if person is None else await load_passkeys_of(context, person)


async def load_passkeys_of(context: Context, person: str) -> list[Passkey]:
    """Return the passkeys of whoever is stamped as `person`. Whoever calls it sees to the right to them."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.OF_PERSON), {"id": passkeys_id(person)})
    return [
        Passkey(
            credential_id=key["credential_id"],
            site=key["rp_id"],
            registered_at=datetime.fromisoformat(key["registered_at"]),
            revoked_at=None if key["revoked_at"] is None else datetime.fromisoformat(key["revoked_at"]),
        )
        for row in rows
        for key in row["keys"]
    ]


async def creation_options_of(context: Context) -> str | None:
    """Return what the asker's browser makes a passkey from; None where there can be none."""
    from application.signatures.registrations import creation_options

    actor, application = context.actor, context.services.application
    site = application.bus.signing.site
    if actor.person is None or site is None or not may(actor, Action.PASSKEY_REGISTER, Belongings()):
        return None
    existing = [passkey.credential_id for passkey in await load_passkeys(context) if passkey.revoked_at is None]
    challenge = application.challenges.make(actor.person, context.now)
    return creation_options(site, challenge, actor.person, actor.name, existing)
