"""What a person's account gives them, looked up with every request that is signed in."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Who a subject is now, the mandates that nobody has ended, and when the person's data were last erased."""

    person_id: UUID
    account_id: UUID
    mandates: list[Mandate]
    erased_at: datetime | None


async def account_of(read: Snapshot, called: Mapping[str, Any]) -> Account:
    """`called`: what the subject is called by (`Keyed.called`)."""
    (row,) = await read.rows(read.sql(queries.OF_ONE), called)
    mandates = [mandate_of(mandate) for mandate in row["mandates"] or ()]
    return Account(row["person_id"], row["account_id"], mandates, row["erased_at"])


def mandate_of(row: Mapping[str, Any]) -> Mandate:
    """A mandate as the read model keeps it."""
    return Mandate(
        role=Role(row["role"]),
        structure_id=None if row["structure_id"] is None else UUID(row["structure_id"]),
        territories=tuple(row["territories"]),
        schools=tuple(row["schools"]),
        # Rows of before structures were asked do not say.
        accepted=row.get("accepted", row["role"] != Role.MEDIATEUR),
        until=None if row["until"] is None else datetime.fromisoformat(row["until"]),
    )
