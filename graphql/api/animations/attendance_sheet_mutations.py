"""The mutation that attaches a signed sheet."""

from __future__ import annotations

import strawberry
from strawberry.file_uploads import Upload

from api.animations.inputs import AnimationChangeInput
from api.animations.mutations import AnimationPayload
from api.animations.types import load_animation
from api.core.commanding.attaching import FILE_DESCRIPTION, carry_out_with_file
from api.core.commanding.commands import reload_after
from api.core.commanding.inputs import reference, to_command
from api.core.context import Info
from application.animations.attendance_sheets import AttendanceSheetAttach


@strawberry.input(description="The signed sheet of an animation that has ended.")
class AttendanceSheetAttachInput(AnimationChangeInput):
    file: Upload = reference("The scan. " + FILE_DESCRIPTION)


@strawberry.type
class AttendanceSheetMutations:
    @strawberry.mutation(
        description="Attaches the signed attendance sheet to a published animation after its end; a further one takes"
        " the place of the one before, and history keeps both. For its structure."
    )
    async def attendance_sheet_attach(self, info: Info, input: AttendanceSheetAttachInput) -> AnimationPayload:
        carried = await carry_out_with_file(info.context, AttendanceSheetAttach, to_command(input))
        animation = await reload_after(info.context, carried, load_animation)
        return AnimationPayload(animation=animation, position=carried.position, errors=list(carried.errors))
