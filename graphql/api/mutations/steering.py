"""The national team's other mutations: territories, the attestation's form, and the erasure of a person."""

from __future__ import annotations

from uuid import UUID

import strawberry

from api.context import Context, Info
from api.mutations.carrying_out import Carried, carry_out, settle, thing
from api.mutations.inputs import stated
from api.mutations.payloads import Payload
from api.mutations.steering_inputs import (
    AttestationFormWordInput,
    PersonEraseInput,
    TerritoryJoinInput,
    TerritoryOpenCandidaturesInput,
)
from api.types.territory import Territory, load_territory
from api.types.typology import AttestationForm, load_form
from application import typology as commands
from application.eventstore.log import head
from domain.errors import invalid
from domain.rights import Action, Scope, scope_of


@strawberry.type(description="What became of a mutation on a territory.")
class TerritoryPayload(Payload):
    territory: Territory | None = strawberry.field(
        description="The territory as it now stands; null after errors, or when it cannot be read yet."
    )


@strawberry.type(description="What became of a mutation on the attestation's form.")
class AttestationFormPayload(Payload):
    form: AttestationForm | None = strawberry.field(
        description="The form in force; null after errors, or when it cannot be read yet."
    )


@strawberry.type(description="What became of an erasure.")
class PersonPayload(Payload):
    erased: list[strawberry.ID] | None = strawberry.field(
        description="The candidatures and registrations that no longer tell who made them; empty when nothing was known"
        " of the person."
    )


async def _form_in_force(context: Context, stream: UUID) -> AttestationForm | None:
    return await load_form(context)


async def _territory(info: Info, carried: Carried, code: str | None) -> TerritoryPayload:
    async def load(context: Context, stream: UUID) -> Territory | None:
        return await load_territory(context, str(code))

    territory = await thing(info.context, carried, load)
    return TerritoryPayload(territory=territory, position=carried.position, errors=list(carried.errors))


@strawberry.type
class SteeringMutations:
    @strawberry.mutation(description="Lets a department join the programme. For the national team.")
    async def territory_join(self, info: Info, input: TerritoryJoinInput) -> TerritoryPayload:
        carried = await carry_out(info.context, commands.TerritoryJoin, stated(input))
        return await _territory(info, carried, input.code)

    @strawberry.mutation(description="Opens a territory to candidatures. For the national team.")
    async def territory_open_candidatures(self, info: Info, input: TerritoryOpenCandidaturesInput) -> TerritoryPayload:
        carried = await carry_out(info.context, commands.TerritoryOpenCandidatures, stated(input))
        return await _territory(info, carried, input.code)

    @strawberry.mutation(description="Words the further questions of the attestation anew. For the national team.")
    async def attestation_form_word(self, info: Info, input: AttestationFormWordInput) -> AttestationFormPayload:
        carried = await carry_out(info.context, commands.AttestationFormWord, stated(input))
        form = await thing(info.context, carried, _form_in_force)
        return AttestationFormPayload(form=form, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Destroys the key of a person's data: names, addresses and what was written about them can never be"
        " read again. For who is signed in, of themself, and the national team."
    )
    async def person_erase(self, info: Info, input: PersonEraseInput) -> PersonPayload:
        context = info.context
        application = context.services.application
        erased: list[UUID] = []

        def erase() -> tuple[None, int]:
            own = context.actor.person_id if scope_of(context.actor, Action.PERSON_ERASE) is Scope.OWN_PERSON else None
            subject = input.subject or (str(own) if own else None)
            if not subject:
                raise invalid("subject : champ obligatoire.", "subject")
            erased.extend(application.erase_person(subject, context.actor, context.now))
            with application.pool.connection() as conn:
                return None, head(conn)

        carried = await settle(context, erase)
        ids = None if carried.errors else [strawberry.ID(str(stream)) for stream in erased]
        return PersonPayload(erased=ids, position=carried.position, errors=list(carried.errors))
