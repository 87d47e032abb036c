"""The mutations of logos."""

from __future__ import annotations

from uuid import UUID

import strawberry
from strawberry.file_uploads import Upload

from api.core.commanding.attaching import carry_out_with_file
from api.core.commanding.commands import Carried, carry_out, reload_after
from api.core.commanding.inputs import Repeatable, reference, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.logos.types import Logo, logo_of
from application.logos.checking import logo_of as checked_logo
from application.logos.commands import SetLogo, WithdrawLogo
from domain.kernel.identifiers import territory_id

_WHO = " For the structure, the coordonnateur of the first territory that it signed in, or of the territory, and the"
_WHO += " national team."


@strawberry.input(description="The logo of a structure or of a territory, exactly one of them.")
class LogoSetInput(Repeatable):
    structure_id: strawberry.ID | None = value_of("The structure.")
    territory: str | None = value_of("The department's code.")
    file: Upload = reference(
        "A PNG (200 to 4,000 pixels on its longer side) or an SVG of 500 kB at most, told by its content. An SVG holds"
        " no script, no reference to elsewhere and no entity. Sent by the GraphQL multipart request specification."
    )


@strawberry.input(description="Whose logo is withdrawn: of a structure or of a territory, exactly one of them.")
class LogoWithdrawInput(Repeatable):
    structure_id: strawberry.ID | None = value_of("The structure.")
    territory: str | None = value_of("The department's code.")


@strawberry.type(description="What became of a mutation on a logo.")
class LogoPayload(Payload):
    logo: Logo | None = strawberry.field(
        description="The logo as it now stands; null after errors, once it is withdrawn, or when it cannot be read yet."
    )


@strawberry.type
class LogoMutations:
    @strawberry.mutation(
        description="Sets the logo that stands on posters, flyers, slides and plannings, in the place of the one"
        " before." + _WHO
    )
    async def logo_set(self, info: Info, input: LogoSetInput) -> LogoPayload:
        carried = await carry_out_with_file(info.context, SetLogo, to_command(input), checked_logo)
        return await _payload(info, carried, input)

    @strawberry.mutation(description="Withdraws a logo: papers leave its place out." + _WHO)
    async def logo_withdraw(self, info: Info, input: LogoWithdrawInput) -> LogoPayload:
        carried = await carry_out(info.context, WithdrawLogo, to_command(input))
        return await _payload(info, carried, input)


async def _payload(info: Info, carried: Carried, input: LogoSetInput | LogoWithdrawInput) -> LogoPayload:
    async def load(context: Context, stream: UUID) -> Logo | None:
        if input.structure_id:
            return await logo_of(context, UUID(input.structure_id), f"/structures/{input.structure_id}")
        assert input.territory
        return await logo_of(context, territory_id(input.territory), f"/territories/{input.territory}")

    logo = await reload_after(info.context, carried, load)
    return LogoPayload(logo=logo, position=carried.position, errors=list(carried.errors))
