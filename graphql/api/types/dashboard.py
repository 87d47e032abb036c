"""Figures of a structure, of a territory, of the country."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from api.context import Context
from api.errors import denied
from api.lists import Lists
from api.scalars import readable
from api.types.typology import Term
from domain.rights import Action, Belongings, may
from domain.typology import TermKind
from projections.queries import dashboards as queries


@strawberry.type(description="Animations that were declared with a term.")
class TermCount:
    term: Term = strawberry.field(description="The term, as the typology shows it today.")
    animations: int = strawberry.field(description="Animations declared with it, in every status.")
    parents: int = strawberry.field(description="Parents attested in them.")


@strawberry.type(description="Animations of a month.")
class MonthCount:
    month: str = strawberry.field(description="The month of their local start, as 2027-03.")
    animations: int = strawberry.field(description="Animations declared in it, in every status.")
    parents: int = strawberry.field(description="Parents attested in them.")


@strawberry.type(description="Figures over animations, by the local day of their start.")
class StructureDashboard:
    animations: int = strawberry.field(description="Animations declared, in every status.")
    published: int = strawberry.field(description="Those that stand published.")
    past: int = strawberry.field(description="Published ones whose end has passed.")
    attested: int = strawberry.field(description="Those whose attendance is attested.")
    awaiting_attestation: int = strawberry.field(description="Past ones that are not attested yet.")
    cancelled: int = strawberry.field(description="Those that were cancelled.")
    parents: int = strawberry.field(description="Parents attested.")
    by_theme: list[TermCount] = strawberry.field(
        description="By theme: an animation with two themes counts under both."
    )
    by_type: list[TermCount] = strawberry.field(description="By animation type.")
    by_month: list[MonthCount] = strawberry.field(description="By month, in order.")


def require(context: Context, action: Action, of: Belongings) -> None:
    """Raises FORBIDDEN, or UNAUTHENTICATED for who has not signed in, unless the asker may."""
    if not may(context.actor, action, of):
        raise denied(context.actor)


async def structure_dashboard(
    context: Context,
    structure_id: UUID,
    territories: Sequence[str] | None,
    first_day: date | None,
    last_day: date | None,
) -> StructureDashboard:
    """`territories`: only what was declared there; None: everywhere."""
    params = {"structure_id": structure_id, "territories": territories}
    return await _dashboard(context, queries.STRUCTURE_TOTALS, params, first_day, last_day)


async def territory_dashboard(
    context: Context, territories: Sequence[str] | None, first_day: date | None, last_day: date | None
) -> StructureDashboard:
    """Of these territories together; None: of the whole country."""
    return await _dashboard(context, queries.TERRITORY_TOTALS, {"territories": territories}, first_day, last_day)


async def _dashboard(
    context: Context, query: str, params: dict[str, Any], first_day: date | None, last_day: date | None
) -> StructureDashboard:
    read, lists = await context.read(), await context.lists()
    days = {"first_day": readable(first_day, "from"), "last_day": readable(last_day, "to")}
    given = {**params, **days, "now": context.now}
    rows = await read.rows(read.sql(query), given)
    (total,) = (row for row in rows if row["part"] == "total")
    past = total["published"] - total["upcoming"]
    return StructureDashboard(
        animations=total["animations"],
        published=total["published"],
        past=past,
        attested=total["attested"],
        awaiting_attestation=past - total["attested"],
        cancelled=total["cancelled"],
        parents=total["parents"],
        by_theme=_by_term(rows, TermKind.THEME, lists),
        by_type=_by_term(rows, TermKind.ANIMATION_TYPE, lists),
        by_month=[
            MonthCount(month=row["code"], animations=row["animations"], parents=row["parents"])
            for row in rows
            if row["part"] == "month"
        ],
    )


def _by_term(rows: Sequence[dict[str, Any]], kind: TermKind, lists: Lists) -> list[TermCount]:
    return [
        TermCount(term=lists.term(kind, row["code"]), animations=row["animations"], parents=row["parents"])
        for row in rows
        if row["part"] == kind.value
    ]
