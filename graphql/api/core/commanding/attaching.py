"""Mutations with a file: rights and state are checked first, then the content of the file, once per request.

A file is stored before anything is recorded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias
from uuid import UUID

import anyio
from anyio import to_thread
from graphql import GraphQLError
from starlette.datastructures import UploadFile

from api.core.commanding.commands import Carried, build_command, client_of, in_turn, refusal_of, settle
from api.core.commanding.shared_places import SharedPlaces
from api.core.context import Context
from api.core.per_loop import PerLoop
from application.commanding.commands import Command
from application.files.scanning.opening import AT_ONCE, PATIENCE_SECONDS
from application.files.scans import Scan, scan_of
from application.files.store import Draft, NoDraft
from domain.kernel.errors import DomainError, invalid
from eventstore.unavailable import Unavailable

#: Description of a file's input field.
FILE_DESCRIPTION = (
    "A PDF, a JPEG or a PNG of 20 MB at most, told by its content; or a telephone's photograph (HEIC), which is kept as"
    " a JPEG. Sent by the GraphQL multipart request specification."
)
#: Placeholder values, to find out what the command is refused for whatever the file.
_UNKNOWN = {"media_type": "application/pdf", "size": 1, "sha256": "0" * 64}
#: Checks a file at a path, of so many bytes. Raises DomainError.
Check: TypeAlias = Callable[[Path, int], Scan]
_shared = PerLoop(
    "places of files that are opened", lambda: SharedPlaces(AT_ONCE, AT_ONCE - 1, 1, patience=PATIENCE_SECONDS + 5)
)


async def carry_out_with_file(
    context: Context, command_class: type[Command], values: dict[str, Any], check: Check | None = None
) -> Carried:
    """Execute the command made from `values`, whose `file` is replaced by the fields of a stored file.

    `check` says of the file what it is, or refuses it; without one it is a scan.
    """
    file = values.pop("file")
    try:
        if not isinstance(file, UploadFile):
            raise invalid(
                "file : fichier attendu, envoyé selon la spécification « GraphQL multipart request ».", "file"
            )
        await in_turn(context, partial(_rehearse, context, command_class, values))
        async with AsyncExitStack() as stack:
            # Hold no place of commands meanwhile.
            async with _place(context):
                # The same file may be used by two mutations of one document.
                file.file.seek(0)
                draft = await stack.enter_async_context(_draft(context, file.file))
                scan = await to_thread.run_sync(_scan, context, draft, check or scan_of)
                if scan.instead is not None:
                    draft = await stack.enter_async_context(_draft(context, BytesIO(scan.instead)))
            file_values = {
                "media_type": scan.media_type,
                "likenesses": scan.likenesses,
                "size": draft.size,
                "sha256": draft.sha256,
                "draft": draft,
            }
            return await settle(context, partial(_execute, context, command_class, values | file_values))
    except DomainError as refusal:
        return refusal_of(context, refusal)


def _rehearse(context: Context, command_class: type[Command], values: dict[str, Any]) -> None:
    command = build_command(context.actor, command_class, values | _UNKNOWN | {"draft": NoDraft()})
    context.services.application.rehearse(command, context.actor, context.now)


def _execute(context: Context, command_class: type[Command], values: dict[str, Any]) -> tuple[UUID, int]:
    outcome = context.services.application.execute(
        build_command(context.actor, command_class, values), context.actor, context.now
    )
    return outcome.subject_id, outcome.position


@asynccontextmanager
async def _draft(context: Context, source: BinaryIO) -> AsyncIterator[Draft]:
    opened = context.services.files.draft(source)
    draft = await to_thread.run_sync(opened.__enter__)
    try:
        yield draft
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(opened.__exit__, None, None, None)


def _scan(context: Context, draft: Draft, check: Check) -> Scan:
    """Open the file once per request, however often the document uses it. Raises DomainError."""
    key = f"{check.__qualname__} {draft.sha256}"
    scan = context.opened_files.get(key)
    if scan is None:
        try:
            scan = check(draft.path, draft.size)
        except DomainError as refusal:
            scan = refusal
        context.opened_files[key] = scan
    if isinstance(scan, DomainError):
        raise scan
    return scan


@asynccontextmanager
async def _place(context: Context) -> AsyncIterator[None]:
    """Take one of the few places for opening files. Raises TOO_MANY_REQUESTS if none becomes free in time."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(_shared().place(client_of(context)))
        except Unavailable:
            message = "D'autres fichiers sont encore en cours d'examen : réessayez dans quelques instants."
            raise GraphQLError(message, extensions={"code": "TOO_MANY_REQUESTS", "retryAfter": 10}) from None
        yield
