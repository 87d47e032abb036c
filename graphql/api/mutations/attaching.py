"""Mutations that bring a file: it is checked by its content, and kept before anything is recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.datastructures import UploadFile

from api.context import Context
from api.mutations.carrying_out import Carried, made, settle
from application.commands import Command
from application.scans import media_type_of
from domain.errors import invalid

#: What a file's input field says.
FILE_DESCRIPTION = (
    "A PDF, a JPEG or a PNG of 20 MB at most, told by its content. Sent by the GraphQL multipart request specification."
)


async def carry_out_with_file(context: Context, command_class: type[Command], said: dict[str, Any]) -> Carried:
    """Executes the command made from `said`, whose `file` becomes the fields of a kept file."""
    file = said.pop("file")

    def execute() -> tuple[UUID, int]:
        if not isinstance(file, UploadFile):
            raise invalid(
                "file : fichier attendu, envoyé selon la spécification « GraphQL multipart request ».", "file"
            )
        # The same file may stand in two mutations of one document.
        file.file.seek(0)
        with context.services.files.draft(file.file) as draft:
            media_type = media_type_of(draft.path, draft.size)
            found = {
                "media_type": media_type,
                "size": draft.size,
                "sha256": draft.sha256,
                "draft": draft,
            }
            command = made(command_class, said | found)
            outcome = context.services.application.execute(command, context.actor, context.now)
            return outcome.subject_id, outcome.position

    return await settle(context, execute)
