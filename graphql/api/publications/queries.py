"""Queries on publications: one, what is online, what waits for the national team, what the asker answers for."""

from __future__ import annotations

import strawberry
from pydantic import TypeAdapter, ValidationError

from api.core.context import Context, Info
from api.core.errors import denied, invalid
from api.core.lists.checks import node_id
from api.core.lists.connections import connection, within_reach
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.core.past import AT, At
from api.publications.filters import (
    ManagedPublicationWhere,
    PublicationOrder,
    PublicationWhere,
    conditions_in_force,
)
from api.publications.past import publication_at
from api.publications.types import Publication, load_publication, publication_of
from api.typology.territories_and_terms import lists_of
from application.wording.markdown import markdown_html
from domain.kernel.rights import Action, scope_of
from domain.kernel.validation import Article
from projections.publications import queries

_WRITTEN: TypeAdapter[str] = TypeAdapter(Article)


@strawberry.type
class PublicationQueries:
    @strawberry.field(
        description="News and resources that are online, whoever asks: the toolbox. Without `orderBy`, what fits"
        " `where.text` best first, or the last put online first."
    )
    async def publications(
        self,
        info: Info,
        where: PublicationWhere | None = None,
        order_by: PublicationOrder | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Publication]:
        arguments = page_arguments(info, first, after, last, before)
        return await list_publications(info.context, where, order_by, arguments)

    @strawberry.field(
        description="One publication: what is online for everybody, the rest for those who answer for it." + AT
    )
    async def publication(self, info: Info, id: strawberry.ID, at: At | None = None) -> Publication | None:
        if at is not None:
            return await publication_at(info.context, node_id(id), at)
        return await load_publication(info.context, node_id(id))

    @strawberry.field(
        description="What a text in Markdown looks like once it is in a publication: HTML made safe. Nothing is"
        " recorded. For structures, coordonnateurs and the national team; FORBIDDEN for others."
    )
    async def publication_preview(self, info: Info, text: str) -> str | None:
        if scope_of(info.context.actor, Action.PUBLICATION_PROPOSE) is None:
            raise denied(info.context.actor)
        try:
            return markdown_html(_WRITTEN.validate_python(text))
        except ValidationError:
            raise invalid("text : un texte est attendu, de 20 000 caractères au plus.", "text") from None

    @strawberry.field(
        description="Publications of structures that wait to be put online, the first that waits first. For the"
        " national team; others: FORBIDDEN."
    )
    async def publications_to_review(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Publication] | None:
        context = info.context
        lists, arguments = await lists_of(context), page_arguments(info, first, after, last, before)
        return await connection(
            context, queries.REVIEWING, queries.TO_REVIEW, arguments, lambda row: publication_of(row, lists)
        )

    @strawberry.field(
        description="Publications in every status, the last proposed first: a structure's own, those of a"
        " coordonnateur's territories, all for the national team and auditors; FORBIDDEN for others."
    )
    async def managed_publications(
        self,
        info: Info,
        where: ManagedPublicationWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Publication] | None:
        context = info.context
        lists, arguments = await lists_of(context), page_arguments(info, first, after, last, before)
        within = within_reach(context, Action.STRUCTURE_READ, "p")
        conditions = await conditions_in_force(context, where)
        filtered = queries.narrowed(within, conditions)
        return await connection(context, queries.MANAGED, filtered, arguments, lambda row: publication_of(row, lists))


async def list_publications(
    context: Context, where: PublicationWhere | None, order_by: PublicationOrder | None, arguments: PageArguments
) -> Connection[Publication]:
    """Return what is online."""
    lists = await lists_of(context)
    conditions = await conditions_in_force(context, where)
    listing = queries.listing(conditions, by_relevance=order_by is not PublicationOrder.PUBLISHED_AT)
    filtered = queries.narrowed(queries.published(), conditions)
    return await connection(context, listing, filtered, arguments, lambda row: publication_of(row, lists))
