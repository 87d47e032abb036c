"""Territories, with their figures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from api.core.back_references import later
from api.core.context import Info
from api.core.lists.nodes import Node
from api.logos.types import Logo, logo_of
from domain.kernel.identifiers import territory_id
from domain.kernel.rights import Belongings
from projections.structures import dashboards as figures

if TYPE_CHECKING:
    from api.structures.dashboard import StructureDashboard

TERRITORY_PREFIX = "territory:"


@strawberry.type(description="A department that takes part in the programme. Public, save for its dashboard.")
class Territory(Node):
    #: The same object appears in many places of an answer (see `api.compiled`).
    SHARED: ClassVar = True

    code: str = strawberry.field(description="The department's code.")
    name: str = strawberry.field(description="The department's name.")
    time_zone: str = strawberry.field(description="The IANA time zone of its clocks.")
    runs_candidatures: bool = strawberry.field(description="Whether parents may volunteer here as Parent Ressource.")

    @strawberry.field(description="The logo that stands on the papers of its structures; null where it has none.")
    async def logo(self, info: Info) -> Logo | None:
        return await logo_of(info.context, territory_id(self.code), f"/territories/{self.code}")

    @strawberry.field(description="Its planning as PDF.")
    def planning_url(self, info: Info) -> str:
        return f"{info.context.services.public_url}/territories/{self.code}/planning.pdf"

    @strawberry.field(
        description="The territory's figures. For its coordonnateur, the national team and auditors; others: FORBIDDEN."
    )
    async def dashboard(
        self,
        info: Info,
        from_: Annotated[
            date | None, strawberry.argument(name="from", description="First local day, included.")
        ] = None,
        to: Annotated[date | None, strawberry.argument(description="Last local day, included.")] = None,
    ) -> Annotated[StructureDashboard, strawberry.lazy("api.structures.dashboard")] | None:
        dashboard_of = later("api.structures.dashboard", "dashboard_of")
        dashboard: StructureDashboard = await dashboard_of(info.context, figures.OF_TERRITORIES, self.code, from_, to)
        return dashboard

    @property
    def belongings(self) -> Belongings:
        return Belongings(territories=frozenset([self.code]))


def territory_of(row: dict[str, Any]) -> Territory:
    return Territory(
        id=strawberry.ID(f"{TERRITORY_PREFIX}{row['code']}"),
        code=row["code"],
        name=row["name"],
        time_zone=row["time_zone"],
        runs_candidatures=row["runs_candidatures"],
    )
