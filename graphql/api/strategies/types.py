"""Strategies of territories: each version with its target schools, its stakeholders and their validations."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from api.core.allowed import AllowedAction, shown_actions
from api.core.back_references import later
from api.core.context import Context, Info
from api.core.lists.connections import within_reach
from api.core.lists.nodes import Node
from api.core.past import PastContext
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from domain.kernel.rights import Action, Belongings, scope_of
from domain.strategies.strategy import of_territory
from domain.strategies.transitions import StrategyStatus, allowed_actions
from projections.strategies import queries

if TYPE_CHECKING:
    from api.schools.types import School

FOR_STRATEGIES = "For the coordonnateurs of the territory, the national team and auditors."
Row: TypeAlias = dict[str, Any]


@strawberry.type(description="An objective of a strategy, with its figure.")
class StrategyObjective:
    label: str = strawberry.field(description="What is aimed at, in French.")
    target: float = strawberry.field(description="The figure that is aimed at.")


@strawberry.type(description="An organisation that has to validate a strategy.")
class StrategyStakeholder:
    name: str = strawberry.field(description="Its name: what `strategyValidate` takes.")
    kind: str = strawberry.field(description="What it is, in French.")
    validated_on: date | None = strawberry.field(description="The day of its validation; null while it is awaited.")
    recorded_at: datetime | None = strawberry.field(description="When the validation was recorded (UTC).")
    recorded_by: str | None = strawberry.field(description="Who recorded it.")


@strawberry.type(description="A document attached to a strategy.")
class StrategyDocument:
    heading: str = strawberry.field(description="What it is, in French.")
    media_type: str = strawberry.field(description="`application/pdf`, `image/jpeg` or `image/png`.")
    size: int = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="The digest of its bytes, in hexadecimal.")
    attached_at: datetime = strawberry.field(description="When it was attached (UTC).")
    url: str = strawberry.field(description="Where it is downloaded, with the asker's token.")


@strawberry.type(
    description="A version of a territory's strategy. It is adopted once every stakeholder has validated it; the"
    " last one adopted is in force, and says which schools are targeted. " + FOR_STRATEGIES
)
class Strategy(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    edition: int = strawberry.field(description="Which version of the territory's strategy it is, from 1.")
    status: StrategyStatus = strawberry.field(description="Where it stands.")
    territory: Territory = strawberry.field(description="Its territory.")
    diagnosis: str = strawberry.field(description="The diagnosis that it starts from, in French.")
    objectives: list[StrategyObjective] = strawberry.field(description="Its objectives, with figures.")
    target_school_count: int = strawberry.field(description="How many schools it targets.")
    stakeholders: list[StrategyStakeholder] = strawberry.field(description="Who has to validate it.")
    documents: list[StrategyDocument] = strawberry.field(description="What is attached to it.")
    written_on: date | None = strawberry.field(description="Of which day its text is; null for the first ones.")
    written_at: datetime = strawberry.field(description="When it was written (UTC).")
    written_by: str = strawberry.field(description="Who wrote it.")
    adopted_on: date | None = strawberry.field(description="The day of the last validation, once all have given it.")
    replaced_by: strawberry.ID | None = strawberry.field(description="The version that took its place.")
    row: strawberry.Private[Row]

    @property
    def belongings(self) -> Belongings:
        return of_territory(self.territory.code)

    @strawberry.field(description="The schools that it targets, 3,000 at most.")
    async def target_schools(self, info: Info) -> list[Annotated[School, strawberry.lazy("api.schools.types")]]:
        schools: list[School] = await later("api.schools.types", "schools_of")(info.context, self.row["target_schools"])
        return schools

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    async def allowed_actions(self, info: Info) -> list[AllowedAction]:
        if isinstance(info.context, PastContext) or "past" in self.row:
            return []
        return shown_actions(allowed_actions(self.status, self.belongings, info.context.actor))


_AS_RECORDED = ("version", "edition", "diagnosis", "written_on", "written_at", "written_by", "adopted_on")


def strategy_of(row: Row, lists: Lists) -> Strategy:
    """Return the strategy of a row of `queries.SOURCE`."""
    strategy_id = row["strategy_id"]
    return Strategy(
        id=strawberry.ID(str(strategy_id)),
        status=StrategyStatus(row["status"]),
        territory=lists.territories[row["territory"]],
        objectives=[
            StrategyObjective(label=label, target=target)
            for label, target in zip(row["objectives"], row["targets"], strict=True)
        ],
        target_school_count=len(row["target_schools"]),
        stakeholders=[_stakeholder(each) for each in row["stakeholders"]],
        documents=[_document(each, strategy_id) for each in row["documents"]],
        replaced_by=strawberry.ID(str(row["replaced_by"])) if row["replaced_by"] else None,
        row=row,
        **{name: row[name] for name in _AS_RECORDED},
    )


def _stakeholder(each: Row) -> StrategyStakeholder:
    on, at = each["validated_on"], each["recorded_at"]
    return StrategyStakeholder(
        name=each["name"],
        kind=each["kind"],
        validated_on=date.fromisoformat(on) if on else None,
        recorded_at=datetime.fromisoformat(at) if at else None,
        recorded_by=each["recorded_by"],
    )


def _document(each: Row, strategy_id: UUID) -> StrategyDocument:
    return StrategyDocument(
        **{name: each[name] for name in ("heading", "media_type", "size", "sha256")},
        attached_at=datetime.fromisoformat(each["attached_at"]),
        url=f"/strategies/{strategy_id}/documents/{each['sha256']}",
    )


async def load_strategy(context: Context, strategy_id: UUID) -> Strategy | None:
    """Return the strategy, or None if it does not exist or is not for the asker."""
    if scope_of(context.actor, Action.TERRITORY_READ) is None:
        return None
    within = within_reach(context, Action.TERRITORY_READ, "g")
    read, lists = await context.read(), await lists_of(context)
    rows = await read.rows(read.sql(queries.BY_ID + within.clause), {**within.params, "id": strategy_id})
    return strategy_of(rows[0], lists) if rows else None
