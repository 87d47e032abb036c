"""Mutations on the list of the day: who registered and came, and who just came."""

from __future__ import annotations

import strawberry

from api.animations.mutations import AnimationPayload
from api.animations.types import load_animation
from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import Repeatable, reference, to_command, value_of
from api.core.context import Info
from api.registrations.mutations import RegistrationPayload
from api.registrations.types import load_registration
from application.attendance import RegistrationCheckIn, WalkInsCount


@strawberry.input(description="Somebody on the list, ticked by `registrationId` or by `code`.")
class RegistrationCheckInInput(Repeatable):
    animation_id: strawberry.ID = reference("The animation.")
    registration_id: strawberry.ID | None = value_of("The registration, as in `registrations`.")
    code: str | None = value_of("The code printed on the ticket, or all that its QR code holds.")
    present: bool = reference("Whether the person came. A further tick undoes this one.")
    children: int | None = value_of(
        "How many children came along: 0 to 20. When left out: as ticked before, else as registered."
    )


@strawberry.input(description="How many came without registering, in all.")
class WalkInsCountInput(Repeatable):
    animation_id: strawberry.ID = reference("The animation.")
    parents: int | None = value_of("Parents who came without registering. Mandatory.")
    children: int | None = value_of("Children who came with them. As counted before when left out.")


@strawberry.type
class AttendanceMutations:
    @strawberry.mutation(
        description="Ticks somebody on the list as present or absent, from the animation's day until its attestation,"
        " which `expected` proposes. An equal tick, from another telephone, changes nothing. For the animation's"
        " structure."
    )
    async def registration_check_in(self, info: Info, input: RegistrationCheckInInput) -> RegistrationPayload:
        carried = await carry_out(info.context, RegistrationCheckIn, to_command(input))
        registration = await reload_after(info.context, carried, load_registration)
        return RegistrationPayload(registration=registration, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Counts those who came without registering, in the same time; the figures replace those before. For"
        " the animation's structure."
    )
    async def walk_ins_count(self, info: Info, input: WalkInsCountInput) -> AnimationPayload:
        carried = await carry_out(info.context, WalkInsCount, to_command(input))
        animation = await reload_after(info.context, carried, load_animation)
        return AnimationPayload(animation=animation, position=carried.position, errors=list(carried.errors))
