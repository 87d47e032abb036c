"""Structures, their conventions, their own animations, figures and timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from api.accounts.types import (
    FOR_MANDATES,
    Invitation,
    Mandate,
    invitations_of_structures,
    mandates_of_structures,
)
from api.audit.queries import timeline
from api.core.back_references import later
from api.core.context import Context, Info, read_beside
from api.core.errors import invalid
from api.core.lists.nodes import Node
from api.core.lists.paging import Connection, page_arguments
from api.logos.types import Logo, logo_of
from api.structures.convention import FOR_STRUCTURE, Convention, convention_of, conventions_of
from api.structures.dashboard import StructureDashboard, dashboard_of
from api.structures.dues import StructureDues, dues_of
from api.structures.public_contacts import StructureContact, contact_of_structure
from domain.kernel.actors import Actor
from domain.kernel.place_search import compared
from domain.kernel.rights import Action, Belongings, Scope, scope_of
from projections.structures import dashboards as figures
from projections.structures import queries

if TYPE_CHECKING:
    from api.animations.filters import AnimationOrder, OwnAnimationWhere
    from api.animations.types import Animation
    from api.audit.types import AuditEntry
    from api.contacts.types import Contact


@strawberry.type(description="An organisation that runs animations. Its name and SIRET are public.")
class Structure(Node):
    siret: str = strawberry.field(description="Its SIRET.")
    name: str = strawberry.field(description="Its name.")
    structure_id: strawberry.Private[UUID]
    territories: strawberry.Private[frozenset[str]]
    home: strawberry.Private[frozenset[str]]
    past: strawberry.Private[Context | None] = None

    @strawberry.field(description="Whom the public may call or write to; null where nothing is said, and once erased.")
    async def contact(self, info: Info) -> StructureContact | None:
        return await contact_of_structure(info.context, self.structure_id)

    @strawberry.field(description="The logo that stands on its papers; null where it has none.")
    async def logo(self, info: Info) -> Logo | None:
        return await logo_of(info.context, self.structure_id, f"/structures/{self.structure_id}")

    @strawberry.field(description="Its planning as PDF.")
    def planning_url(self, info: Info) -> str:
        return f"{info.context.services.public_url}/structures/{self.structure_id}/planning.pdf"

    @strawberry.field(description="Its conventions, in the order of signing. " + FOR_STRUCTURE)
    async def conventions(self, info: Info) -> list[Convention] | None:
        context = read_beside(self.past, info)
        within = bounds(context.actor, Action.STRUCTURE_READ)
        rows = await context.together("conventions", self.structure_id, lambda ids: conventions_of(context, ids))
        return [convention_of(row) for row in rows if within is None or row["territory"] in within]

    @strawberry.field(description="Whom it tells of its animations. For the structure; others: FORBIDDEN.")
    async def contacts(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Annotated[Contact, strawberry.lazy("api.contacts.types")]] | None:
        contacts = later("api.contacts.queries", "contacts")
        page: Connection[Contact] = await contacts(
            info.context, self.structure_id, page_arguments(info, first, after, last, before)
        )
        return page

    @strawberry.field(
        description=f"Who may speak for it, and its médiateurs. {FOR_MANDATES}, and auditors; others: FORBIDDEN."
    )
    async def mandates(self, info: Info) -> list[Mandate] | None:
        context = info.context
        return await context.together("mandates", self.structure_id, lambda ids: mandates_of_structures(context, ids))

    @strawberry.field(description=f"Who was invited to speak for it. {FOR_MANDATES}; others: FORBIDDEN.")
    async def invitations(self, info: Info) -> list[Invitation] | None:
        context = info.context
        return await context.together("invited", self.structure_id, lambda ids: invitations_of_structures(context, ids))

    @strawberry.field(
        description="All of its animations, in every status. Ordered as `animations` unless asked otherwise. "
        + FOR_STRUCTURE
    )
    async def animations(
        self,
        info: Info,
        where: Annotated[OwnAnimationWhere, strawberry.lazy("api.animations.filters")] | None = None,
        order_by: list[Annotated[AnimationOrder, strawberry.lazy("api.animations.filters")]] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Annotated[Animation, strawberry.lazy("api.animations.types")]] | None:
        context = read_beside(self.past, info)
        within = bounds(context.actor, Action.STRUCTURE_READ)
        arguments = page_arguments(info, first, after, last, before)
        own_animations = later("api.animations.queries", "own_animations")
        page: Connection[Animation] = await own_animations(
            context, self.structure_id, within, where, order_by, arguments
        )
        return page

    @strawberry.field(description="Its figures. " + FOR_STRUCTURE)
    async def dashboard(
        self,
        info: Info,
        from_: Annotated[
            date | None, strawberry.argument(name="from", description="First local day, included.")
        ] = None,
        to: Annotated[date | None, strawberry.argument(description="Last local day, included.")] = None,
    ) -> StructureDashboard | None:
        context = read_beside(self.past, info)
        within = bounds(context.actor, Action.STRUCTURE_READ)
        return await dashboard_of(context, figures.OF_STRUCTURES, self.structure_id, from_, to, within)

    @strawberry.field(description="What it still owes. " + FOR_STRUCTURE)
    async def dues(self, info: Info) -> StructureDues | None:
        context = read_beside(self.past, info)
        return await dues_of(context, self.structure_id, bounds(context.actor, Action.STRUCTURE_READ))

    @strawberry.field(
        description="Everything that happened to it, its conventions and its animations. " + FOR_STRUCTURE
    )
    async def timeline(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Annotated[AuditEntry, strawberry.lazy("api.audit.types")]] | None:
        context = read_beside(self.past, info)
        return await timeline(context, self.structure_id, page_arguments(info, first, after, last, before))

    @property
    def belongings(self) -> Belongings:
        return Belongings(self.structure_id, self.territories, home=self.home)


def bounds(actor: Actor, action: Action) -> list[str] | None:
    """Return the territories that bound an actor's right, or None if it is not bound by territory."""
    return sorted(actor.territories) if scope_of(actor, action) is Scope.OWN_TERRITORY else None


def structure_of(row: dict[str, Any]) -> Structure:
    return Structure(
        id=strawberry.ID(str(row["structure_id"])),
        siret=row["siret"],
        name=row["name"],
        structure_id=row["structure_id"],
        territories=frozenset(row["territories"]),
        home=frozenset(row["territories"][:1]),
        past=row.get("past"),
    )


def structure_beside(row: dict[str, Any]) -> Structure:
    """Return the structure in the columns `structure_…` of one of its objects."""
    columns = {
        "siret": row["structure_siret"],
        "name": row["structure_name"],
        "territories": row["structure_territories"],
        "past": row.get("past"),
    }
    return structure_of({"structure_id": row["structure_id"], **columns})


async def load_structures(context: Context, ids: list[UUID]) -> list[Structure]:
    read = await context.read()

    async def load(missing: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        rows = await read.of_ids(queries.BY_IDS, missing)
        return {row["structure_id"]: row for row in rows}

    rows = await context.services.structures.at(read, ids, load)
    return [structure_of(row) for row in rows.values()]


async def namesakes_of(context: Context, name: str) -> list[UUID]:
    """Return the structures that are called so, whatever the accents, hyphens and case of their names."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.NAMESAKES), {"name": compared(name)})
    return [row["structure_id"] for row in rows]


async def load_structures_of_siren(context: Context, siret: str) -> list[Structure]:
    """Return the structures of the same company, under other SIRETs."""
    read = await context.read()
    return [structure_of(row) for row in await read.rows(read.sql(queries.OF_SIREN), {"siret": siret})]


async def load_structure(context: Context, structure_id: UUID) -> Structure | None:
    return next(iter(await load_structures(context, [structure_id])), None)


async def structure_with_id(context: Context, structure_id: UUID) -> Structure | None:
    """Return the structure, loaded together with those that other objects of the answer name."""

    async def load(ids: list[UUID]) -> list[Structure | None]:
        structures = {structure.structure_id: structure for structure in await load_structures(context, ids)}
        return [structures.get(key) for key in ids]

    return await context.together("structures", structure_id, load)


async def check_structure(context: Context, structure_id: UUID | None) -> None:
    """Raise INVALID on `where.structureId` for a structure that there is not: it would filter everything away."""
    if structure_id is not None and await structure_with_id(context, structure_id) is None:
        message = "where.structureId : aucune structure n'a cet identifiant ; cherchez-la par son nom ou son SIRET."
        raise invalid(message, "where", "structureId")


async def load_structure_by_siret(context: Context, siret: str) -> Structure | None:
    read = await context.read()
    rows = await read.rows(read.sql(queries.BY_SIRET), {"siret": siret})
    return structure_of(rows[0]) if rows else None
