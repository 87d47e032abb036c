"""Mutations on publications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from api.core.commanding.attaching import carry_out_with_file
from api.core.commanding.commands import Carried, carry_out, reload_after
from api.core.commanding.inputs import patch_of, to_command
from api.core.commanding.payloads import Payload
from api.core.context import Info
from api.publications.inputs import (
    PublicationFileAttachInput,
    PublicationFileWithdrawInput,
    PublicationModifyInput,
    PublicationProposeInput,
    PublicationPublishInput,
    PublicationRefuseInput,
    PublicationWithdrawInput,
    with_links,
)
from api.publications.types import Publication, load_publication
from application.commanding.commands import Command
from application.files.documents import document_of
from application.publications import commands

_ABOUT_THE_CHANGE = ("publication_id", "expected_version", "idempotency_key")
_WHO = " For its structure, its coordonnateur where it is a territory's, and the national team."


@strawberry.type(description="What became of a mutation on a publication.")
class PublicationPayload(Payload):
    publication: Publication | None = strawberry.field(
        description="The publication as it now stands; null after errors, or when it cannot be read yet."
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> PublicationPayload:
    return await _payload(info, await carry_out(info.context, command, values))


async def _payload(info: Info, carried: Carried) -> PublicationPayload:
    publication = await reload_after(info.context, carried, load_publication)
    return PublicationPayload(publication=publication, position=carried.position, errors=list(carried.errors))


@strawberry.type
class PublicationMutations:
    @strawberry.mutation(
        description="Proposes news or a resource. A structure's waits for the national team; what a coordonnateur"
        " writes for their territory, or the national team for the nation, is online at once."
    )
    async def publication_propose(self, info: Info, input: PublicationProposeInput) -> PublicationPayload:
        return await _answer(info, commands.PublicationPropose, with_links(to_command(input)))

    @strawberry.mutation(
        description="Changes a publication. What was refused is submitted again; so is what is online, where its"
        " structure changes it: until it is put online again, only those who answer for it read it." + _WHO
    )
    async def publication_modify(self, info: Info, input: PublicationModifyInput) -> PublicationPayload:
        patch = with_links(patch_of(input))
        values = {name: patch.pop(name) for name in _ABOUT_THE_CHANGE if name in patch}
        return await _answer(info, commands.PublicationModify, values | {"changes": patch})

    @strawberry.mutation(
        description="Puts a publication online. For the national team, and its coordonnateur where it is a territory's."
    )
    async def publication_publish(self, info: Info, input: PublicationPublishInput) -> PublicationPayload:
        return await _answer(info, commands.PublicationPublish, to_command(input))

    @strawberry.mutation(description="Refuses a publication, with a reason. For the national team.")
    async def publication_refuse(self, info: Info, input: PublicationRefuseInput) -> PublicationPayload:
        return await _answer(info, commands.PublicationRefuse, to_command(input))

    @strawberry.mutation(description="Takes a publication down, or gives it up, with a reason: for good." + _WHO)
    async def publication_withdraw(self, info: Info, input: PublicationWithdrawInput) -> PublicationPayload:
        return await _answer(info, commands.PublicationWithdraw, to_command(input))

    @strawberry.mutation(
        description="Attaches a file to a publication, which counts as a change: see `publicationModify`." + _WHO
    )
    async def publication_file_attach(self, info: Info, input: PublicationFileAttachInput) -> PublicationPayload:
        values = to_command(input)
        return await _payload(
            info, await carry_out_with_file(info.context, commands.PublicationFileAttach, values, document_of)
        )

    @strawberry.mutation(
        description="Takes a file away from a publication, which counts as a change: see `publicationModify`." + _WHO
    )
    async def publication_file_withdraw(self, info: Info, input: PublicationFileWithdrawInput) -> PublicationPayload:
        return await _answer(info, commands.PublicationFileWithdraw, to_command(input))
