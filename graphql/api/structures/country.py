"""The figures of the whole country."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from api.core.context import Info
from api.structures.dashboard import StructureDashboard, dashboard_of
from projections.structures import dashboards as figures


@strawberry.type
class CountryQueries:
    @strawberry.field(description="The country's figures. For the national team and auditors; others: FORBIDDEN.")
    async def dashboard(
        self,
        info: Info,
        from_: Annotated[
            date | None, strawberry.argument(name="from", description="First local day, included.")
        ] = None,
        to: Annotated[date | None, strawberry.argument(description="Last local day, included.")] = None,
    ) -> StructureDashboard | None:
        return await dashboard_of(info.context, figures.OF_THE_COUNTRY, "country", from_, to)
