"""The agents of a dossier and their acts: function and name of each, also of those who acted by a mandate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson
import strawberry

from api.accounts.types import agents_named
from api.core.context import Context
from application.papers.words import ROLES
from domain.kernel.actors import Role
from domain.kernel.events import registered_events
from projections.audit import queries

_OF_DOSSIERS = f"{queries.SELECT}t.subject_id = ANY(%(ids)s) ORDER BY t.position"


@strawberry.type(description="One act on a dossier, and who did it.")
class DossierAgent:
    type: str = strawberry.field(description="What happened: `service_dossier.certified`.")
    sentence: str = strawberry.field(description="The same in French, for a person.")
    at: datetime = strawberry.field(description="When it was recorded (UTC).")
    role: Role = strawberry.field(description="In what role.")
    function: str = strawberry.field(description="In what function, in French: « coordonnateur », « structure »…")
    name: str | None = strawberry.field(
        description="Who it was, as their token calls them, also where they acted by a mandate. Null once it is erased."
    )


async def agents_of(context: Context, live: Context, dossiers: Sequence[UUID]) -> list[list[DossierAgent]]:
    """Return who did what in each of these dossiers, in order. Names are those of today."""
    read = await context.read()
    rows = await read.rows(read.sql(_OF_DOSSIERS), {"ids": list(dossiers)})
    stamps = [orjson.loads(row["state"])["stamp"] for row in rows]
    agents = list({(stamp["actor"], stamp["role"]) for stamp in stamps})
    names = dict(zip(agents, await agents_named(live, agents), strict=True))
    acts: dict[UUID, list[DossierAgent]] = {dossier: [] for dossier in dossiers}
    for row, stamp in zip(rows, stamps, strict=True):
        acts[row["subject_id"]].append(
            DossierAgent(
                type=row["type"],
                sentence=registered_events()[row["type"]].sentence,
                at=row["recorded_at"],
                role=Role(stamp["role"]),
                function=ROLES[Role(stamp["role"])],
                name=names[stamp["actor"], stamp["role"]],
            )
        )
    return [acts[dossier] for dossier in dossiers]
