"""Pages of people: who applied, who registered, whom a structure writes to. Each for those who may read them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.candidatures.types import Candidature, candidature_of, readable
from api.contacts.types import Contact, contact_of
from api.core.base import Connection, asked_page, connection, connections
from api.core.context import Context
from api.core.errors import denied
from api.inputs import CandidatureWhere
from api.listings import Cursor, Size
from api.registrations.types import Registration, registration_of
from projections.candidatures import queries as candidature_queries
from projections.contacts import queries as contact_queries
from projections.engine.paging import Filter
from projections.registrations import queries as registration_queries
from projections.registrations.read_model import RegistrationStatus


async def candidatures(
    context: Context, where: CandidatureWhere | None, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[Candidature]:
    """Those that the asker may read. Raises FORBIDDEN for a role that may read none."""
    within = readable(context.actor)
    if within is None:
        raise denied(context.actor)
    orders = candidature_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    conditions = where.conditions() if where else candidature_queries.Conditions()
    filtered = candidature_queries.narrowed(within, conditions)
    return await connection(context, candidature_queries.SOURCE, filtered, orders, asked, candidature_of)


async def registrations(
    context: Context,
    animation_id: UUID,
    status: Sequence[RegistrationStatus] | None,
    first: Size,
    after: Cursor,
    last: Size,
    before: Cursor,
) -> Connection[Registration]:
    """Those for an animation, in the order of registering. The caller has seen to the asker's right."""
    orders = registration_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    filtered = registration_queries.narrowed([one.value for one in status or ()])

    async def pages(animations: list[UUID]) -> list[Connection[Registration]]:
        source = registration_queries.SOURCE
        return await connections(context, animations, source, filtered, orders, asked, registration_of)

    return await context.together(repr(("registrations", filtered, asked)), animation_id, pages)


async def contacts(
    context: Context, structure_id: UUID, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[Contact]:
    """A structure's contacts. The caller has seen to the asker's right."""
    orders = contact_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)

    async def pages(structures: list[UUID]) -> list[Connection[Contact]]:
        return await connections(context, structures, contact_queries.SOURCE, Filter(), orders, asked, contact_of)

    return await context.together(repr(("contacts", asked)), structure_id, pages)
