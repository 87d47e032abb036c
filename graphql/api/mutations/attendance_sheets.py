"""The mutation that attaches a signed sheet: its file is checked by content and kept before anything is recorded."""

from __future__ import annotations

from uuid import UUID

import strawberry
from starlette.datastructures import UploadFile
from strawberry.file_uploads import Upload

from api.context import Context, Info
from api.mutations.animation_inputs import AnimationChangeInput
from api.mutations.animations import AnimationPayload
from api.mutations.carrying_out import settle, thing
from api.mutations.inputs import named, stated
from api.types.animation import load_animation
from application.attendance_sheets import AttendanceSheetAttach
from application.scans import file_name_of, media_type_of
from domain.errors import invalid
from domain.validation import validated


@strawberry.input(description="The signed sheet of an animation that has ended.")
class AttendanceSheetAttachInput(AnimationChangeInput):
    file: Upload = named(
        "The scan: a PDF, a JPEG or a PNG of 20 MB at most, told by its content. Sent by the GraphQL multipart request"
        " specification."
    )


@strawberry.type
class AttendanceSheetMutations:
    @strawberry.mutation(
        description="Attaches the signed attendance sheet to a published animation after its end; a further one takes"
        " the place of the one before, and history keeps both. For its structure."
    )
    async def attendance_sheet_attach(self, info: Info, input: AttendanceSheetAttachInput) -> AnimationPayload:
        context, said = info.context, stated(input)
        file = said.pop("file")
        carried = await settle(context, lambda: _attach(context, said, file))
        animation = await thing(context, carried, load_animation)
        return AnimationPayload(animation=animation, position=carried.position, errors=list(carried.errors))


def _attach(context: Context, said: dict[str, object], file: object) -> tuple[UUID, int]:
    if not isinstance(file, UploadFile):
        raise invalid("file : fichier attendu, envoyé selon la spécification « GraphQL multipart request ».", "file")
    # The same file may stand in two mutations of one document.
    file.file.seek(0)
    with context.services.files.draft(file.file) as draft:
        media_type = media_type_of(draft.path, draft.size)
        found = {
            "file_name": file_name_of(file.filename or "", media_type),
            "media_type": media_type,
            "size": draft.size,
            "sha256": draft.sha256,
            "draft": draft,
        }
        command = validated(AttendanceSheetAttach, said | found)
        outcome = context.services.application.execute(command, context.actor, context.now)
        return outcome.subject_id, outcome.position
