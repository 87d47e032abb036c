"""What a person's account gives them, looked up with every request that is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from api.context import Services
from domain.account import Mandate
from domain.actors import Actor, Role
from domain.identifiers import account_id, person_id
from projections.generations import identifier
from projections.queries import accounts as queries

_LIVE = "SELECT generation FROM read_models.generations WHERE name = 'accounts' AND state = 'live'"


@dataclass(frozen=True, slots=True)
class Held:
    """The mandates of an account that nobody has ended, and when the person's data were last erased, if ever."""

    mandates: list[Mandate]
    erased_at: datetime | None


async def held_by(actor: Actor, services: Services) -> Held:
    """Read anew for each request: a mandate that was ended gives nothing from the next one on."""
    if actor.subject is None:
        return Held([], None)
    asked = {"account_id": account_id(actor.subject), "person_id": person_id(actor.subject)}
    async with services.pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
        live = await (await cursor.execute(_LIVE, prepare=True)).fetchone()
        table = identifier("accounts", live["generation"] if live else 1)
        query = sql.SQL(queries.OF_ONE).format(accounts=table)
        row = await (await cursor.execute(query, asked, prepare=True)).fetchone()
    assert row is not None
    return Held([mandate_of(told) for told in row["mandates"] or ()], row["erased_at"])


def mandate_of(told: Mapping[str, Any]) -> Mandate:
    """A mandate as the read model keeps it."""
    return Mandate(
        role=Role(told["role"]),
        structure_id=None if told["structure_id"] is None else UUID(told["structure_id"]),
        territories=tuple(told["territories"]),
        schools=tuple(told["schools"]),
        until=None if told["until"] is None else datetime.fromisoformat(told["until"]),
    )
