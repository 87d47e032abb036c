"""Queries on mandates: who may speak for whom."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.accounts.offers import InvitationOffer, offer_of_link
from api.accounts.types import Invitation, Mandate, Official, mandates_of_role, open_invitations
from api.accounts.types import official as official_named
from api.core.context import Info
from domain.kernel.actors import Role


@strawberry.type
class AccountQueries:
    @strawberry.field(
        description="All who were given a role, 500 at most: for the national team and auditors. A structure is told of"
        " its own, a coordonnateur of those of the territory's schools and of structures that it answers for; others:"
        " FORBIDDEN."
    )
    async def mandates(self, info: Info, role: Role) -> list[Mandate] | None:
        return await mandates_of_role(info.context, role, 500)

    @strawberry.field(
        description="Who was invited to speak for a structure and has not answered yet, the latest first, 500 at most:"
        " for the national team. A structure is told of its own, a coordonnateur of those of structures that it answers"
        " for; others: FORBIDDEN."
    )
    async def open_invitations(self, info: Info) -> list[Invitation] | None:
        return await open_invitations(info.context, 500)

    @strawberry.field(
        description="Whom history names by function and account, as it does who acts by a mandate; null for any other"
        " name. For the national team and auditors; others: FORBIDDEN."
    )
    async def official(
        self,
        info: Info,
        name: Annotated[
            str | None, strawberry.argument(description="As `actor`, `certifiedBy`… tell it. Left out: null.")
        ] = None,
    ) -> Official | None:
        return None if name is None else await official_named(info.context, name)

    @strawberry.field(
        description="What an invitation is for, and whether it still serves. For who holds its link, signed in or not."
    )
    async def invitation_by_link(
        self, info: Info, link: Annotated[str, strawberry.argument(description="The link, as it was received.")]
    ) -> InvitationOffer | None:
        return await offer_of_link(info.context, link)
