"""`GET /structures/ID/contacts.csv`: a structure's contact list as a table that `contactsImport` takes again."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.core.context import Context, Services
from api.downloads.csv_table import CSV, csv_table
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, denied, id_in_path
from api.structures.types import load_structure
from domain.contacts.contacts import MOST_CONTACTS
from domain.kernel.rights import Action, may
from projections.contacts import queries
from projections.engine.paging import Filter, Page, page_statement

HEADERS = ("Nom", "Courriel", "Type", "Désabonné le")


class ContactExport:
    """The endpoint of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def csv(self, request: Request) -> Response:
        """Download the list, for those who read it over GraphQL: the structure."""
        return await answered(self._services, request, _export)


async def _export(context: Context, request: Request) -> Response:
    structure = await load_structure(context, id_in_path(request))
    if structure is None or not may(context.actor, Action.CONTACT_READ, structure.belongings):
        raise denied(context.actor)
    owned = Filter().where("k.structure_id = %(structure_id)s", structure_id=structure.structure_id)
    read = await context.read()
    statement, params = page_statement(queries.SOURCE, owned, queries.ORDERS, Page(MOST_CONTACTS))
    rows = await read.rows(read.sql(statement), params)
    # Erased contacts have no address that could be imported again.
    lines = [
        (row["name"], row["email"], row["kind"], row["unsubscribed_at"] and row["unsubscribed_at"].date())
        for row in rows
        if row["email"] is not None
    ]
    headers = {
        **HARMLESS,
        "Content-Disposition": disposition("attachment", file_name("csv", "Contacts", structure.name)),
    }
    return Response(b"".join(csv_table(HEADERS, lines)), headers=headers, media_type=CSV)
