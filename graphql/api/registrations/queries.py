"""Queries on registrations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from api.core.context import Context, Info
from api.core.lists.connections import connection, owned_connection
from api.core.lists.paging import Connection, PageArguments
from api.registrations.printed_codes import registration_of_code
from api.registrations.types import Registration, load_held_registration, registration_of
from application.registrations import PURPOSE
from projections.registrations import queries
from projections.registrations.read_model import RegistrationStatus


@strawberry.type
class RegistrationQueries:
    @strawberry.field(description="Whether the site sends text messages to registrants who agree to them.")
    def sends_text_messages(self, info: Info) -> bool:
        return info.context.services.sms_secret is not None

    @strawberry.field(description="A registration, with its place in the waiting list. For who holds its link.")
    async def registration(
        self, info: Info, link: Annotated[str, strawberry.argument(description="The link, as it was received.")]
    ) -> Registration | None:
        _, registration_id = info.context.services.application.links.read(PURPOSE, link, "link")
        return await load_held_registration(info.context, registration_id)

    @strawberry.field(
        description="A registration for an animation to come, for who has its printed code: without last name, e-mail"
        " address and telephone number, which a code of eight letters does not tell. Null for a code that is none's;"
        " wrong codes are limited."
    )
    async def registration_by_code(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="As it stands on the ticket, with or without dash.")],
        day: Annotated[
            date | None,
            strawberry.argument(description="The animation's day: needed where several registrations have the code."),
        ] = None,
    ) -> Registration | None:
        return await registration_of_code(info.context, code, day)


async def registrations_for_others(context: Context, arguments: PageArguments) -> Connection[Registration]:
    """Return the registrations that the asker made for others, the latest first."""
    filtered = queries.made_for_others_by(context.actor.person or "")
    return await connection(context, queries.OF_PERSON, filtered, arguments, registration_of)


async def own_registrations(context: Context, arguments: PageArguments) -> Connection[Registration]:
    """Return the registrations of the asker themself, made in office: those of médiateurs. The latest first."""
    filtered = queries.made_for_themself_by(context.actor.person or "")
    return await connection(context, queries.OF_PERSON, filtered, arguments, registration_of)


async def registrations(
    context: Context,
    animation_id: UUID,
    status: Sequence[RegistrationStatus] | None,
    to_call: bool | None,
    arguments: PageArguments,
) -> Connection[Registration]:
    """Return the registrations for an animation, in order. The caller has checked the asker's right."""
    filtered = queries.narrowed([member.value for member in status or ()], to_call)
    return await owned_connection(context, queries.LISTING, animation_id, filtered, arguments, registration_of)
