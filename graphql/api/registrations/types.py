"""Registrations: for the structure of the animation, and for holders of a registration's link."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.animations.types import Animation, load_animations, with_seat
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.core.reading_rights import may_be_shown
from api.core.scalars import local
from api.notifications.unreached import EMAIL_PROBLEM, email_problem
from application.registrations import PURPOSE
from domain.kernel.rights import Belongings
from projections.registrations import queries
from projections.registrations.read_model import RegistrationStatus

_PERSONAL = "Personal: null once it is erased."
FOR_REGISTRATIONS = (
    "For the animation's structure, for who holds the registration's link, and for who made it on somebody's behalf."
)

strawberry.enum(RegistrationStatus, description="Where a registration stands.")


@strawberry.type(description="Somebody's registration for an animation. " + FOR_REGISTRATIONS)
class Registration(Node):
    status: RegistrationStatus = strawberry.field(description="With a seat, waiting for one, or given up.")
    place_in_line: int | None = strawberry.field(description="The place in the waiting list, from 1; null outside it.")
    to_confirm: bool = strawberry.field(
        description="Whether date or place changed since: keep the seat with `registrationKeep`, or cancel."
    )
    children: int = strawberry.field(description="How many children come along.")
    first_name: str | None = strawberry.field(description="First name. " + _PERSONAL)
    last_name: str | None = strawberry.field(description="Last name. " + _PERSONAL)
    email: str | None = strawberry.field(description="E-mail address, where there is one. " + _PERSONAL)
    email_problem: str | None = strawberry.field(description=EMAIL_PROBLEM)
    phone: str | None = strawberry.field(description="Telephone number, where one was given. " + _PERSONAL)
    registered_at: datetime = strawberry.field(description="When it was made (local time).")
    on_behalf: bool = strawberry.field(description="Whether somebody else registered the person.")
    registered_by: str | None = strawberry.field(
        description="Who registered the person on their behalf; null where they did so themselves."
    )
    removal_reason: str | None = strawberry.field(description="Why the structure removed it. " + _PERSONAL)
    present: bool | None = strawberry.field(
        description="Whether the person came, as ticked on the day; null as long as nobody ticked them."
    )
    present_children: int = strawberry.field(description="How many children came along, as ticked on the day.")
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field(
        description="The ticket to print again, with its code: for whoever registered the person on their behalf, while"
        " the person comes or waits; else null."
    )
    def ticket_url(self, info: Info) -> str | None:
        if self.status is RegistrationStatus.CANCELLED or not _made_for_other(info.context, self):
            return None
        services, animation_id = info.context.services, self.row["animation_id"]
        link = services.application.links.link(PURPOSE, animation_id, self.row["registration_id"])
        return f"{services.public_url}/animations/{animation_id}/ticket.pdf?link={link}"

    @strawberry.field(description="The animation.")
    async def animation(self, info: Info) -> Animation | None:
        context = info.context
        animation = await context.together(
            "animations", self.row["animation_id"], lambda ids: load_animations(context, ids)
        )
        seated = self.status is RegistrationStatus.SEATED
        return with_seat(animation) if animation is not None and seated else animation


def registration_of(row: dict[str, Any]) -> Registration:
    """Return the registration of a row of `queries.SOURCE`."""
    return Registration(
        id=strawberry.ID(str(row["registration_id"])),
        status=RegistrationStatus(row["status"]),
        place_in_line=row["place_in_line"],
        to_confirm=row["questioned"],
        children=row["children"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=row["email"],
        email_problem=email_problem(row["unreached"]),
        phone=row["phone"],
        registered_at=local(row["registered_at"], row["time_zone"]),
        on_behalf=row["on_behalf"],
        registered_by=row["registered_by"] if row["on_behalf"] else None,
        removal_reason=row["removal_reason"],
        present=row["present"],
        present_children=row["present_children"],
        row=row,
    )


async def load_registration(context: Context, registration_id: UUID) -> Registration | None:
    """Return the registration for the animation's structure and for whoever made it for another; None otherwise."""
    registration = await load_held_registration(context, registration_id)
    if registration is None or _made_for_other(context, registration):
        return registration
    is_listed = registration.row["repeats"] is None
    may_read = may_be_shown(context.actor, "Registration", Belongings(registration.row["structure_id"]))
    return registration if is_listed and may_read else None


def _made_for_other(context: Context, registration: Registration) -> bool:
    person, row = context.actor.person, registration.row
    return person is not None and row["on_behalf"] and row["registered_by_person"] == person


async def load_held_registration(context: Context, registration_id: UUID) -> Registration | None:
    """Return the registration for the holder of its link, or for whoever has just made it."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.BY_ID), {"id": registration_id})
    return registration_of(rows[0]) if rows else None
