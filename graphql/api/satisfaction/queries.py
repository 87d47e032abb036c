"""Queries on the satisfaction questionnaire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from api.animations.types import belongings_of
from api.core.context import Context, Info
from api.core.errors import denied, invalid
from api.core.lists.checks import check_codes, checked_texts, filter_id, node_id
from api.core.scalars import readable
from api.satisfaction.types import (
    Questionnaire,
    SatisfactionFigures,
    SatisfactionForm,
    figures_of,
    load_form,
    load_questionnaire,
    sum_packets,
)
from api.structures.types import check_structure
from api.typology.territories_and_terms import lists_of
from application.satisfaction.answering import PURPOSE
from domain.kernel.errors import DomainError
from domain.kernel.rights import Action, Belongings, Scope, may, scope_of
from domain.typology.typology import TermKind
from projections.animations import queries as animation_queries
from projections.satisfaction import queries

_MONTHS = "Whole months are counted, by the local day of the animations."


@strawberry.input(
    description="Whose figures: of an animation, of a structure, of a territory, or of the nation without any of these."
)
class SatisfactionWhere:
    animation_id: strawberry.ID | None = strawberry.field(
        default=None, description="One animation; nothing else can be asked with it."
    )
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="One structure's animations.")
    territory: str | None = strawberry.field(default=None, description="The code of one territory.")
    theme: str | None = strawberry.field(default=None, description="With that theme, by its code.")
    type: str | None = strawberry.field(default=None, description="Of that type, by its code.")
    from_: date | None = strawberry.field(
        default=None, name="from", description="From the month of that day on. " + _MONTHS
    )
    to: date | None = strawberry.field(default=None, description="Until the month of that day. " + _MONTHS)


@strawberry.type
class SatisfactionQueries:
    @strawberry.field(description="The questionnaire that parents answer, as it is in force. Public.")
    async def satisfaction_form(self, info: Info) -> SatisfactionForm | None:
        return await load_form(info.context)

    @strawberry.field(
        description="The questionnaire of one animation, by the link of its QR code; null for an unknown link. Nobody"
        " signs in for it."
    )
    async def questionnaire(
        self, info: Info, link: Annotated[str, strawberry.argument(description="The link, as it was read.")]
    ) -> Questionnaire | None:
        try:
            animation_id, *_ = info.context.services.application.links.read(PURPOSE, link, "link")
        except DomainError:
            return None
        return await load_questionnaire(info.context, animation_id)

    @strawberry.field(
        description="Figures of satisfaction. The nation's are public; others are for the structure, the coordonnateur"
        " of the territory, the national team and auditors."
    )
    async def satisfaction(self, info: Info, where: SatisfactionWhere) -> SatisfactionFigures:
        context = info.context
        filters = await _checked(context, where)
        read = await context.read()
        forms = await read.rows(read.sql(queries.FORMS))
        if filters.animation_id is not None:
            packets = await read.rows(read.sql(queries.PACKETS), {"animation_id": filters.animation_id})
            return figures_of(sum_packets(packets), forms)
        sums = await read.rows(
            read.sql(queries.FIGURES),
            {
                "structure_id": filters.structure_id,
                "territories": filters.territories,
                "theme": where.theme,
                "type": where.type,
                "first_month": filters.first_month,
                "last_month": filters.last_month,
            },
        )
        return figures_of(sums, forms)


@dataclass(frozen=True, slots=True)
class _Filters:
    """The part of the question that the asker may read."""

    animation_id: UUID | None = None
    structure_id: UUID | None = None
    territories: list[str] | None = None
    first_month: date | None = None
    last_month: date | None = None


async def _checked(context: Context, where: SatisfactionWhere) -> _Filters:
    """Return the filters. Raises INVALID, and FORBIDDEN in the same words whatever there is."""
    first, last = readable(where.from_, "from"), readable(where.to, "to")
    if first is not None and last is not None and last < first:
        raise invalid("to : la fin de la période précède son début.", "where", "to")
    if where.animation_id is not None:
        return await _of_animation(context, where, where.animation_id)
    lists = await lists_of(context)
    for accepted, code, name in (
        (lists.territories, where.territory, "territory"),
        (lists.codes(TermKind.THEME), where.theme, "theme"),
        (lists.codes(TermKind.ANIMATION_TYPE), where.type, "type"),
    ):
        check_codes(accepted, checked_texts(None if code is None else [code], name), name)
    structure = filter_id(where.structure_id, "structureId")
    territories = _territories(context, structure, where.territory)
    # Once it is known that they may ask for any.
    await check_structure(context, structure)
    return _Filters(
        structure_id=structure,
        territories=territories,
        first_month=first and first.replace(day=1),
        last_month=last and last.replace(day=1),
    )


def _territories(context: Context, structure: UUID | None, territory: str | None) -> list[str] | None:
    """Return the territories within which the asker may read. Raises FORBIDDEN if there are none."""
    actor = context.actor
    scope = scope_of(actor, Action.SATISFACTION_READ)
    wanted = None if territory is None else [territory]
    if scope is Scope.ANYWHERE or (structure is None and territory is None):
        return wanted
    if scope is Scope.OWN_STRUCTURE and structure in actor.structures:
        return wanted
    if scope is Scope.OWN_TERRITORY and (territory is None or territory in actor.territories):
        return wanted or sorted(actor.territories)
    raise denied(actor)


async def _of_animation(context: Context, where: SatisfactionWhere, animation: strawberry.ID) -> _Filters:
    others = (where.structure_id, where.territory, where.theme, where.type, where.from_, where.to)
    if any(other is not None for other in others):
        raise invalid("where.animationId : aucun autre critère avec une animation.", "where", "animationId")
    animation_id = node_id(animation, "where", "animationId")
    read = await context.read()
    rows = await read.of_ids(animation_queries.BY_IDS, [animation_id])
    belongings = belongings_of(rows[0]) if rows else Belongings()
    if not may(context.actor, Action.SATISFACTION_READ, belongings):
        raise denied(context.actor)
    if not rows:
        message = "where.animationId : aucune animation n'a cet identifiant."
        raise invalid(message, "where", "animationId")
    return _Filters(animation_id=animation_id)
