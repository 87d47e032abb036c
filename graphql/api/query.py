"""The root of all reading."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from api import listings, people_listings
from api.accounts.types import Mandate, Official, mandates_of_role
from api.accounts.types import official as official_named
from api.accounts.viewer import Viewer, viewer_of
from api.animations.types import Animation, load_animation
from api.audit.types import AuditEntry
from api.candidatures.types import Candidature, load_candidature, load_held_candidature
from api.controls.types import FOR_CONTROLS, Control, load_control
from api.core.base import Connection, Node, looked_ahead, node_id
from api.core.context import Context, Info
from api.core.errors import invalid
from api.inputs import (
    AnimationOrder,
    AnimationWhere,
    AuditWhere,
    CandidatureWhere,
    ControlWhere,
    ServiceDossierWhere,
    StructureWhere,
)
from api.past import AT, At, animation_at, dossier_at, structure_at
from api.proof.types import Checkpoint, load_checkpoint
from api.registrations.types import Registration, load_held, load_registration
from api.service_dossiers.types import FOR_DOSSIERS, ServiceDossier, load_dossier
from api.structures.dashboard import StructureDashboard, dashboard_of, require
from api.structures.types import Structure, load_convention, load_structure, load_structure_by_siret
from api.typology.territory import Territory
from api.typology.types import AttestationForm, Term, load_form
from application.candidatures import PURPOSE as CANDIDATURE_LINK
from application.registrations import PURPOSE
from domain.kernel.actors import Role
from domain.kernel.identifiers import check_siret
from domain.kernel.rights import Action, Belongings
from domain.typology.typology import TermKind
from projections.structures import dashboards as figures

First = Annotated[int | None, strawberry.argument(description="How many items, from the start: 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="Begin after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many items, from the end: 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor.")]
_AUDIT_PREFIX = "audit:"


@strawberry.type(description="Reading. Every answer comes from one instant of the read models: see `position`.")
class Query:
    @strawberry.field(description="Who the token says I am, and what waits for me.")
    def viewer(self, info: Info) -> Viewer:
        return viewer_of(info.context)

    @strawberry.field(description="The public listing: published animations only, whoever asks.")
    async def animations(
        self,
        info: Info,
        where: AnimationWhere | None = None,
        order_by: list[AnimationOrder] | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Animation]:
        ahead = looked_ahead(info)
        return await listings.published_animations(info.context, where, order_by, first, after, last, before, ahead)

    @strawberry.field(
        description="Animations that wait for publication, the first declared first. For the national team; others:"
        " FORBIDDEN."
    )
    async def animations_to_publish(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Animation]:
        return await listings.animations_to_publish(info.context, first, after, last, before)

    @strawberry.field(
        description="One animation: published ones for everybody, others for those who answer for them." + AT
    )
    async def animation(self, info: Info, id: strawberry.ID, at: At | None = None) -> Animation | None:
        if at is not None:
            return await animation_at(info.context, node_id(id), at)
        return await load_animation(info.context, node_id(id))

    @strawberry.field(description="One structure, by its id or its SIRET: exactly one of them. Public." + AT)
    async def structure(
        self, info: Info, id: strawberry.ID | None = None, siret: str | None = None, at: At | None = None
    ) -> Structure | None:
        today = await _structure(info.context, id, siret)
        return today if at is None else await structure_at(info.context, today, at)

    @strawberry.field(description="The structures that have an account, by name. Public.")
    async def structures(
        self,
        info: Info,
        where: StructureWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Structure]:
        return await listings.structures(info.context, where, first, after, last, before)

    @strawberry.field(description="The territories that take part. Public.")
    async def territories(self, info: Info) -> list[Territory]:
        return list((await info.context.lists()).territories.values())

    @strawberry.field(description="One territory by its code. Public.")
    async def territory(self, info: Info, code: str) -> Territory | None:
        return (await info.context.lists()).territories.get(code)

    @strawberry.field(description="The typology's terms, of one list or of all. Public.")
    async def typology(self, info: Info, kind: TermKind | None = None) -> list[Term]:
        terms = (await info.context.lists()).terms.values()
        return [term for term in terms if kind is None or term.kind is kind]

    @strawberry.field(description="The further questions of the attestation in force. Public.")
    async def attestation_form(self, info: Info) -> AttestationForm | None:
        return await load_form(info.context)

    @strawberry.field(description="The country's figures. For the national team and auditors; others: FORBIDDEN.")
    async def dashboard(
        self,
        info: Info,
        from_: Annotated[
            date | None, strawberry.argument(name="from", description="First local day, included.")
        ] = None,
        to: Annotated[date | None, strawberry.argument(description="Last local day, included.")] = None,
    ) -> StructureDashboard:
        require(info.context, Action.COUNTRY_READ, Belongings())
        return await dashboard_of(info.context, figures.OF_THE_COUNTRY, "country", from_, to)

    @strawberry.field(
        description="One candidature. For the parent, the school's authorities, the coordonnateur of its territory and"
        " the national team; null for others."
    )
    async def candidature(self, info: Info, id: strawberry.ID) -> Candidature | None:
        return await load_candidature(info.context, node_id(id))

    @strawberry.field(description="A candidature, with where it stands. For who holds its link.")
    async def candidature_by_link(
        self, info: Info, link: Annotated[str, strawberry.argument(description="The link, as it was received.")]
    ) -> Candidature | None:
        links = info.context.services.application.links
        (candidature_id,) = links.read(CANDIDATURE_LINK, link, "link")
        return await load_held_candidature(info.context, candidature_id)

    @strawberry.field(
        description="The candidatures that the asker may read: for a parent who is signed in, in whatever role, their"
        " own; besides, those of their schools for directors, inspectors and heads, those of their territories for"
        " coordonnateurs, all for the national team; FORBIDDEN for others."
    )
    async def candidatures(
        self,
        info: Info,
        where: CandidatureWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Candidature]:
        return await people_listings.candidatures(info.context, where, first, after, last, before)

    @strawberry.field(description="A registration, with its place in the waiting list. For who holds its link.")
    async def registration(
        self, info: Info, link: Annotated[str, strawberry.argument(description="The link, as it was received.")]
    ) -> Registration | None:
        _, registration_id = info.context.services.application.links.read(PURPOSE, link, "link")
        return await load_held(info.context, registration_id)

    @strawberry.field(
        description="All who were given a role, 500 at most: for the national team and auditors. A structure is told of"
        " its own, a coordonnateur of those of the territory's schools and of structures that it answers for; others:"
        " FORBIDDEN."
    )
    async def mandates(self, info: Info, role: Role) -> list[Mandate]:
        return await mandates_of_role(info.context, role, 500)

    @strawberry.field(
        description="Whom history names by function and account, as it does who acts by a mandate; null for any other"
        " name. For the national team and auditors; others: FORBIDDEN."
    )
    async def official(
        self,
        info: Info,
        name: Annotated[
            str | None, strawberry.argument(description="As `actor`, `certifiedBy`… tell it. Left out: null.")
        ] = None,
    ) -> Official | None:
        require(info.context, Action.MANDATE_READ, Belongings())
        return None if name is None else await official_named(info.context, name)

    @strawberry.field(description=f"One service dossier. {FOR_DOSSIERS} Null for others." + AT)
    async def service_dossier(self, info: Info, id: strawberry.ID, at: At | None = None) -> ServiceDossier | None:
        if at is not None:
            return await dossier_at(info.context, node_id(id), at)
        return await load_dossier(info.context, node_id(id))

    @strawberry.field(
        description="The service dossiers that the asker may read, the last opened first: a structure's own, those of a"
        " coordonnateur's territories, all for the national team and auditors; FORBIDDEN for other roles."
    )
    async def service_dossiers(
        self,
        info: Info,
        where: ServiceDossierWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ServiceDossier]:
        return await listings.service_dossiers(info.context, where, first, after, last, before)

    @strawberry.field(description=f"One sampled control. {FOR_CONTROLS} Null for others.")
    async def control(self, info: Info, id: strawberry.ID) -> Control | None:
        return await load_control(info.context, node_id(id))

    @strawberry.field(
        description=f"The sampled controls that the asker may read, the last opened first. {FOR_CONTROLS} FORBIDDEN for"
        " other roles."
    )
    async def controls(
        self,
        info: Info,
        where: ControlWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Control]:
        return await listings.controls(info.context, where, first, after, last, before)

    @strawberry.field(
        description="Every domain event that the asker may see, in log order: a structure its own, a coordonnateur"
        " those of the territories, the national team and auditors all; FORBIDDEN for other roles."
    )
    async def audit_trail(
        self,
        info: Info,
        where: AuditWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditEntry]:
        return await listings.audit_trail(info.context, where, first, after, last, before)

    @strawberry.field(
        description="A signed checkpoint of the log: the latest, or that of a tree of so many events. Public."
    )
    async def checkpoint(
        self,
        info: Info,
        size: Annotated[int | None, strawberry.argument(description="How many events its tree holds.")] = None,
    ) -> Checkpoint | None:
        return await load_checkpoint(info.context, size)

    @strawberry.field(description="The signed checkpoints of the log, the latest first. Public.")
    async def checkpoints(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Checkpoint]:
        return await listings.checkpoints(info.context, first, after, last, before)

    @strawberry.field(description="Anything by its id, as far as the asker may see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        if id.startswith(_AUDIT_PREFIX):
            return await _audit_entry(info.context, id.removeprefix(_AUDIT_PREFIX))
        return await _thing(info.context, node_id(id))

    @strawberry.field(description="The position of the log that this answer's read models have reached.")
    async def position(self, info: Info) -> int:
        return (await info.context.read()).position


async def _structure(context: Context, id: strawberry.ID | None, siret: str | None) -> Structure | None:
    if (id is None) == (siret is None):
        raise invalid("Indiquez id ou siret, l'un ou l'autre.", "id")
    if id is not None:
        return await load_structure(context, node_id(id))
    try:
        return await load_structure_by_siret(context, check_siret(siret or ""))
    except ValueError as error:
        raise invalid(str(error), "siret") from None


_LOADS = (
    load_animation,
    load_structure,
    load_convention,
    load_candidature,
    load_dossier,
    load_control,
    load_registration,
)


async def _thing(context: Context, thing_id: UUID) -> Node | None:
    for load in _LOADS:
        if (found := await load(context, thing_id)) is not None:
            return found
    return None


async def _audit_entry(context: Context, position: str) -> Node | None:
    if not position.isascii() or not position.isdigit() or len(position) > 18:
        raise invalid("id : « audit: » et une position attendus.", "id")
    listings.auditable(context)
    where = AuditWhere(position_from=int(position), position_to=int(position))
    page = await listings.audit_trail(context, where, 1, None, None, None)
    return page.nodes[0] if page.nodes else None
