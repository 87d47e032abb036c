"""The asker as their token presents them, and what waits for them."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import strawberry

from api.accounts.types import Mandate, load_mandates, teachers_of
from api.candidatures.steps import own_step
from api.core.commanding.commands import in_turn
from api.core.context import Context, Info
from api.core.lists.connections import connection
from api.core.lists.paging import Connection, page_arguments
from api.notifications.types import Notification, notification_of, own_notifications
from api.passkeys.types import Passkey, creation_options_of, load_passkeys
from api.registrations.queries import own_registrations, registrations_for_others
from api.registrations.types import Registration
from api.schools.types import School, schools_of
from api.structures.types import Structure, load_structures
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from application.notifications.kinds import NoticeKind, kinds_for
from domain.kernel.actors import Role
from domain.kernel.rights import RIGHTS
from domain.proof.signing_rule import REQUIRABLE_ACTIONS
from projections.accounts import queries as account_queries
from projections.notifications import queries as notification_queries
from projections.structures import dashboards as queries


@strawberry.type(description="How much waits for the asker; null where it is not theirs to do.")
class Waiting:
    awaiting_attestation: int | None = strawberry.field(
        default=None, description="Past animations of the asker's structures without attestation."
    )
    refused: int | None = strawberry.field(
        default=None, description="Refused animations of the asker's structures, to be corrected."
    )
    awaiting_publication: int | None = strawberry.field(
        default=None, description="Animations that the national team has to publish or refuse."
    )
    animation_requests: int | None = strawberry.field(
        default=None,
        description="Schools' requests: those that the asker's schools wait for; for structures those sent to them that"
        " are open, and those that they took up and have not answered; for coordonnateurs the open ones of their"
        " territories.",
    )
    publications_to_review: int | None = strawberry.field(
        default=None, description="Publications of structures that the national team has to put online or refuse."
    )
    candidatures_to_examine: int | None = strawberry.field(
        default=None,
        description="Candidatures of the asker's schools that wait for the asker's step; for coordonnateurs those of"
        " their territories that wait for a school's.",
    )
    attestations_due: int | None = strawberry.field(
        default=None, description="Past animations of the asker's structures or territories without attestation."
    )
    dossiers_to_certify: int | None = strawberry.field(
        default=None, description="Submitted service dossiers of the asker's territories."
    )
    dossiers_to_correct: int | None = strawberry.field(
        default=None, description="Service dossiers of the asker's structures that were sent back."
    )
    dossiers_to_pay: int | None = strawberry.field(
        default=None, description="Certified service dossiers whose payment the national team has not recorded."
    )
    amendments_to_decide: int | None = strawberry.field(
        default=None, description="Service dossiers of the asker's territories with amendments to accept or refuse."
    )
    volunteers_to_contact: int | None = strawberry.field(
        default=None, description="Validated candidatures of the asker's territories that nobody has contacted."
    )
    certificates_to_issue: int | None = strawberry.field(
        default=None, description="Volunteers of the asker's territories who wait for their certificate."
    )


@strawberry.type(description="Where and of what the asker wants to be written to. For oneself.")
class MailPreferences:
    email: str | None = strawberry.field(description="The address; null: no e-mails. Personal: null once erased.")
    muted: list[str] = strawberry.field(
        description="Kinds of notifications that no e-mails are sent of; `mutedCodes` is the same as a closed list."
    )

    @strawberry.field(description="Kinds of notifications that no e-mails are sent of.")
    def muted_codes(self) -> list[NoticeKind]:
        return [kind for kind in NoticeKind if kind in self.muted]


@strawberry.type(description="The asker. Everybody sees themself only.")
class Viewer:
    actor: str = strawberry.field(description="The name that history keeps of what the asker does.")
    role: Role = strawberry.field(description="In what role the asker acts.")
    subject: str | None = strawberry.field(
        description="What the asker's token calls them, for whoever gives them a role. Null for who is not signed in."
    )
    territories: list[str] = strawberry.field(description="The codes of the territories that the asker speaks for.")
    schools: list[str] = strawberry.field(description="The UAIs of the schools that the asker speaks for.")

    @strawberry.field(description="The territories that the asker speaks for.")
    async def in_territories(self, info: Info) -> list[Territory]:
        return (await lists_of(info.context)).named(self.territories)

    @strawberry.field(description="The schools that the asker speaks for, by name.")
    async def in_schools(self, info: Info) -> list[School]:
        return await schools_of(info.context, self.schools)

    @strawberry.field(description="The structures that the asker speaks for.")
    async def structures(self, info: Info) -> list[Structure]:
        return await load_structures(info.context, list(info.context.actor.structures))

    @strawberry.field(description="The mandates of the asker's account.")
    async def mandates(self, info: Info) -> list[Mandate]:
        account = info.context.actor.account_id
        return [] if account is None else await load_mandates(info.context, account)

    @strawberry.field(description="What happened that concerns the asker, the latest first.")
    async def notifications(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Notification]:
        context = info.context
        services = context.services
        make = partial(notification_of, services.application.vault, services.public_url)
        arguments = page_arguments(info, first, after, last, before)
        return await connection(context, notification_queries.LISTING, own_notifications(context), arguments, make)

    @strawberry.field(
        description=f"How many of them the asker has not read; {notification_queries.MOST_COUNTED} stands for more."
    )
    async def unread_notifications(self, info: Info) -> int:
        read = await info.context.read()
        (row,) = await read.rows(read.sql(notification_queries.UNREAD), own_notifications(info.context).params)
        return int(row["unread"])

    @strawberry.field(
        description="Where and of what the asker wants to be written to; null as long as nothing was said."
    )
    async def mail_preferences(self, info: Info) -> MailPreferences | None:
        read = await info.context.read()
        params = {"id": info.context.actor.account_id or UUID(int=0)}
        for row in await read.rows(read.sql(account_queries.ACCOUNT), params):
            return MailPreferences(email=row["email"], muted=row["muted"])
        return None

    @strawberry.field(
        description="The kinds of notifications that come to somebody in the asker's role: those that they may want no"
        " e-mails of."
    )
    def notification_codes(self, info: Info) -> list[NoticeKind]:
        return kinds_for(info.context.actor.role)

    @strawberry.field(description="The asker's passkeys, also those revoked.")
    async def passkeys(self, info: Info) -> list[Passkey]:
        return await load_passkeys(info.context)

    @strawberry.field(
        description="What the asker's browser makes a passkey from within ten minutes: JSON for"
        " `PublicKeyCredential.parseCreationOptionsFromJSON`. Null for who signs no acts, and on a site without a name"
        " or TLS."
    )
    async def passkey_options(self, info: Info) -> str | None:
        return await creation_options_of(info.context)

    @strawberry.field(description="The mutations that are refused to the asker without their own `signature`.")
    async def signs(self, info: Info) -> list[str]:
        context, bus = info.context, info.context.services.application.bus
        role, rule = context.actor.role, await in_turn(context, bus.who_signs)
        requires = (bus.signing.requires, rule.requires)
        own = [action for action in REQUIRABLE_ACTIONS if role in RIGHTS[action]]
        return sorted(action for action in own if any(each(action, role) for each in requires))

    @strawberry.field(
        description="The mandates of the teachers of the schools that the asker directs or heads, 500 at most; null for"
        " others."
    )
    async def teachers(self, info: Info) -> list[Mandate] | None:
        return await teachers_of(info.context, 500)

    @strawberry.field(
        description="The asker's own registrations, made as a médiateur, the latest first; none for others, who hold"
        " links."
    )
    async def registrations(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Registration]:
        return await own_registrations(info.context, page_arguments(info, first, after, last, before))

    @strawberry.field(
        description="The registrations that the asker made for others in office, the latest first: those that a teacher"
        " made for parents of the school."
    )
    async def registrations_for_others(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Registration]:
        return await registrations_for_others(info.context, page_arguments(info, first, after, last, before))

    @strawberry.field(description="What waits for the asker.")
    async def waiting(self, info: Info) -> Waiting:
        return Waiting(**await _waiting(info.context))


def viewer_of(context: Context) -> Viewer:
    actor = context.actor
    return Viewer(
        actor=actor.name,
        role=actor.role,
        subject=actor.subject,
        territories=sorted(actor.territories),
        schools=sorted(actor.schools),
    )


async def _waiting(context: Context) -> dict[str, Any]:
    actor = context.actor
    params: dict[str, Any]
    if actor.role is Role.STRUCTURE:
        query, params = queries.WAITING_FOR_STRUCTURE, {"own_structures": list(actor.structures), "now": context.now}
    elif actor.role is Role.COORDONNATEUR:
        query = queries.WAITING_FOR_COORDONNATEUR
        params = {"own_territories": sorted(actor.territories), "now": context.now}
    elif actor.role is Role.NATIONAL:
        query, params = queries.WAITING_FOR_NATIONAL_TEAM, {}
    elif (step := own_step(actor)) is not None:
        query, params = queries.WAITING_FOR_SCHOOL, {"own_schools": sorted(actor.schools)} | step
    elif actor.role is Role.TEACHER:
        query, params = queries.WAITING_FOR_TEACHER, {"own_schools": sorted(actor.schools)}
    else:
        return {}
    read = await context.read()
    (counts,) = await read.rows(read.sql(query), params)
    return counts


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="Who the token says I am, and what waits for me.")
    def viewer(self, info: Info) -> Viewer:
        return viewer_of(info.context)
