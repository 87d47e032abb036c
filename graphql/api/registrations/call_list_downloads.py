"""`GET /animations/ID/to-call.csv` and `.pdf`: who is to be told by telephone, for the animation's structure."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.core.context import Context, Services
from api.core.scalars import local
from api.downloads.csv_table import CSV, csv_table
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, denied, id_in_path
from api.notifications.unreached import email_problem
from api.schools.labels import place_with_school
from application.papers.call_list import Call, CallList, call_list_pdf
from application.wording.times import span
from domain.animations.transitions import AnimationStatus
from domain.kernel.rights import Action, Belongings, may
from projections.animations import queries as animation_queries
from projections.engine.paging import Page, page_statement
from projections.registrations import queries
from projections.registrations.read_model import RegistrationStatus

Row = dict[str, Any]
HEADERS = ("Nom", "Prénom", "Téléphone", "Inscription", "Enfants", "Pourquoi appeler", "Joint")
#: More than anybody telephones.
_MOST_CALLS = 3_000
_STANDING = {RegistrationStatus.SEATED: "place réservée", RegistrationStatus.WAITING: "sur liste d'attente"}


class CallLists:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def csv(self, request: Request) -> Response:
        return await answered(self._services, request, _csv)

    async def pdf(self, request: Request) -> Response:
        return await answered(self._services, request, _pdf)


async def _csv(context: Context, request: Request) -> Response:
    animation = await _animation(context, request)
    lines = [
        (row["last_name"], row["first_name"], row["phone"], _standing(row), row["children"], _why(row), None)
        for row in await _people(context, animation)
    ]
    name = disposition("attachment", _name(animation, "csv"))
    return Response(b"".join(csv_table(HEADERS, lines)), 200, {**HARMLESS, "Content-Disposition": name}, CSV)


async def _pdf(context: Context, request: Request) -> Response:
    animation = await _animation(context, request)
    zone = animation["time_zone"]
    place = (place_with_school(animation), animation["address"])
    people = CallList(
        title=animation["title"],
        when=span(local(animation["starts_at"], zone), local(animation["ends_at"], zone), zone),
        where=", ".join(part for part in place if part),
        structure=animation["structure_name"],
        status=_status(animation),
        calls=[
            Call(f"{row['last_name']} {row['first_name']}", row["phone"], _standing(row), _why(row))
            for row in await _people(context, animation)
        ],
        made_on=context.now.astimezone(UTC).date(),
    )
    await context.close()
    content = await to_thread.run_sync(call_list_pdf, people, context.services.logos)
    name = disposition("inline", _name(animation, "pdf"))
    return Response(content, 200, {**HARMLESS, "Content-Disposition": name}, "application/pdf")


def _name(animation: Row, ending: str) -> str:
    day = local(animation["starts_at"], animation["time_zone"]).date()
    return file_name(ending, "Personnes à prévenir", animation["title"], first=day)


async def _animation(context: Context, request: Request) -> Row:
    read = await context.read()
    rows: list[Row] = await read.of_ids(animation_queries.BY_IDS, [id_in_path(request)])
    if not rows or not may(context.actor, Action.REGISTRATION_READ, Belongings(rows[0]["structure_id"])):
        raise denied(context.actor)
    return rows[0]


async def _people(context: Context, animation: Row) -> list[Row]:
    filtered = queries.narrowed(None, to_call=True)
    filtered = filtered.where("g.animation_id = %(animation_id)s", animation_id=animation["animation_id"])
    read = await context.read()
    statement, params = page_statement(queries.SOURCE, filtered, queries.ORDERS, Page(_MOST_CALLS))
    rows: list[Row] = await read.rows(read.sql(statement), params)
    return rows


def _status(animation: Row) -> str | None:
    if animation["status"] == AnimationStatus.CANCELLED:
        return "Cette animation est annulée."
    return "Cette animation est suspendue." if animation["suspended"] else None


def _standing(row: Row) -> str:
    confirm = ", changement à confirmer" if row["questioned"] else ""
    return f"{_STANDING[RegistrationStatus(row['status'])]}{confirm}"


def _why(row: Row) -> str:
    problem = email_problem(row["unreached"])
    return problem.removesuffix(" Téléphonez.") if problem else "Sans adresse électronique."
