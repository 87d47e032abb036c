"""Mutations on strategies: written, validated, their target schools imported, documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry
from strawberry.file_uploads import Upload

from api.core.commanding.attaching import FILE_DESCRIPTION, carry_out_with_file
from api.core.commanding.commands import Carried, carry_out, reload_after
from api.core.commanding.inputs import Repeatable, Versioned, reference, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Info
from api.strategies.importing import StrategySchoolsImportInput, StrategySchoolsImportPayload, import_schools
from api.strategies.types import Strategy, load_strategy
from application.commanding.commands import Command
from application.files.documents import shared_scan_of
from application.strategies import commands

_WHO = " For the coordonnateur of the territory and the national team."


@strawberry.input(description="An objective, with its figure.")
class StrategyObjectiveInput:
    label: str | None = value_of("What is aimed at, in French; 200 characters at most. Mandatory.")
    target: float | None = value_of("The figure that is aimed at. Mandatory.")


@strawberry.input(description="An organisation that has to validate the strategy; never a person.")
class StrategyStakeholderInput:
    name: str | None = value_of("Its name. Mandatory.")
    kind: str | None = value_of("What it is, in French: académie, collectivité, association… Mandatory.")


@strawberry.input(description="A new version of a territory's strategy, whole.")
class StrategyWriteInput(Repeatable):
    territory: str | None = value_of("The department's code. Mandatory.")
    diagnosis: str | None = value_of("The diagnosis that it starts from; 5,000 characters at most. Mandatory.")
    objectives: list[StrategyObjectiveInput] | None = value_of("1 to 30. Mandatory.")
    target_schools: list[str] | None = value_of(
        "The UAIs of the schools that it targets, of the territory, 3,000 at most. `strategySchoolsImport` adds those"
        " of a table, with the names and communes of schools that nobody knows yet."
    )
    written_on: date | None = value_of(
        "Of which day the text is; today when left out. No stakeholder has validated it before."
    )
    stakeholders: list[StrategyStakeholderInput] | None = value_of("Who has to validate it: 1 to 50. Mandatory.")


@strawberry.input
class StrategyChangeInput(Versioned):
    """An input on an existing version; used by other inputs only."""

    strategy_id: strawberry.ID = reference("The version of the strategy.")


@strawberry.input(description="A stakeholder's validation, as it was given.")
class StrategyValidateInput(StrategyChangeInput):
    stakeholder: str | None = value_of("The stakeholder's name, as the strategy has it, in any spelling. Mandatory.")
    on: date | None = value_of("The day on which it did so: neither before it was written nor to come. Mandatory.")


@strawberry.input(description="A document of the strategy.")
class StrategyDocumentAttachInput(StrategyChangeInput):
    heading: str | None = value_of("What it is, in French; 200 characters at most. Mandatory.")
    file: Upload = reference(FILE_DESCRIPTION + " What it notes of people is taken out of it.")


@strawberry.input(description="A document that is no longer one of the strategy.")
class StrategyDocumentWithdrawInput(StrategyChangeInput):
    sha256: str | None = value_of("The document's digest, as `documents` tells it. Mandatory.")
    reason: str | None = value_of("Why, in words. Mandatory.")


@strawberry.type(description="What became of a mutation on a strategy.")
class StrategyPayload(Payload):
    strategy: Strategy | None = strawberry.field(
        description="The version as it now stands; null after errors, or when it cannot be read yet."
    )


async def _payload(info: Info, carried: Carried) -> StrategyPayload:
    strategy = await reload_after(info.context, carried, load_strategy)
    return StrategyPayload(strategy=strategy, position=carried.position, errors=list(carried.errors))


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> StrategyPayload:
    return await _payload(info, await carry_out(info.context, command, values))


@strawberry.type
class StrategyMutations:
    @strawberry.mutation(
        description="Writes a version of a territory's strategy. It takes the place of the version before, adopted or"
        " not, and every stakeholder is asked to validate it." + _WHO
    )
    async def strategy_write(self, info: Info, input: StrategyWriteInput) -> StrategyPayload:
        values = to_command(input)
        for name in ("objectives", "stakeholders"):
            if name in values:
                values[name] = [to_command(part) for part in values[name]]
        return await _answer(info, commands.StrategyWrite, values)

    @strawberry.mutation(
        description="Adds the schools of a table to those that the strategy targets: that is a new version of it, with"
        " all else as it was, which every stakeholder validates anew. All rows or none; what is targeted already is"
        " passed over." + _WHO
    )
    async def strategy_schools_import(
        self, info: Info, input: StrategySchoolsImportInput
    ) -> StrategySchoolsImportPayload:
        return await import_schools(info.context, to_command(input))

    @strawberry.mutation(
        description="Records that a stakeholder validated this version; the last validation adopts it." + _WHO
    )
    async def strategy_validate(self, info: Info, input: StrategyValidateInput) -> StrategyPayload:
        return await _answer(info, commands.StrategyValidate, to_command(input))

    @strawberry.mutation(description="Attaches a document to the strategy, 10 at most." + _WHO)
    async def strategy_document_attach(self, info: Info, input: StrategyDocumentAttachInput) -> StrategyPayload:
        return await _payload(
            info,
            await carry_out_with_file(info.context, commands.StrategyDocumentAttach, to_command(input), shared_scan_of),
        )

    @strawberry.mutation(description="Withdraws a document from the strategy." + _WHO)
    async def strategy_document_withdraw(self, info: Info, input: StrategyDocumentWithdrawInput) -> StrategyPayload:
        return await _answer(info, commands.StrategyDocumentWithdraw, to_command(input))
