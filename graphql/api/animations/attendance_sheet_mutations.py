"""The mutations on the pages of a signed sheet."""

from __future__ import annotations

import strawberry
from strawberry.file_uploads import Upload

from api.animations.inputs import AnimationChangeInput
from api.animations.mutations import AnimationPayload
from api.animations.types import load_animation
from api.core.commanding.attaching import FILE_DESCRIPTION, carry_out_with_file
from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import reference, to_command, value_of
from api.core.context import Info
from application.animations.attendance_sheets import AttendanceSheetAttach, AttendanceSheetWithdraw


@strawberry.input(description="A page of the signed sheet of an animation that has ended; one file may hold several.")
class AttendanceSheetAttachInput(AnimationChangeInput):
    file: Upload = reference("The scan. " + FILE_DESCRIPTION)
    replaces: str | None = value_of("SHA-256 of the page that it takes the place of; without it, it is a further page.")
    reason: str | None = value_of(
        "Why the other page is replaced; 2,000 characters at most. Mandatory with `replaces`."
    )


@strawberry.input(description="A page of the signed sheet that was attached by mistake.")
class AttendanceSheetWithdrawInput(AnimationChangeInput):
    sha256: str | None = value_of("SHA-256 of the page, as in `sheets`. Mandatory.")
    reason: str | None = value_of("Why it is withdrawn; 2,000 characters at most. Mandatory.")


@strawberry.type
class AttendanceSheetMutations:
    @strawberry.mutation(
        description="Attaches a page of the signed attendance sheet to a published animation after its end: a further"
        " one, or in the place of another; history keeps both. For its structure."
    )
    async def attendance_sheet_attach(self, info: Info, input: AttendanceSheetAttachInput) -> AnimationPayload:
        carried = await carry_out_with_file(info.context, AttendanceSheetAttach, to_command(input))
        animation = await reload_after(info.context, carried, load_animation)
        return AnimationPayload(animation=animation, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Withdraws a page of the signed attendance sheet that was attached by mistake, until the dossier"
        " that holds the animation is submitted; history keeps it. For its structure."
    )
    async def attendance_sheet_withdraw(self, info: Info, input: AttendanceSheetWithdrawInput) -> AnimationPayload:
        carried = await carry_out(info.context, AttendanceSheetWithdraw, to_command(input))
        animation = await reload_after(info.context, carried, load_animation)
        return AnimationPayload(animation=animation, position=carried.position, errors=list(carried.errors))
