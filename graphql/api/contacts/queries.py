"""The contacts of a structure."""

from __future__ import annotations

from uuid import UUID

from api.contacts.types import Contact, contact_of
from api.core.context import Context
from api.core.lists.connections import connection, owned_connection
from api.core.lists.paging import Connection, PageArguments
from api.structures.types import load_structure
from domain.kernel.rights import Action, may
from projections.contacts import queries
from projections.engine.paging import Filter


async def contacts(context: Context, structure_id: UUID, arguments: PageArguments) -> Connection[Contact]:
    """Return the contacts. The caller has checked the asker's right."""
    return await owned_connection(context, queries.LISTING, structure_id, Filter(), arguments, contact_of)


async def load_contact(context: Context, contact_id: UUID) -> Contact | None:
    """Return the contact, or None if it does not exist or is not for the asker."""
    filtered = Filter().where("k.contact_id = %(contact_id)s", contact_id=contact_id)
    page = await connection(context, queries.LISTING, filtered, PageArguments(first=1), contact_of)
    for row, contact in zip(page.rows, page.nodes, strict=True):
        structure = await load_structure(context, row["structure_id"])
        if structure is not None and may(context.actor, Action.CONTACT_READ, structure.belongings):
            return contact
    return None
