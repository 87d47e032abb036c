"""Public contacts: of a structure, and about an animation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry

from api.core.context import Context
from projections.structures import queries

PARTS = ("phone", "email", "hours")


@strawberry.type(description="Whom the public may call or write to, at an organisation.")
class StructureContact:
    phone: str | None = strawberry.field(description="The telephone number.")
    email: str | None = strawberry.field(description="The e-mail address.")
    hours: str | None = strawberry.field(description="When one may call or come.")


async def contact_of_structure(context: Context, structure_id: UUID) -> StructureContact | None:
    """Return the contact of the structure, as it stands today; None where nothing is said."""
    row = await context.together("public contacts", structure_id, lambda ids: _contacts(context, ids))
    if row is None or not any(row[part] for part in PARTS):
        return None
    return StructureContact(phone=row["phone"], email=row["email"], hours=row["hours"])


async def contact_about(context: Context, animation: Mapping[str, Any]) -> StructureContact | None:
    """Return the contact of a row of animations: what its own leaves out is that of its structure."""
    own = {part: animation[f"contact_{part}"] for part in PARTS}
    if all(own.values()):
        return StructureContact(**own)
    shared = await contact_of_structure(context, animation["structure_id"])
    parts = {part: own[part] or getattr(shared, part, None) for part in PARTS}
    return StructureContact(**parts) if any(parts.values()) else None


def on_one_line(contact: StructureContact | None) -> str | None:
    """Return the contact as papers show it."""
    if contact is None:
        return None
    return " – ".join(part for part in (contact.phone, contact.email, contact.hours) if part)


async def _contacts(context: Context, ids: Sequence[UUID]) -> list[dict[str, Any] | None]:
    read = await context.read()

    async def load(missing: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        rows = await read.of_ids(queries.CONTACTS, missing)
        # Structures of which nothing is said are known too.
        return {key: {} for key in missing} | {row["structure_id"]: row for row in rows}

    contacts = await context.services.contacts.at(read, ids, load)
    return [contacts[structure_id] or None for structure_id in ids]
