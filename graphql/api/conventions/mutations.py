"""Mutations on conventions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import strawberry

from api.conventions.inputs import (
    ConventionAmendInput,
    ConventionSignInput,
    ConventionTerminateInput,
    StructureMoveInput,
    StructureRenameInput,
)
from api.core.commanding.commands import carry_out, catch_up, reload_after
from api.core.commanding.inputs import patch_of, to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.core.lists.checks import node_id
from api.structures.convention import Convention, conventions_of, load_convention
from api.structures.mutations import StructurePayload
from api.structures.types import load_structure, load_structure_by_siret, load_structures_of_siren, namesakes_of
from application import conventions as commands
from application.commanding.commands import Command
from domain.kernel.identifiers import check_siret
from domain.kernel.place_search import compared
from projections.structures import queries

#: The animations that one dossier can hold; a refusal names each.
_MOST_HELD = 500


@strawberry.type(description="What became of a mutation on a convention.")
class ConventionPayload(Payload):
    convention: Convention | None = strawberry.field(
        description="The convention as it now stands; null after errors, or when it cannot be read yet."
    )
    warnings: list[str] = strawberry.field(
        default_factory=list,
        description="What who signs should know, in French: that a known structure keeps its name whatever the paper"
        " says, or may have moved. The convention is recorded all the same.",
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> ConventionPayload:
    carried = await carry_out(info.context, command, values)
    convention = await reload_after(info.context, carried, load_convention)
    return ConventionPayload(convention=convention, position=carried.position, errors=list(carried.errors))


async def amend_values(context: Context, input: ConventionAmendInput) -> dict[str, Any]:
    """Return the values of the command, with the animations that it may leave uncovered."""
    values = {name: value for name, value in patch_of(input).items() if (name, value) != ("accept_uncovered", None)}
    return values | {"held": await _held(context, values, values.get("valid_from"), values.get("valid_until"))}


async def terminate_values(context: Context, input: ConventionTerminateInput) -> dict[str, Any]:
    """Return the values of the command, with the animations that it may leave uncovered."""
    values = to_command(input)
    # The last day covered is at least yesterday's, wherever the territory is.
    yesterday = context.now.date() - timedelta(days=1)
    return values | {"held": await _held(context, values, None, values.get("terminated_on", yesterday))}


@strawberry.type
class ConventionMutations:
    @strawberry.mutation(
        description="Records a signed convention, which opens the structure's single account. Days"
        " that another of its conventions covers there are refused (DUPLICATE). For coordonnateurs of the territory and"
        " the national team."
    )
    async def convention_sign(self, info: Info, input: ConventionSignInput) -> ConventionPayload:
        values = to_command(input)
        payload = await _answer(info, commands.ConventionSign, values)
        payload.warnings = await _warnings(info.context, values, payload.convention)
        return payload

    @strawberry.mutation(
        description="Gives a structure another name, with a reason: none that another of its territories has. For the"
        " coordonnateurs of its first territory and the national team."
    )
    async def structure_rename(self, info: Info, input: StructureRenameInput) -> StructurePayload:
        values = to_command(input)
        await catch_up(info.context)
        values["namesakes"] = await namesakes_of(info.context, values.get("name", ""))
        carried = await carry_out(info.context, commands.StructureRename, values)
        structure = await reload_after(info.context, carried, load_structure)
        return StructurePayload(structure=structure, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Gives a structure that goes on elsewhere its new SIRET, with a reason: account, people, contacts"
        " and history follow; papers of before keep the old one. For the coordonnateurs of its first territory and the"
        " national team."
    )
    async def structure_move(self, info: Info, input: StructureMoveInput) -> StructurePayload:
        carried = await carry_out(info.context, commands.StructureMove, to_command(input))
        structure = await reload_after(info.context, carried, load_structure)
        return StructurePayload(structure=structure, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Changes the conditions of a convention; a new rate holds from today on, or from `effectiveFrom`."
        " New days that another convention of the structure covers there are refused (DUPLICATE). For coordonnateurs"
        " of the territory and the national team."
    )
    async def convention_amend(self, info: Info, input: ConventionAmendInput) -> ConventionPayload:
        return await _answer(info, commands.ConventionAmend, await amend_values(info.context, input))

    @strawberry.mutation(
        description="Ends a convention early, with a reason. For coordonnateurs of the territory and the national team."
    )
    async def convention_terminate(self, info: Info, input: ConventionTerminateInput) -> ConventionPayload:
        return await _answer(info, commands.ConventionTerminate, await terminate_values(info.context, input))


async def _held(context: Context, values: Mapping[str, Any], first: object, last: object) -> list[UUID]:
    """Return the attested, uncertified animations of the convention that are held outside of these days."""
    bounds = {"first_day": first, "last_day": last}
    days = {name: day if isinstance(day, date) else None for name, day in bounds.items()}
    if not any(days.values()):
        return []
    await catch_up(context)
    convention_id = node_id(values["convention_id"], "conventionId")
    if await load_convention(context, convention_id) is None:
        return []
    read = await context.read()
    params = {"convention_id": convention_id, "most": _MOST_HELD, **days}
    return [row["animation_id"] for row in await read.rows(read.sql(queries.UNCERTIFIED), params)]


async def _warnings(context: Context, values: Mapping[str, Any], signed: Convention | None) -> list[str]:
    structure = None if signed is None else await load_structure_by_siret(context, check_siret(values["siret"]))
    if signed is None or structure is None:
        return []
    warnings = []
    if compared(structure.name) != compared(values["structure_name"]):
        warnings.append(
            f"Cette structure est connue sous le nom « {structure.name} » et le garde ; renommez-la, avec un"
            " motif, s'il a changé."
        )
    (signed_before,) = await conventions_of(context, [structure.structure_id])
    if len(signed_before) == 1:
        # This one opened the account: the structure may have moved, rather than be new.
        warnings += [
            f"« {relative.name} » (SIRET {relative.siret}) est de la même entreprise et a son propre compte : si elle"
            " a déménagé, changez plutôt son SIRET : le compte suit."
            for relative in await load_structures_of_siren(context, structure.siret)
        ]
    return warnings
