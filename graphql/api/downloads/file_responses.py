"""Answers beside GraphQL: documents over plain HTTP, with the API's own sign-in, positions and errors.

Errors are answered as JSON in the form of GraphQL's; who may not read a thing is not told whether it exists.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import JSON, Refused, refusal, unexpected
from api.core.context import Context, Services
from api.core.requests import Admission, wait_for_position
from application.files.store import BadStoredFile, FileExpired
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.errors import forbidden

Make = Callable[[Context, Request], Awaitable[Response]]

#: How long what was looked up of the asker holds for, while a table is sent; and its last line where it has ended.
LOOK_SECONDS = 5.0
INTERRUPTED = "Interrompu : vos droits ont pris fin pendant cet envoi, la suite manque."
#: A browser takes the file for what it is said to be, and runs nothing in it.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
}


async def answered(services: Services, request: Request, make: Make) -> Response:
    """What `make` answers to whom the request speaks for; what it raises, as JSON."""
    context: Context | None = None
    try:
        admit = Admission(request.headers.get("authorization"), services)
        await admit.check_token()
        at_least = await wait_for_position(request.headers, services)
        context = Context(services, PUBLIC, admit=admit, at_least=at_least or 0)
        await context.admit()
        return await make(context, request)
    except Refused as refused:
        return refusal(refused, JSON)
    except Exception as error:
        return refusal(unexpected(error), JSON)
    finally:
        if context is not None:
            await context.close()


async def still_admitted(context: Context) -> bool:
    """Whether who asked for what is sent piece by piece is who they were: some read for longer than a right lasts."""
    before = context.actor
    try:
        if context.may_have_ended(LOOK_SECONDS):
            await context.admit_again()
    except Refused:
        return False
    return context.actor == before


async def kept_file(context: Context, request: Request, sha256: str, name: str, media_type: str) -> Response:
    """The very bytes that were handed in, or an error: never others."""
    # What is read now must not keep a connection to the database meanwhile.
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
    """Raises Refused unless the path's `id` is one."""
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise Refused(400, "INVALID", "id : identifiant (UUID) attendu.") from None


def denied(actor: Actor) -> Refused:
    """Always in the same words: who is not signed in may sign in, others may not."""
    if actor.role is Role.PUBLIC:
        message = "Connectez-vous pour lire ce document."
        return Refused(401, "UNAUTHENTICATED", message, {"WWW-Authenticate": "Bearer"})
    return Refused(403, "FORBIDDEN", forbidden().problems[0].message)


def disposition(kind: str, name: str) -> str:
    """A Content-Disposition that any browser takes: the name in ASCII, and as it is (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    ascii_name = "".join(char if char.isprintable() and char not in '"\\%' else "_" for char in plain)
    plainly = f'{kind}; filename="{ascii_name}"'
    return plainly if ascii_name == name else f"{plainly}; filename*=UTF-8''{quote(name, safe='')}"
