"""The mutation of a structure's public contact."""

from __future__ import annotations

import strawberry

from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import Repeatable, reference, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Info
from api.structures.types import Structure, load_structure
from application.structures import SetStructureContact


@strawberry.input(
    description="Whom the public may call or write to, as a whole: a telephone or an e-mail is"
    " mandatory, and what is left out is told no more."
)
class StructureContactSetInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    phone: str | None = value_of("The telephone number.")
    email: str | None = value_of("The e-mail address, which answers to letters reach.")
    hours: str | None = value_of("When one may call or come: « du lundi au vendredi, de 9 h à 17 h ».")


@strawberry.type(description="What became of a mutation on a structure.")
class StructurePayload(Payload):
    structure: Structure | None = strawberry.field(
        description="The structure as it now stands; null after errors, or when it cannot be read yet."
    )


@strawberry.type
class StructureMutations:
    @strawberry.mutation(
        description="Says whom the public may call or write to: it stands on the structure and in its letters, whose"
        " answers reach it. For the structure, and the coordonnateur of the first territory that it signed in."
    )
    async def structure_contact_set(self, info: Info, input: StructureContactSetInput) -> StructurePayload:
        carried = await carry_out(info.context, SetStructureContact, to_command(input))
        structure = await reload_after(info.context, carried, load_structure)
        return StructurePayload(structure=structure, position=carried.position, errors=list(carried.errors))
