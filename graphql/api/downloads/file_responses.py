"""Documents over plain HTTP, beside GraphQL, with the API's own sign-in, positions and errors.

Errors are raised as `Refused`: browsers get a page, programs JSON in the form of GraphQL's. An asker without the right
to read an object does not learn whether it exists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused, unexpected
from api.core.asker.clients import client_of
from api.core.asker.requests import Admission, wait_for_position
from api.core.context import Context, Services
from api.core.reading.own_writes import OWN_WRITE
from api.downloads.file_names import disposition
from application.files.store import BadStoredFile, FileExpired
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.errors import forbidden

Make = Callable[[Context, Request], Awaitable[Response]]

#: How long a look-up of the asker stays valid while a table is sent; and the table's last line if the right ended.
LOOK_SECONDS = 5.0
INTERRUPTED = "Interrompu : vos droits ont pris fin pendant cet envoi, la suite manque."
#: Make browsers respect the media type, and run nothing in the file.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
}


async def answered(services: Services, request: Request, make: Make, by_replicas: bool = True) -> Response:
    """Return the response of `make` for the asker of the request. Raises Refused, whatever stands against it.

    `by_replicas`: a replica may answer, since one snapshot is enough and nothing is written.
    """
    context: Context | None = None
    try:
        admit = Admission(request.headers.get("authorization"), services)
        await admit.check_token()
        at_least = await wait_for_position(request.headers, services)
        client = client_of(request.scope, services.web).address
        context = Context(services, PUBLIC, client, admit, at_least or 0, request.scope.get(OWN_WRITE))
        if by_replicas:
            context.allow_replicas()
        return await context.again_if_lost(partial(_made, context, request, make))
    except Refused:
        raise
    except Exception as error:
        raise unexpected(error) from None
    finally:
        if context is not None:
            await context.close()


async def _made(context: Context, request: Request, make: Make) -> Response:
    await context.admit()
    return await make(context, request)


async def still_admitted(context: Context) -> bool:
    """Whether the asker still has the same rights: sending a large file may outlast them."""
    before = context.actor
    try:
        if context.may_have_ended(LOOK_SECONDS):
            await context.admit_again()
    except Refused:
        return False
    return context.actor == before


async def kept_file(context: Context, request: Request, sha256: str, name: str, media_type: str) -> Response:
    """Answer with the exact bytes that were stored, or an error."""
    # Release the database connection while the file is read.
    await context.close()
    headers = {**HARMLESS, "ETag": f'"{sha256}"'}
    if sha256 in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        content = await to_thread.run_sync(context.services.files.read, sha256)
    except FileExpired as expired:
        raise Refused(410, "FILE_EXPIRED", str(expired), sha256=sha256) from None
    except BadStoredFile as bad:
        raise Refused(500, "FILE_UNAVAILABLE", str(bad), sha256=sha256) from None
    headers["Content-Disposition"] = disposition("attachment", name)
    return Response(content, 200, headers, media_type)


def id_in_path(request: Request) -> UUID:
    """Return the id in the path. Raises Refused unless it is a UUID."""
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise Refused(400, "INVALID", "id : identifiant (UUID) attendu.", field=["id"]) from None


def denied(actor: Actor) -> Refused:
    """Return the refusal, always in the same words: the public may sign in, others may not read."""
    if actor.role is Role.PUBLIC:
        message = "Connectez-vous pour lire ce document."
        return Refused(401, "UNAUTHENTICATED", message, {"WWW-Authenticate": "Bearer"})
    return Refused(403, "FORBIDDEN", forbidden().problems[0].message)
