"""The account of a signed-in person, looked up on every request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.accounts.account import Mandate
from domain.kernel.actors import Role
from projections.accounts import queries
from projections.engine.reading import Snapshot


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a subject: its mandates that nobody has ended, and the last erasure of the person's data."""

    person_id: UUID
    account_id: UUID
    mandates: list[Mandate]
    erased_at: datetime | None
    #: The account of each structure that has moved, by the id that its present SIRET makes.
    moved: Mapping[UUID, UUID]


async def account_of(read: Snapshot, keys: Mapping[str, Any], structures: Collection[UUID] = ()) -> Account:
    """Return the account; `keys` identify the subject (`Keyed.called`), `structures` are those of the token."""
    # Most who sign in speak for no structure, and a condition on none costs as much as all the rest.
    query = queries.OF_ONE_FOR_STRUCTURES if structures else queries.OF_ONE
    (row,) = await read.rows(read.sql(query), {**keys, "structures": list(structures)} if structures else keys)
    mandates = [mandate_of(mandate) for mandate in row["mandates"] or ()]
    moved = {UUID(alias): UUID(account) for alias, account in (row.get("moved") or {}).items()}
    return Account(row["person_id"], row["account_id"], mandates, row["erased_at"], moved)


def mandate_of(row: Mapping[str, Any]) -> Mandate:
    """Convert a mandate as the read model stores it."""
    return Mandate(
        role=Role(row["role"]),
        structure_id=None if row["structure_id"] is None else UUID(row["structure_id"]),
        territories=tuple(row["territories"]),
        schools=tuple(row["schools"]),
        # Older rows lack the field: structures did not accept médiateurs then.
        accepted=row.get("accepted", row["role"] != Role.MEDIATEUR),
        until=None if row["until"] is None else datetime.fromisoformat(row["until"]),
    )
