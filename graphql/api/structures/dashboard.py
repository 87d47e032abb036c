"""Activity figures of a structure, a territory or the country."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from api.core.context import Context
from api.core.errors import invalid
from api.core.scalars import readable
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.types import Term
from domain.typology.typology import TermKind


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


async def dashboard_of(
    context: Context,
    query: str,
    owner: UUID | str,
    first_day: date | None,
    last_day: date | None,
    within: Sequence[str] | None = None,
) -> StructureDashboard:
    """Return the figures of `owner` by one of `projections.structures.dashboards`, loaded together with its siblings'.

    `within` limits them to animations in these territories. Raises INVALID for a period that ends before it begins.
    """
    first, last = readable(first_day, "from"), readable(last_day, "to")
    if first is not None and last is not None and last < first:
        raise invalid("to : la fin de la période précède son début.", "to")
    days = {"first_day": first, "last_day": last}

    async def figures(owners: list[UUID | str]) -> list[StructureDashboard]:
        read, lists = await context.read(), await lists_of(context)
        params = {**days, "owners": owners, "territories": within, "now": context.now}
        rows_by_owner: dict[UUID | str, list[dict[str, Any]]] = {owner: [] for owner in owners}
        for row in await read.rows(read.sql(query), params):
            rows_by_owner[row["owner"]].append(row)
        return [_dashboard(rows, lists) for rows in rows_by_owner.values()]

    return await context.together(repr((query, days, within)), owner, figures)


_NOTHING = dict.fromkeys(("animations", "published", "upcoming", "cancelled", "attested", "parents"), 0)


def _dashboard(rows: Sequence[dict[str, Any]], lists: Lists) -> StructureDashboard:
    total = next((row for row in rows if row["part"] == "total"), _NOTHING)
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
