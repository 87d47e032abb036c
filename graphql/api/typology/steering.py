"""Other mutations of the national team: territories, the attestation form, and the erasure of a person."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import strawberry

from api.core.commanding.commands import Carried, carry_out, reload_after, settle
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.typology.inputs import (
    AttestationFormWordInput,
    PersonEraseInput,
    TerritoryJoinInput,
    TerritoryOpenCandidaturesInput,
)
from api.typology.territories_and_terms import load_territory
from api.typology.territory import Territory
from api.typology.types import AttestationForm, load_form
from application import typology as commands
from application.people.erasing import ErasureReport
from application.people.erasing import Kind as PersonalKind
from domain.kernel.errors import ErrorCode, invalid, refuse
from domain.kernel.rights import Action, Scope, scope_of
from eventstore.log import head
from projections.people.mentions import MENTIONS, MentionKind, bounded, label, patterns, sentence


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


strawberry.enum(PersonalKind, name="PersonalKind", description="What may be held on a person.")


@strawberry.type(description="How many things of one kind were erased.")
class ErasedCount:
    kind: PersonalKind = strawberry.field(description="What they are.")
    count: int = strawberry.field(description="How many.")


strawberry.enum(MentionKind, name="MentionKind", description="Kinds of things whose texts may name somebody.")


@strawberry.type(description="A text of others that may name who was erased: whoever reads it decides.")
class Mention:
    kind: MentionKind = strawberry.field(description="What it is the text of.")
    thing_id: strawberry.ID = strawberry.field(
        description="Its id: as `subject` of `personErase`, it erases its texts."
    )
    label: str = strawberry.field(description="What it is called, in French.")


@strawberry.type(description="What became of an erasure.")
class PersonPayload(Payload):
    erased: list[strawberry.ID] | None = strawberry.field(
        description="The candidatures, registrations, contacts, invitations, accounts and mail preferences that no"
        " longer tell whose they were."
    )
    counts: list[ErasedCount] | None = strawberry.field(description="How many of them there are, kind by kind.")
    unreached: list[str] | None = strawberry.field(
        description="What could not be erased with them, in French: what is held under the same address by other names,"
        " signed sheets, and texts of others (publications, requests, groups…) that hold the name, to be read and, with"
        " their id as `subject`, erased."
    )
    mentions: list[Mention] | None = strawberry.field(
        description="Those texts of others, 20 at most, newest first; null where no name is known to look for, after an"
        " earlier erasure."
    )


async def _form_in_force(context: Context, stream: UUID) -> AttestationForm | None:
    return await load_form(context)


async def _territory(info: Info, carried: Carried, code: str | None) -> TerritoryPayload:
    async def load(context: Context, stream: UUID) -> Territory | None:
        return await load_territory(context, str(code))

    territory = await reload_after(info.context, carried, load)
    return TerritoryPayload(territory=territory, position=carried.position, errors=list(carried.errors))


async def _mentions(
    context: Context, names: Sequence[str], address: str | None
) -> tuple[list[Mention] | None, list[str]]:
    """Return the texts of others that may name who was erased, and what to say of them.

    An address is looked for as it was typed, also where its key is gone; but only a name tells that nothing is left.
    """
    if not (sought := patterns([*names, *([address] if address else [])])):
        return None, []
    read = await context.read()
    rows, beyond = bounded(await read.rows(read.sql(MENTIONS), {"patterns": sought}))
    mentions = [Mention(kind=MentionKind(row["kind"]), thing_id=row["id"], label=label(row)) for row in rows]
    return mentions if mentions or any("@" not in name for name in names) else None, [
        *(sentence(row) for row in rows),
        *beyond,
    ]


@strawberry.type
class SteeringMutations:
    @strawberry.mutation(description="Lets a department join the programme. For the national team.")
    async def territory_join(self, info: Info, input: TerritoryJoinInput) -> TerritoryPayload:
        carried = await carry_out(info.context, commands.TerritoryJoin, to_command(input))
        return await _territory(info, carried, input.code)

    @strawberry.mutation(description="Opens a territory to candidatures. For the national team.")
    async def territory_open_candidatures(self, info: Info, input: TerritoryOpenCandidaturesInput) -> TerritoryPayload:
        carried = await carry_out(info.context, commands.TerritoryOpenCandidatures, to_command(input))
        return await _territory(info, carried, input.code)

    @strawberry.mutation(description="Words the further questions of the attestation anew. For the national team.")
    async def attestation_form_word(self, info: Info, input: AttestationFormWordInput) -> AttestationFormPayload:
        carried = await carry_out(info.context, commands.AttestationFormWord, to_command(input))
        form = await reload_after(info.context, carried, _form_in_force)
        return AttestationFormPayload(form=form, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Destroys the key of a person's data: names, addresses and what was written about them can never be"
        " read again. For who is signed in, of themself, and the national team."
    )
    async def person_erase(self, info: Info, input: PersonEraseInput) -> PersonPayload:
        context = info.context
        application = context.services.application
        reports: list[ErasureReport] = []

        def erase() -> tuple[None, int]:
            subject = (input.subject or "").strip() or None
            if subject is None and scope_of(context.actor, Action.PERSON_ERASE) is Scope.ANYWHERE:
                raise invalid("Personne : champ obligatoire.", "subject")
            reports.append(application.erase(subject, context.actor, context.now))
            if not reports[0].things and not reports[0].drafts:
                raise refuse(ErrorCode.NOT_FOUND, "Rien n'est connu de cette personne.", "subject")
            with application.pool.connection() as conn:
                return None, head(conn)

        carried = await settle(context, erase)
        if carried.errors:
            return PersonPayload(
                erased=None,
                counts=None,
                unreached=None,
                mentions=None,
                position=carried.position,
                errors=list(carried.errors),
            )
        (erased,) = reports
        address = input.subject.strip() if input.subject and "@" in input.subject else None
        mentions, sentences = await _mentions(context, erased.names, address)
        return PersonPayload(
            erased=[strawberry.ID(str(thing)) for _, thing in erased.things],
            counts=[ErasedCount(kind=kind, count=count) for kind, count in erased.counts.items()],
            unreached=[*erased.unreached, *sentences],
            mentions=mentions,
            position=carried.position,
            errors=[],
        )
