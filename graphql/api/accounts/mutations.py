"""Mutations on accounts: mandates given and ended, and invitations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry

from api.accounts.types import Invitation, Mandate, load_invitation, load_mandates
from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import Repeatable, reference, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from application.accounts import commands, invitations
from application.commanding.commands import Command

_SUBJECT = "What the person's token calls them. Mandatory."


@strawberry.enum(description="Those whom schools have.")
class StaffRole(StrEnum):
    DIRECTOR = "director"
    INSPECTOR = "inspector"
    HEAD = "head"
    TEACHER = "teacher"


@strawberry.input(description="A coordonnateur's appointment.")
class CoordonnateurAppointInput(Repeatable):
    subject: str | None = value_of(_SUBJECT)
    territories: list[str] | None = value_of("The codes of the territories. One at least.")


@strawberry.input(description="A school director, an inspector, a head or a teacher bound to schools.")
class SchoolStaffBindInput(Repeatable):
    subject: str | None = value_of(_SUBJECT)
    staff_role: StaffRole | None = value_of("In what function. Mandatory.")
    territory: str | None = value_of("Code of the territory that the schools are in. Mandatory.")
    schools: list[str] | None = value_of(
        "UAIs: the school, or those of an inspector's constituency. One at least; for a teacher, one."
    )


@strawberry.input(description="An auditor's admission.")
class AuditorAdmitInput(Repeatable):
    subject: str | None = value_of(_SUBJECT)
    until: datetime | None = value_of("When it ends by itself, excluded. Mandatory.")


@strawberry.input(description="Somebody is invited to speak for a structure.")
class InvitationSendInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    email: str | None = value_of("The address that the invitation goes to. Mandatory.")
    replaces: strawberry.ID | None = value_of(
        "An invitation without answer that is withdrawn with it, to send its letter again: to the same address, and"
        " an hour after the last letter to it. An address has one open invitation of a structure: another is DUPLICATE."
    )


@strawberry.input(description="An invitation that is taken back.")
class InvitationRevokeInput(Repeatable):
    invitation_id: strawberry.ID = reference("The invitation.")


@strawberry.input(description="An invitation that is accepted.")
class InvitationAcceptInput(Repeatable):
    link: str = reference("The invitation's link, as it was received.")


@strawberry.input(description="A médiateur registers themself.")
class MediateurRegisterInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure, chosen in the list.")


@strawberry.input(description="A médiateur whom their structure accepts.")
class MediateurAcceptInput(Repeatable):
    account_id: strawberry.ID = reference("Whose mandate it is, as `mandates` tells it.")
    mandate_id: strawberry.ID = reference("The mandate.")


@strawberry.input(description="A mandate that ends.")
class MandateEndInput(Repeatable):
    account_id: strawberry.ID = reference("Whose it is.")
    mandate_id: strawberry.ID = reference("The mandate.")


@strawberry.type(description="What became of a mutation on a person's mandates.")
class MandatePayload(Payload):
    mandates: list[Mandate] | None = strawberry.field(
        description="The person's mandates as they now stand; null after errors, or when they cannot be read yet."
    )


@strawberry.type(description="What became of a mutation on an invitation.")
class InvitationPayload(Payload):
    invitation: Invitation | None = strawberry.field(
        description="The invitation as it now stands; null after errors, or when it cannot be read yet."
    )
    link: str | None = strawberry.field(
        description="Accepts the invitation, once; whoever holds it may. Told to who sends it, and by e-mail, only."
    )


@strawberry.type
class AccountMutations:
    @strawberry.mutation(description="Appoints a coordonnateur for territories. For the national team.")
    async def coordonnateur_appoint(self, info: Info, input: CoordonnateurAppointInput) -> MandatePayload:
        return await _mandates(info, commands.CoordonnateurAppoint, to_command(input))

    @strawberry.mutation(
        description="Binds a school director, an inspector or a head to their schools, or a teacher to one. For the"
        " coordonnateurs of the territory and the national team; teachers also for directors and heads of their school."
    )
    async def school_staff_bind(self, info: Info, input: SchoolStaffBindInput) -> MandatePayload:
        values = to_command(input)
        if "staff_role" in values:
            values["staff_role"] = StaffRole(values["staff_role"]).value
        return await _mandates(info, commands.SchoolStaffBind, values)

    @strawberry.mutation(description="Admits an auditor, who reads until an instant. For the national team.")
    async def auditor_admit(self, info: Info, input: AuditorAdmitInput) -> MandatePayload:
        return await _mandates(info, commands.AuditorAdmit, to_command(input))

    @strawberry.mutation(
        description="Invites somebody to speak for a structure; several people may. For the structure, the"
        " coordonnateurs of its first territory and the national team."
    )
    async def invitation_send(self, info: Info, input: InvitationSendInput) -> InvitationPayload:
        return await _invitation(info, invitations.InvitationSend, to_command(input), with_link=True)

    @strawberry.mutation(
        description="Takes back an invitation that nobody has accepted. For the structure, the coordonnateurs of its"
        " territories and the national team."
    )
    async def invitation_revoke(self, info: Info, input: InvitationRevokeInput) -> InvitationPayload:
        return await _invitation(info, invitations.InvitationRevoke, to_command(input), with_link=False)

    @strawberry.mutation(
        description="Accepts an invitation: from the next request on the asker speaks for the structure. For who is"
        " signed in as a parent, a médiateur or a structure, and holds the link."
    )
    async def invitation_accept(self, info: Info, input: InvitationAcceptInput) -> MandatePayload:
        return await _mandates(info, invitations.InvitationAccept, to_command(input))

    @strawberry.mutation(
        description="Registers the asker as médiateur of a structure. Until the structure accepts them"
        " (`mediateurAccept`) they register only themself. For who is signed in as a parent or a médiateur."
    )
    async def mediateur_register(self, info: Info, input: MediateurRegisterInput) -> MandatePayload:
        return await _mandates(info, commands.MediateurRegister, to_command(input))

    @strawberry.mutation(
        description="Accepts a médiateur who chose the structure: from the next request on they may register others."
        " For the structure, the coordonnateurs of its first territory and the national team."
    )
    async def mediateur_accept(self, info: Info, input: MediateurAcceptInput) -> MandatePayload:
        return await _mandates(info, commands.MediateurAccept, to_command(input))

    @strawberry.mutation(
        description="Ends a mandate: it gives nothing from the next request on. Of who speaks for a structure, and of"
        " its médiateurs: for the structure, the coordonnateurs of its first territory and the national team; of"
        " school staff: for the coordonnateurs of where the schools are and the national team, of teachers also for"
        " directors and heads of their school; of others: for the national team; and for who is signed in, of their"
        " own."
    )
    async def mandate_end(self, info: Info, input: MandateEndInput) -> MandatePayload:
        return await _mandates(info, commands.MandateEnd, to_command(input))


async def _mandates(info: Info, command: type[Command], values: Mapping[str, Any]) -> MandatePayload:
    carried = await carry_out(info.context, command, values)
    mandates = await reload_after(info.context, carried, load_mandates)
    return MandatePayload(mandates=mandates, position=carried.position, errors=list(carried.errors))


async def _invitation(
    info: Info, command: type[Command], values: Mapping[str, Any], *, with_link: bool
) -> InvitationPayload:
    carried = await carry_out(info.context, command, values)
    return InvitationPayload(
        invitation=await reload_after(info.context, carried, load_invitation),
        link=_link(info.context, carried.subject_id) if with_link else None,
        position=carried.position,
        errors=list(carried.errors),
    )


def _link(context: Context, invitation_id: UUID | None) -> str | None:
    if invitation_id is None:
        return None
    return context.services.application.links.link(invitations.PURPOSE, invitation_id)
