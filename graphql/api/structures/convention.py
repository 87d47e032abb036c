"""Conventions: what a structure and a coordonnateur signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from api.core.back_references import later
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.core.reading_rights import may_be_shown
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from domain.kernel.rights import Belongings
from projections.structures import queries

if TYPE_CHECKING:
    from api.structures.types import Structure

FOR_STRUCTURE = (
    "For the structure, the coordonnateurs of its territories, the national team and auditors; others: FORBIDDEN."
)


@strawberry.type(description="A rate as it was agreed.")
class AgreedRate:
    rate: Decimal | None = strawberry.field(description="Euros for one animation; null: none.")
    effective_from: date | None = strawberry.field(
        description="The first day that it holds on; null: from the convention's first day."
    )
    reason: str | None = strawberry.field(description="Why, where it was agreed later than it holds.")
    agreed_at: datetime = strawberry.field(description="When it was recorded (UTC).")


@strawberry.type(description="What a structure and a coordonnateur signed. " + FOR_STRUCTURE)
class Convention(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    territory: str = strawberry.field(description="The territory's code; `inTerritory` is the territory itself.")
    coordonnateur: str = strawberry.field(description="Who signed for the programme.")
    signed_on: date = strawberry.field(description="The day of signing, in the territory.")
    valid_from: date = strawberry.field(description="The first day covered.")
    valid_until: date = strawberry.field(description="The last day covered.")
    planned_animations: int | None = strawberry.field(description="How many animations are planned.")
    rate_per_animation: Decimal | None = strawberry.field(
        description="What is paid for one animation, in euros, as agreed last: `rates` says from which day on."
    )
    rates: list[AgreedRate] = strawberry.field(
        description="The rates agreed so far, in that order: on each day the last one that holds on it is paid."
    )
    required_pieces: list[str] = strawberry.field(description="The pieces that payment requires.")
    certified_animations: int = strawberry.field(description="Animations whose service was certified so far.")
    terminated_on: date | None = strawberry.field(description="The last day covered, when it was terminated.")
    termination_reason: str | None = strawberry.field(description="Why it was terminated.")
    structure_id: strawberry.Private[UUID]

    @strawberry.field(description="The structure that signed it.")
    async def structure(self, info: Info) -> Annotated[Structure, strawberry.lazy("api.structures.types")] | None:
        structure: Structure | None = await later("api.structures.types", "structure_with_id")(
            info.context, self.structure_id
        )
        return structure

    @strawberry.field(description="The territory that it was signed in.")
    async def in_territory(self, info: Info) -> Territory:
        return (await lists_of(info.context)).territories[self.territory]


def convention_of(row: dict[str, Any]) -> Convention:
    fields = {name: row[name] for name in Convention.__annotations__ if name != "rates"}
    fields["rates"] = [_agreed_rate(agreed) for agreed in row["rates"]]
    return Convention(id=strawberry.ID(str(row["convention_id"])), **fields)


def _agreed_rate(agreed: dict[str, Any]) -> AgreedRate:
    day, rate = agreed["effective_from"], agreed["rate"]
    return AgreedRate(
        rate=None if rate is None else Decimal(rate),
        effective_from=date.fromisoformat(day) if day else None,
        reason=agreed["reason"],
        agreed_at=datetime.fromisoformat(agreed["agreed_at"]),
    )


async def conventions_of(context: Context, ids: list[UUID]) -> list[list[dict[str, Any]]]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.CONVENTIONS), {"structures": ids})
    return [[row for row in rows if row["structure_id"] == structure_id] for structure_id in ids]


async def load_conventions(context: Context, ids: Sequence[UUID]) -> list[Convention | None]:
    """Return the conventions in the order of `ids`, None for those that do not exist or are not for the asker."""
    read = await context.read()
    rows = await read.of_ids(queries.CONVENTIONS_BY_IDS, ids)
    conventions = {
        row["convention_id"]: convention_of(row)
        for row in rows
        if may_be_shown(context.actor, "Convention", Belongings(row["structure_id"], frozenset([row["territory"]])))
    }
    return [conventions.get(convention_id) for convention_id in ids]


async def load_convention(context: Context, convention_id: UUID) -> Convention | None:
    (convention,) = await load_conventions(context, [convention_id])
    return convention
