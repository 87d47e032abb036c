"""Queries on candidatures."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.candidatures.certificate_checks import CertificateCheck, certificate_check
from api.candidatures.filters import CandidatureWhere
from api.candidatures.steps import own_step
from api.candidatures.types import Candidature, candidature_of, load_candidature, load_held_candidature, readable
from api.core.context import Context, Info
from api.core.lists.checks import node_id
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.typology.territories_and_terms import check_territories
from application.candidatures import PURPOSE as CANDIDATURE_LINK
from projections.candidatures import queries


@strawberry.type
class CandidatureQueries:
    @strawberry.field(
        description="One candidature. For the parent, the school's authorities, the coordonnateur of its territory and"
        " the national team; null for others."
    )
    async def candidature(self, info: Info, id: strawberry.ID) -> Candidature | None:
        return await load_candidature(info.context, node_id(id))

    @strawberry.field(description="Whether a certificate of volunteering was issued under a number. Public.")
    async def certificate(
        self, info: Info, number: Annotated[str, strawberry.argument(description="As it stands on the paper.")]
    ) -> CertificateCheck:
        return await certificate_check(info.context, number)

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
    ) -> Connection[Candidature] | None:
        return await list_candidatures(info.context, where, page_arguments(info, first, after, last, before))


async def list_candidatures(
    context: Context, where: CandidatureWhere | None, arguments: PageArguments
) -> Connection[Candidature]:
    """Return the candidatures that the asker may read."""
    within = readable(context.actor)
    conditions = where.conditions() if where else queries.Conditions()
    await check_territories(context, conditions.territory)
    filtered = queries.narrowed(within, conditions, own_step(context.actor))
    return await connection(context, queries.LISTING, filtered, arguments, candidature_of)
