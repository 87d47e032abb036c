"""The contacts of a structure."""

from __future__ import annotations

from uuid import UUID

from api.contacts.types import Contact, contact_of
from api.core.context import Context
from api.core.lists.connections import owned_connection
from api.core.lists.paging import Connection, PageArguments
from projections.contacts import queries
from projections.engine.paging import Filter


async def contacts(context: Context, structure_id: UUID, arguments: PageArguments) -> Connection[Contact]:
    """Return the contacts. The caller has checked the asker's right."""
    return await owned_connection(context, queries.LISTING, structure_id, Filter(), arguments, contact_of)
