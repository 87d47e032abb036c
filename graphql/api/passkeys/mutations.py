"""Mutations on the asker's own passkeys."""

from __future__ import annotations

from uuid import UUID

import strawberry
from anyio import from_thread
from psycopg.types.json import Jsonb

from api.core.commanding.commands import Carried, build_command, carry_out, catch_up, settle
from api.core.commanding.inputs import Repeatable, Signable, reference, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.passkeys.types import Passkey, load_passkeys, load_passkeys_of
from application.commanding.commands import Command
from application.passkeys import PasskeyRegister, PasskeyRevoke, PasskeysWithdraw
from application.signatures.registrations import read_registration
from domain.kernel.errors import forbidden, invalid
from domain.kernel.rights import Action, Belongings, authorize
from domain.passkeys.events import WithdrawalReason
from projections.passkeys import queries


@strawberry.input(description="A passkey that the asker's browser made: what `navigator.credentials.create` answered.")
class PasskeyRegisterInput(Signable):
    client_data: str = strawberry.field(name="clientDataJSON", description="`response.clientDataJSON`, base64url.")
    attestation_object: str = reference("`response.attestationObject`, base64url.")


@strawberry.input(description="A passkey of the asker's own that is lost, or serves no more.")
class PasskeyRevokeInput(Repeatable):
    credential_id: str = reference("Its id.")


@strawberry.input(description="Somebody whose passkeys sign nothing any more.")
class PasskeysWithdrawInput(Repeatable):
    subject: str = reference("What their token calls them (`Mandate.subject`).")
    reason: WithdrawalReason | None = value_of("Why. Mandatory.")


@strawberry.type(description="What became of the withdrawal of somebody's passkeys.")
class PasskeysWithdrawPayload(Payload):
    passkeys: list[Passkey] | None = strawberry.field(
        description="All that they ever had; null after errors, or when they cannot be read yet."
    )


@strawberry.type(description="What became of a mutation on the asker's passkeys.")
class PasskeysPayload(Payload):
    passkeys: list[Passkey] | None = strawberry.field(
        description="The asker's passkeys as they now stand; null after errors, or when they cannot be read yet."
    )


def register_command(context: Context, input: PasskeyRegisterInput) -> Command:
    """Return the command that registers what the browser made. Raises DomainError unless it was made here.

    Called in a thread of its own.
    """
    authorize(context.actor, Action.PASSKEY_REGISTER, Belongings())
    values, application, person = to_command(input), context.services.application, context.actor.person
    if person is None:
        raise forbidden()
    site = application.bus.signing.open_site()
    answer = values.pop("client_data"), values.pop("attestation_object")
    made = read_registration(application.challenges, site, person, context.now, *answer)
    passkey = {"credential_id": made.credential_id, "public_key": made.public_key, "rp_id": site.rp_id}
    also_in = from_thread.run(_streams_with, context, made.credential_id)
    return build_command(context.actor, PasskeyRegister, values | passkey | {"also_in": also_in})


async def _streams_with(context: Context, credential_id: str) -> list[UUID]:
    await catch_up(context)
    read = await context.read()
    rows = await read.rows(read.sql(queries.WITH_KEY), {"key": Jsonb([{"credential_id": credential_id}])})
    return [row["passkeys_id"] for row in rows]


async def _payload(info: Info, carried: Carried) -> PasskeysPayload:
    passkeys = await load_passkeys(info.context) if carried.visible and not carried.errors else None
    return PasskeysPayload(passkeys=passkeys, position=carried.position, errors=list(carried.errors))


@strawberry.type
class PasskeyMutations:
    @strawberry.mutation(
        description="Registers a passkey made from `viewer.passkeyOptions`, with which the asker signs acts that move"
        " money. Who has one already signs with it. For structures, coordonnateurs and the national team, for"
        " themselves."
    )
    async def passkey_register(self, info: Info, input: PasskeyRegisterInput) -> PasskeysPayload:
        context = info.context

        def execute() -> tuple[UUID, int]:
            command = register_command(context, input)
            outcome = context.services.application.execute(command, context.actor, context.now)
            return outcome.subject_id, outcome.position

        return await _payload(info, await settle(context, execute))

    @strawberry.mutation(
        description="Revokes a passkey: it signs nothing any more. What it signed stays signed. For structures,"
        " coordonnateurs and the national team, for themselves."
    )
    async def passkey_revoke(self, info: Info, input: PasskeyRevokeInput) -> PasskeysPayload:
        return await _payload(info, await carry_out(info.context, PasskeyRevoke, to_command(input)))

    @strawberry.mutation(
        description="Withdraws all passkeys of somebody whose devices are lost or stolen, or who has left: they sign"
        " nothing any more, and the next one is registered as a first one. For the national team."
    )
    async def passkeys_withdraw(self, info: Info, input: PasskeysWithdrawInput) -> PasskeysWithdrawPayload:
        context = info.context

        def execute() -> tuple[UUID, int]:
            authorize(context.actor, Action.PASSKEYS_WITHDRAW, Belongings())
            values = to_command(input)
            subject = values.pop("subject").strip()
            if not subject:
                raise invalid("Personne : champ obligatoire.", "subject")
            command = build_command(context.actor, PasskeysWithdraw, values | {"person": _person_of(context, subject)})
            outcome = context.services.application.execute(command, context.actor, context.now)
            return outcome.subject_id, outcome.position

        carried = await settle(context, execute)
        is_shown = carried.visible and not carried.errors
        theirs = await load_passkeys_of(context, _person_of(context, input.subject)) if is_shown else None
        return PasskeysWithdrawPayload(passkeys=theirs, position=carried.position, errors=list(carried.errors))


def _person_of(context: Context, subject: str) -> str:
    """Return how stamps name who signs in under this name."""
    services = context.services
    return services.application.bus.keyed.person(services.sign_in.vouched_by, subject)
