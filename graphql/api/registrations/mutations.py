"""Mutations on registrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry
from graphql import GraphQLError

from api.core.commanding.commands import Carried, carry_out, reload_after
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Info
from api.core.errors import ApiError
from api.core.lists.checks import node_id
from api.limits.rate_limits import REGISTRATIONS_AT_ONCE, RateLimiter
from api.registrations.inputs import (
    RegistrationCancelInput,
    RegistrationKeepInput,
    RegistrationRemoveInput,
    RegistrationSubmitForInput,
    RegistrationSubmitInput,
)
from api.registrations.printed_codes import guess_of, registrations_with_code
from api.registrations.types import Registration, load_held_registration
from application import registrations as commands
from application.commanding.commands import Command
from domain.kernel.actors import Actor
from domain.kernel.rights import RIGHTS, Action

_HOLDER = " For who holds the registration's link, or its printed code."


@strawberry.type(description="What became of a mutation on a registration.")
class RegistrationPayload(Payload):
    registration: Registration | None = strawberry.field(
        description="The registration as it now stands; null after errors, or when it cannot be read yet."
    )


@strawberry.type(description="What became of a registration, and what it is given up with later.")
class RegistrationMadePayload(RegistrationPayload):
    link: str | None = strawberry.field(
        description="Follows, keeps and cancels the registration; whoever holds it may. Told here and by e-mail only."
    )
    code: str | None = strawberry.field(
        description="To be printed for who has no e-mail: keeps and cancels the registration."
    )
    ticket_url: str | None = strawberry.field(
        description="The ticket to print, with this code and a QR code: a PDF on this server, for who has this address."
    )


@strawberry.type
class RegistrationMutations:
    @strawberry.mutation(
        description="Registers for a published animation that has not begun: a seat while there are any, else the end"
        " of the waiting list. One registration for an e-mail address. For parents, signed in or not; animations for"
        " médiateurs: for médiateurs, and nothing else is."
    )
    async def registration_submit(self, info: Info, input: RegistrationSubmitInput) -> RegistrationMadePayload:
        return await _register(info, commands.RegistrationSubmit, to_command(input))

    @strawberry.mutation(
        description="Registers a parent, who may have no e-mail address; it is kept who did. For the animation's"
        " structure, médiateurs, teachers, school directors and heads."
    )
    async def registration_submit_for(self, info: Info, input: RegistrationSubmitForInput) -> RegistrationMadePayload:
        return await _register(info, commands.RegistrationSubmitFor, to_command(input))

    @strawberry.mutation(
        description="Gives a registration up before the animation begins; a seat goes to the first in the waiting list."
        + _HOLDER
    )
    async def registration_cancel(self, info: Info, input: RegistrationCancelInput) -> RegistrationPayload:
        return await _by_holder(info, commands.RegistrationCancel, to_command(input))

    @strawberry.mutation(description="Keeps the seat after a change of date or place." + _HOLDER)
    async def registration_keep(self, info: Info, input: RegistrationKeepInput) -> RegistrationPayload:
        return await _by_holder(info, commands.RegistrationKeep, to_command(input))

    @strawberry.mutation(
        description="Removes a registration, with a reason that the person is told; a seat goes to the first in the"
        " waiting list. For the animation's structure."
    )
    async def registration_remove(self, info: Info, input: RegistrationRemoveInput) -> RegistrationPayload:
        return await _answer(info, commands.RegistrationRemove, to_command(input))


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> RegistrationPayload:
    carried = await carry_out(info.context, command, values)
    return RegistrationPayload(**await _common_fields(info, carried))


async def _by_holder(info: Info, command: type[Command], values: Mapping[str, Any]) -> RegistrationPayload:
    """Carry out a mutation of the holder of a registration. Codes are short, so wrong guesses are limited."""
    animation_id, code = _parsed_id(values.get("animation_id")), values.get("code")
    if code is None or "link" in values or (animation_id is None and "animation_id" in values):
        return await _answer(info, command, values)
    guess = await guess_of(info.context, code, animation_id)
    if animation_id is None:
        registrations = await registrations_with_code(info.context, code, values.get("day"))
        values = {**values, "of_that_code": tuple(row["animation_id"] for row in registrations)}
    carried = await carry_out(info.context, command, values)
    if guess is not None and not any(error.field == ["code"] for error in carried.errors):
        await guess.was_right()
    return RegistrationPayload(**await _common_fields(info, carried))


def _parsed_id(identifier: str | None) -> UUID | None:
    """Parse an id in any spelling, or return None."""
    try:
        return node_id(identifier or "")
    except ApiError:
        return None


async def _register(info: Info, command: type[Command], values: Mapping[str, Any]) -> RegistrationMadePayload:
    if not (command is commands.RegistrationSubmitFor and acts_for_others(info.context.actor)):
        _check_not_too_often(info, values["animation_id"])
    carried = await carry_out(info.context, command, values)
    registration_id = carried.subject_id
    if registration_id is None:
        return RegistrationMadePayload(link=None, code=None, ticket_url=None, **await _common_fields(info, carried))
    services, animation_id = info.context.services, node_id(values["animation_id"])
    links = services.application.links
    link = links.link(commands.PURPOSE, animation_id, registration_id)
    return RegistrationMadePayload(
        link=link,
        code=links.code(commands.PURPOSE, registration_id),
        ticket_url=f"{services.public_url}/animations/{animation_id}/ticket.pdf?link={link}",
        **await _common_fields(info, carried),
    )


def acts_for_others(actor: Actor) -> bool:
    """Return whether somebody with an account in office asks: how many they register is bounded by its own rule."""
    return any(actor.is_a(role) for role in RIGHTS[Action.REGISTRATION_SUBMIT_FOR])


def _check_not_too_often(info: Info, animation_id: str) -> None:
    """Raise TOO_MANY_REQUESTS for mass registrations from one place: registering needs no account."""
    context = info.context
    services = context.services
    limit, key = services.web.registrations_per_minute, f"{context.client} {_parsed_id(animation_id)}"
    if wait := services.shared(RateLimiter).take("registration", key, limit, REGISTRATIONS_AT_ONCE):
        seconds = round(wait + 0.5)
        message = f"Trop d'inscriptions d'affilée depuis cet endroit : réessayez dans {seconds} s."
        raise GraphQLError(message, extensions={"code": "TOO_MANY_REQUESTS", "retryAfter": seconds})


async def _common_fields(info: Info, carried: Carried) -> dict[str, Any]:
    return {
        "registration": await reload_after(info.context, carried, load_held_registration),
        "position": carried.position,
        "errors": list(carried.errors),
    }
