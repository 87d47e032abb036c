"""The papers of an animation over plain HTTP: the empty attendance sheet, and the signed one as it was handed in.

Both are for its structure, the coordonnateurs of its territory, the national team and auditors. Errors are answered as
JSON in the form of GraphQL's; who may not read an animation is not told whether it exists.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.answers import JSON, Refused, refusal, unexpected
from api.context import Context, Services
from api.lists import Lists
from api.requests import authenticated, wait_for_position
from api.types.base import local
from application.documents.blank_sheet import BlankSheet, blank_sheet
from application.files import BadStoredFile
from domain.actors import Role
from domain.animation_transitions import AnimationStatus
from domain.errors import forbidden
from domain.rights import Action, Belongings, Scope, may, scope_of
from domain.typology import TermKind
from projections.queries import animations as queries

Row = dict[str, Any]
Make = Callable[[Context, Request, Row], Awaitable[Response]]

#: A browser takes the file for what it is said to be, and runs nothing in it.
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
}


class Papers:
    """The endpoints, on one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def signed_sheet(self, request: Request) -> Response:
        """The very bytes that were attached last, or an error: never others."""
        return await self._answer(request, self._signed_sheet)

    async def blank_sheet(self, request: Request) -> Response:
        """The empty sheet as PDF, of an animation that is published."""
        return await self._answer(request, self._blank_sheet)

    async def _answer(self, request: Request, make: Make) -> Response:
        context: Context | None = None
        try:
            actor = authenticated(request.headers.get("authorization"), self._services.token_secret)
            await wait_for_position(request.headers, self._services, 503)
            context = Context(self._services, actor)
            return await make(context, request, await _readable_animation(context, request.path_params["id"]))
        except Refused as refused:
            return refusal(refused, JSON)
        except Exception as error:
            return refusal(unexpected(error), JSON)
        finally:
            if context is not None:
                await context.close()

    async def _signed_sheet(self, context: Context, request: Request, row: Row) -> Response:
        digest = row["sheet_sha256"]
        if digest is None:
            raise Refused(404, "NOT_FOUND", "Aucune liste d'émargement signée n'est jointe à cette animation.")
        # What is read now must not keep a connection to the database meanwhile.
        await context.close()
        headers = {**_HARMLESS, "ETag": f'"{digest}"'}
        if digest in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        try:
            content = await to_thread.run_sync(self._services.files.read, digest)
        except BadStoredFile as bad:
            raise Refused(500, "FILE_UNAVAILABLE", str(bad), sha256=digest) from None
        headers["Content-Disposition"] = disposition("attachment", row["sheet_file_name"])
        return Response(content, 200, headers, row["sheet_media_type"])

    async def _blank_sheet(self, context: Context, request: Request, row: Row) -> Response:
        if row["status"] != AnimationStatus.PUBLISHED:
            raise Refused(409, "RULE_BROKEN", "La liste d'émargement est celle d'une animation publiée.")
        sheet = blank_sheet_of(row, await context.lists(), self._services.public_url)
        await context.close()
        content = await to_thread.run_sync(blank_sheet, sheet)
        name = disposition("inline", f"Liste d'émargement - {sheet.title}.pdf")
        return Response(content, 200, {**_HARMLESS, "Content-Disposition": name}, "application/pdf")


def blank_sheet_of(row: Row, lists: Lists, public_url: str) -> BlankSheet:
    """What is printed of a row of `queries.BY_IDS`."""
    zone = row["time_zone"]
    return BlankSheet(
        title=row["title"],
        kind=lists.term(TermKind.ANIMATION_TYPE, row["type"]).label,
        starts_at=local(row["starts_at"], zone),
        ends_at=local(row["ends_at"], zone),
        venue=row["venue_name"],
        address=row["address"],
        structure=row["structure_name"],
        structure_siret=row["structure_siret"],
        territory=lists.territories[row["territory"]].name,
        seats=row["seats"],
        url=f"{public_url}/animations/{row['animation_id']}",
    )


async def _readable_animation(context: Context, said: str) -> Row:
    try:
        animation_id = UUID(said)
    except ValueError:
        raise Refused(400, "INVALID", "id : identifiant (UUID) attendu.") from None
    read = await context.read()
    rows = await read.rows(read.sql(queries.BY_IDS), {"ids": [animation_id]})
    if not rows and scope_of(context.actor, Action.STRUCTURE_READ) is Scope.ANYWHERE:
        raise Refused(404, "NOT_FOUND", "Animation : introuvable.")
    if not rows or not may(context.actor, Action.STRUCTURE_READ, _belongings(rows[0])):
        if context.actor.role is Role.PUBLIC:
            raise Refused(
                401, "UNAUTHENTICATED", "Connectez-vous pour lire ce document.", {"WWW-Authenticate": "Bearer"}
            )
        raise Refused(403, "FORBIDDEN", forbidden().problems[0].message)
    return rows[0]


def _belongings(row: Row) -> Belongings:
    return Belongings(row["structure_id"], frozenset([row["territory"]]))


def disposition(kind: str, name: str) -> str:
    """A Content-Disposition that any browser takes: the name in ASCII, and as it is (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    ascii_name = "".join(char if char.isprintable() and char not in '"\\%' else "_" for char in plain)
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
