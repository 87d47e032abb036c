"""An invitation as the holder of its link reads it: for whom, until when, and whether it still serves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from api.accounts.types import structure_of
from api.core.context import Context, Info
from application.accounts.invitations import PURPOSE
from domain.accounts.invitation import InvitationStatus
from projections.accounts import queries

if TYPE_CHECKING:
    from api.structures.types import Structure

_USED = "Cette invitation a déjà servi : elle ne sert qu'une fois."
_EXPIRED = "Cette invitation n'est plus valable : son délai est passé."
_REVOKED = "Cette invitation a été retirée."


@strawberry.type(description="An invitation as its link shows it, before it is accepted.")
class InvitationOffer:
    masked_email: str | None = strawberry.field(
        description="The address that it was sent to, its beginning and its host alone. Null once it is erased."
    )
    status: InvitationStatus = strawberry.field(description="Open, accepted or revoked; also revoked past its time.")
    sent_at: datetime = strawberry.field(description="When it was sent (UTC).")
    closes_at: datetime = strawberry.field(
        description="When its address is erased, which ends it (UTC): within a day of then."
    )
    closed_reason: str | None = strawberry.field(
        description="Why it cannot be accepted (any more), in French; null while it can."
    )
    structure_id: strawberry.Private[UUID]

    @strawberry.field(description="The structure that it invites to speak for.")
    async def structure(self, info: Info) -> Annotated[Structure, strawberry.lazy("api.structures.types")] | None:
        return await structure_of(info.context, str(self.structure_id))


async def offer_of_link(context: Context, link: str) -> InvitationOffer | None:
    """Return the invitation that the link is for. Raise INVALID if it was not made here."""
    services = context.services
    (invitation_id,) = services.application.links.read(PURPOSE, link, "link")
    read = await context.read()
    rows = await read.rows(read.sql(queries.INVITATION), {"id": invitation_id})
    if not rows:
        return None
    row, status = rows[0], InvitationStatus(rows[0]["status"])
    closes_at = row["sent_at"] + timedelta(days=services.invitations_days)
    return InvitationOffer(
        masked_email=_masked(row["email"]),
        status=status,
        sent_at=row["sent_at"],
        closes_at=closes_at,
        closed_reason=_closed_reason(status, row["email"] is None and closes_at <= context.now),
        structure_id=row["structure_id"],
    )


def _closed_reason(status: InvitationStatus, expired: bool) -> str | None:
    match status:
        case InvitationStatus.OPEN:
            return None
        case InvitationStatus.ACCEPTED:
            return _USED
        case InvitationStatus.REVOKED:
            return _EXPIRED if expired else _REVOKED


def _masked(email: str | None) -> str | None:
    """Return "a…@exemple.fr" of "anne@exemple.fr": who it is for knows it again, others cannot write there."""
    if email is None:
        return None
    mailbox, _, host = email.rpartition("@")
    return f"{mailbox[:1]}…@{host}"
