"""The planning of a structure, or of a territory, as PDF: public, as the listing that it is made of."""

from __future__ import annotations

from datetime import UTC, date
from urllib.parse import urlencode

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.communication.announcements import animations_in, entries_of, planned
from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, id_in_path
from api.downloads.freshness import unless_fresh
from api.logos.downloads import paper_logos
from api.structures.types import Structure, load_structure
from api.typology.territories_and_terms import lists_of, load_territory
from application.papers.communication.planning import Planning, planning_pdf
from application.papers.logos import Logos
from domain.kernel.identifiers import territory_id
from projections.animations import queries
from projections.animations.conditions import Conditions

#: Some twenty pages; a last line says how many more there are, and where.
MOST = 200
#: The same for everybody: shared caches may store it, and must revalidate.
_HEADERS = {**HARMLESS, "Cache-Control": "no-cache"}
_PDF = "application/pdf"


class Plannings:
    """The endpoints of one process. All are public."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def of_structure(self, request: Request) -> Response:
        """Answer with what is to come of a structure."""
        return await answered(self._services, request, _of_structure)

    async def of_territory(self, request: Request) -> Response:
        """Answer with what is to come in a territory."""
        return await answered(self._services, request, _of_territory)


async def _of_structure(context: Context, request: Request) -> Response:
    structure = await load_structure(context, id_in_path(request))
    if structure is None:
        raise Refused(404, "NOT_FOUND", "Cette structure n'existe pas.")

    async def make(headers: dict[str, str]) -> Response:
        logos = await logos_of(context, structure)
        return await _answer(context, headers, await structure_planning(context, structure), logos)

    return await unless_fresh(context, request, _HEADERS, make, _today(context))


async def _of_territory(context: Context, request: Request) -> Response:
    territory = await load_territory(context, request.path_params["code"])
    if territory is None:
        raise Refused(404, "NOT_FOUND", "Ce territoire ne participe pas au programme.")

    async def make(headers: dict[str, str]) -> Response:
        conditions = Conditions(territory=[territory.code], upcoming=True)
        listed = {"territory": territory.code}
        logos = await paper_logos(context, [(territory_id(territory.code), territory.name)])
        planning = await _planning(context, conditions, territory.name, listed, None)
        return await _answer(context, headers, planning, logos)

    return await unless_fresh(context, request, _HEADERS, make, _today(context))


async def structure_planning(context: Context, structure: Structure) -> Planning:
    territories = (await lists_of(context)).named(sorted(structure.territories))
    listed = {"structureId": str(structure.structure_id)}
    conditions = Conditions(structure_id=structure.structure_id, upcoming=True)
    names = ", ".join(territory.name for territory in territories)
    return await _planning(context, conditions, structure.name, listed, names or None)


async def _planning(
    context: Context, conditions: Conditions, owner: str, listed: dict[str, str], territory: str | None
) -> Planning:
    """`territory`: where a structure works; None for the planning of a territory itself."""
    filtered = queries.narrowed(queries.published(), conditions, context.now)
    rows = await animations_in(context, filtered, MOST)
    left_out = 0
    if len(rows) > MOST:
        read = await context.read()
        statement = f"SELECT count(*) AS total FROM {{animations}} a WHERE {filtered.clause}"
        (total,) = await read.rows(read.sql(statement), filtered.params)
        left_out = total["total"] - MOST
    of_territory = conditions.structure_id is None
    entries = await entries_of(context, rows[:MOST])
    return Planning(
        owner=owner,
        territory=territory,
        animations=[planned(row, entry, of_territory) for row, entry in zip(rows, entries, strict=False)],
        left_out=left_out,
        url=f"{context.services.public_url}/animations?{urlencode(listed)}",
        made_on=_today(context),
    )


async def logos_of(context: Context, structure: Structure, territory: str | None = None) -> Logos:
    """Return the logos of the papers of a structure, with those of one of its territories or of all of them."""
    lists = await lists_of(context)
    territories = lists.named(sorted(structure.territories) if territory is None else [territory])
    owners = [(structure.structure_id, structure.name)]
    owners += [(territory_id(joined.code), joined.name) for joined in territories]
    return await paper_logos(context, owners)


async def _answer(context: Context, headers: dict[str, str], planning: Planning, logos: Logos) -> Response:
    await context.close()
    content = await to_thread.run_sync(planning_pdf, planning, logos)
    name = disposition("inline", file_name("pdf", "Planning", planning.owner, first=planning.made_on))
    return Response(content, 200, {**headers, "Content-Disposition": name}, _PDF)


def _today(context: Context) -> date:
    return context.now.astimezone(UTC).date()
