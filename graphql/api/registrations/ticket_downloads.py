"""The ticket of a registration as PDF, for whoever holds its link or its printed code; all of them, for the kit."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.core.scalars import local
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, id_in_path
from api.registrations.printed_codes import guess_of, registration_with_code
from api.schools.labels import place_with_school
from api.structures.public_contacts import contact_about, on_one_line
from api.typology.territories_and_terms import Lists, lists_of
from application.papers.ticket import Ticket, ticket_pdf
from application.registrations import PURPOSE
from domain.animations.transitions import AnimationStatus
from domain.kernel.errors import DomainError
from domain.typology.typology import TermKind
from projections.animations import queries as animation_queries
from projections.engine.paging import Page, page_statement
from projections.registrations import queries
from projections.registrations.read_model import RegistrationStatus

Row = dict[str, Any]
#: In one file.
MOST_TICKETS = 200


class Tickets:
    """The endpoint of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def pdf(self, request: Request) -> Response:
        """Answer with the ticket of the registration of `?link=` or `?code=`."""
        return await answered(self._services, request, _ticket)


async def _ticket(context: Context, request: Request) -> Response:
    animation_id = id_in_path(request)
    registration_id = await _held(context, request, animation_id)
    read = await context.read()
    registrations = await read.rows(read.sql(queries.BY_ID), {"id": registration_id})
    animations = await read.of_ids(animation_queries.BY_IDS, [animation_id])
    if not registrations or not animations or registrations[0]["animation_id"] != animation_id:
        raise _unknown()
    registration, animation = registrations[0], animations[0]
    if registration["status"] == RegistrationStatus.CANCELLED:
        raise Refused(409, "RULE_BROKEN", "Cette inscription est annulée : elle n'a plus de billet.")
    if animation["status"] == AnimationStatus.CANCELLED:
        raise Refused(409, "RULE_BROKEN", "Cette animation est annulée : elle n'a plus de billets.")
    contact = on_one_line(await contact_about(context, animation))
    ticket = _ticket_of(context, registration, animation, contact, await lists_of(context))
    await context.close()
    content = await to_thread.run_sync(ticket_pdf, ticket, context.services.logos)
    day = local(animation["starts_at"], animation["time_zone"]).date()
    name = disposition("inline", file_name("pdf", "Billet", ticket.title, first=day))
    headers = {**HARMLESS, "Content-Disposition": name}
    return Response(content, 200, headers, "application/pdf")


async def tickets_without_email(context: Context, animation_id: UUID) -> list[Ticket]:
    """Return the tickets of those who registered for an animation without an e-mail address, the first ones of many."""
    filtered = queries.WITHOUT_EMAIL.where("g.animation_id = %(animation_id)s", animation_id=animation_id)
    read = await context.read()
    statement, params = page_statement(queries.SOURCE, filtered, queries.ORDERS, Page(MOST_TICKETS))
    registrations: list[Row] = await read.rows(read.sql(statement), params)
    if not registrations:
        return []
    (animation,) = await read.of_ids(animation_queries.BY_IDS, [animation_id])
    contact, lists = on_one_line(await contact_about(context, animation)), await lists_of(context)
    return [_ticket_of(context, row, animation, contact, lists) for row in registrations[:MOST_TICKETS]]


async def _held(context: Context, request: Request, animation_id: UUID) -> UUID:
    """Return the registration that the asker holds the link or the code of."""
    links, params = context.services.application.links, request.query_params
    if "link" in params:
        try:
            of_animation, registration_id = links.read(PURPOSE, params["link"])
        except (DomainError, ValueError):
            raise _unknown() from None
        if of_animation != animation_id:
            raise _unknown()
        return registration_id
    guess = await guess_of(context, params.get("code", ""), animation_id)
    registration = await registration_with_code(context, animation_id, params.get("code", ""))
    if registration is None or guess is None:
        raise _unknown()
    await guess.was_right()
    return registration


def _unknown() -> Refused:
    return Refused(404, "NOT_FOUND", "Aucune inscription à cette animation n'a ce lien ou ce code.")


def _ticket_of(context: Context, registration: Row, animation: Row, contact: str | None, lists: Lists) -> Ticket:
    services, zone = context.services, animation["time_zone"]
    animation_id, registration_id = animation["animation_id"], registration["registration_id"]
    links = services.application.links
    named = [registration[name] for name in ("first_name", "last_name") if registration[name]]
    return Ticket(
        title=animation["title"],
        kind=lists.term(TermKind.ANIMATION_TYPE, animation["type"]).label,
        starts_at=local(animation["starts_at"], zone),
        ends_at=local(animation["ends_at"], zone),
        venue=place_with_school(animation),
        address=animation["address"],
        structure=animation["structure_name"],
        contact=contact,
        name=" ".join(named) or None,
        children=registration["children"],
        seated=registration["status"] == RegistrationStatus.SEATED,
        code=links.code(PURPOSE, registration_id),
        site=f"{services.public_url}/inscription",
        url=f"{services.public_url}/inscriptions/{links.link(PURPOSE, animation_id, registration_id)}",
        made_on=context.now.astimezone(UTC).date(),
    )
