"""Attendance sheets of an animation: the blank one, and the signed one as it was uploaded.

Both are for its structure, the coordonnateurs of its territory, the national team and auditors. With the names of
registrants, the blank one is for its structure alone.
"""

from __future__ import annotations

from datetime import UTC, date
from typing import Any
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.animations.attendance_sheet import last_page, pages_of
from api.core.answers import Refused
from api.core.context import Context, Services
from api.core.scalars import local
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, denied, id_in_path, kept_file
from api.schools.labels import place_with_school
from api.structures.public_contacts import contact_about, on_one_line
from api.typology.territories_and_terms import Lists, lists_of
from application.papers.blank_sheet import BlankSheet, blank_sheet
from application.papers.french import short_date
from domain.animations.adults import adult
from domain.animations.transitions import AnimationStatus
from domain.kernel.rights import Action, Belongings, Scope, may, scope_of
from domain.typology.typology import TermKind
from projections.animations import queries
from projections.registrations import queries as registration_queries
from projections.structures import queries as structure_queries

Row = dict[str, Any]
#: A hundred pages: no hall holds more.
_MOST_NAMES = 3_000


class Papers:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def signed_sheet(self, request: Request) -> Response:
        """Answer with the exact bytes of a page, the one that was attached last unless it is named, or an error."""
        return await answered(self._services, request, _signed_sheet)

    async def blank_sheet(self, request: Request) -> Response:
        """Answer with the blank sheet of a published animation as PDF; `?registrants=true` adds the names."""
        return await answered(self._services, request, _blank_sheet)


async def _signed_sheet(context: Context, request: Request) -> Response:
    row = await _readable_animation(context, request)
    if (last := last_page(row)) is None:
        raise Refused(404, "NOT_FOUND", "Aucune liste d'émargement signée n'est jointe à cette animation.")
    digest = request.path_params.get("sha256", last.sha256)
    page = next((page for page in pages_of(row) if page.sha256 == digest), None)
    if page is None:
        raise Refused(404, "NOT_FOUND", "Aucune page de la liste d'émargement n'a cette empreinte.")
    return await kept_file(context, request, page.sha256, page.file_name, page.media_type)


async def _blank_sheet(context: Context, request: Request) -> Response:
    row = await _readable_animation(context, request)
    if row["status"] != AnimationStatus.PUBLISHED:
        raise Refused(409, "RULE_BROKEN", "La liste d'émargement est celle d'une animation publiée.")
    names = await _registrants(context, row) if _with_registrants(request) else ()
    convention = await _convention(context, row["convention_id"])
    contact = on_one_line(await contact_about(context, row))
    today = context.now.astimezone(UTC).date()
    site = context.services.public_url
    sheet = blank_sheet_of(row, await lists_of(context), site, today, names, convention, contact)
    await context.close()
    content = await to_thread.run_sync(blank_sheet, sheet, context.services.logos)
    name = disposition("inline", file_name("pdf", "Liste d'émargement", sheet.title, first=sheet.starts_at.date()))
    return Response(content, 200, {**HARMLESS, "Content-Disposition": name}, "application/pdf")


def _with_registrants(request: Request) -> bool:
    flag = request.query_params.get("registrants", "false")
    if flag not in ("true", "false"):
        raise Refused(400, "INVALID", "registrants : true ou false attendu.")
    return flag == "true"


async def _registrants(context: Context, row: Row) -> tuple[str, ...]:
    """Return the names of seated registrants, in order of registration. Raises FORBIDDEN except for the structure."""
    if not may(context.actor, Action.REGISTRATION_READ, _belongings(row)):
        raise denied(context.actor)
    read = await context.read()
    params = {"animation_id": row["animation_id"], "most": _MOST_NAMES}
    rows = await read.rows(read.sql(registration_queries.SEATED), params)
    return tuple(f"{registrant['last_name']} {registrant['first_name']}" for registrant in rows)


async def _convention(context: Context, convention_id: UUID) -> str | None:
    """Return what a sheet says of the convention that the animation is paid under."""
    read = await context.read()
    rows = await read.of_ids(structure_queries.CONVENTIONS_BY_IDS, [convention_id])
    return f"signée le {short_date(rows[0]['signed_on'])} avec {rows[0]['coordonnateur']}" if rows else None


def blank_sheet_of(
    row: Row,
    lists: Lists,
    public_url: str,
    made_on: date,
    registrants: tuple[str, ...] = (),
    convention: str | None = None,
    contact: str | None = None,
) -> BlankSheet:
    """Return the content of the sheet for a row of `queries.BY_IDS`."""
    zone, kind = row["time_zone"], lists.term(TermKind.ANIMATION_TYPE, row["type"])
    return BlankSheet(
        title=row["title"],
        kind=kind.label,
        starts_at=local(row["starts_at"], zone),
        ends_at=local(row["ends_at"], zone),
        venue=place_with_school(row),
        address=row["address"],
        structure=row["structure_name"],
        structure_siret=row["structure_siret"],
        territory=lists.territories[row["territory"]].name,
        seats=row["seats"],
        url=f"{public_url}/animations/{row['animation_id']}",
        made_on=made_on,
        registrants=registrants,
        themes=tuple(lists.term(TermKind.THEME, theme, row["day"]).label for theme in row["themes"]),
        convention=convention,
        contact=contact,
        adult=adult(row["audience"]),
        children=bool(kind.admits_children),
    )


async def _readable_animation(context: Context, request: Request) -> Row:
    animation_id = id_in_path(request)
    read = await context.read()
    rows = await read.of_ids(queries.BY_IDS, [animation_id])
    if not rows and scope_of(context.actor, Action.STRUCTURE_READ) is Scope.ANYWHERE:
        raise Refused(404, "NOT_FOUND", "Animation : introuvable.")
    if not rows or not may(context.actor, Action.STRUCTURE_READ, _belongings(rows[0])):
        raise denied(context.actor)
    return rows[0]


def _belongings(row: Row) -> Belongings:
    return Belongings(row["structure_id"], frozenset([row["territory"]]))
