"""Mutations on service dossiers and their amendments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from api.core.commanding.attaching import carry_out_with_file
from api.core.commanding.commands import Carried, carry_out, catch_up, reload_after
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.core.lists.checks import node_id
from api.service_dossiers.inputs import (
    CertificationWithdrawInput,
    ServiceAmendmentAcceptInput,
    ServiceAmendmentProposeInput,
    ServiceAmendmentRefuseInput,
    ServiceDossierCertifyInput,
    ServiceDossierDiscardInput,
    ServiceDossierGatherInput,
    ServiceDossierOpenInput,
    ServiceDossierReturnInput,
    ServiceDossierSubmitInput,
    ServicePaymentRecordInput,
    ServicePieceAttachInput,
    ServicePieceWithdrawInput,
    ServiceRecoveryRecordInput,
)
from api.service_dossiers.types import ServiceDossier, load_dossier
from api.service_dossiers.warnings import resembling
from application.commanding.commands import Command
from application.service_dossiers import amendments, commands, discarding, withdrawal
from domain.service_dossiers.gathering import MOST_ANIMATIONS
from domain.service_dossiers.payment import reference_key
from projections.service_dossiers import queries


@strawberry.type(description="What became of a mutation on a service dossier.")
class ServiceDossierPayload(Payload):
    dossier: ServiceDossier | None = strawberry.field(
        description="The dossier as it now stands; null after errors, or when it cannot be read yet."
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> ServiceDossierPayload:
    return await _payload(info, await carry_out(info.context, command, values))


async def _payload(info: Info, carried: Carried) -> ServiceDossierPayload:
    dossier = await reload_after(info.context, carried, load_dossier)
    return ServiceDossierPayload(dossier=dossier, position=carried.position, errors=list(carried.errors))


async def _gatherable(context: Context, convention_id: UUID, period_from: date, period_until: date) -> list[UUID]:
    """Return the animations that a dossier of this convention and period may gather, up to date with the log."""
    await catch_up(context)
    read = await context.read()
    period = {"convention_id": convention_id, "period_from": period_from, "period_until": period_until}
    rows = await read.rows(read.sql(queries.GATHERABLE), {**period, "most": MOST_ANIMATIONS})
    return [row["animation_id"] for row in rows]


async def _proposed_to_open(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    """Return the animations to propose; none for an unreadable period, which the command reports."""
    start, end = values.get("period_from"), values.get("period_until")
    if "animation_ids" in values or not isinstance(start, date) or not isinstance(end, date):
        return []
    return await _gatherable(context, node_id(values["convention_id"], "conventionId"), start, end)


async def _proposed_to_gather(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    dossier = await load_dossier(context, node_id(values["dossier_id"], "dossierId"))
    if "animation_ids" in values or dossier is None:
        return []
    return await _gatherable(context, dossier.row["convention_id"], dossier.period_from, dossier.period_until)


async def _resembling(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    """Return animations that those of the dossier may be like, for the command to compare as the log has them."""
    await catch_up(context)
    dossier = await load_dossier(context, node_id(values["dossier_id"], "dossierId"))
    if dossier is None:
        return []
    return [row["animation_id"] for row in await resembling(context, dossier.row["animation_ids"])]


async def _of_same_reference(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    reference = values.get("reference")
    await catch_up(context)
    if (
        not isinstance(reference, str)
        or "\0" in reference
        or not await load_dossier(context, node_id(values["dossier_id"], "dossierId"))
    ):
        return []
    read = await context.read()
    rows = await read.rows(read.sql(queries.PAID_BY_REFERENCE), {"key": reference_key(reference.strip())})
    return [row["dossier_id"] for row in rows]


async def certify_values(context: Context, input: ServiceDossierCertifyInput) -> dict[str, Any]:
    """Return the values of the command, with the animations that those of the dossier may be like."""
    values = to_command(input)
    return values | {"resembling": await _resembling(context, values)}


async def payment_values(context: Context, input: ServicePaymentRecordInput) -> dict[str, Any]:
    """Return the values of the command, with the dossiers that the same reference may have paid."""
    values = to_command(input)
    return values | {"of_same_reference": await _of_same_reference(context, values)}


@strawberry.type
class ServiceDossierMutations:
    @strawberry.mutation(
        description="Opens a dossier and gathers its animations: each can be in one dossier only that was not sent"
        " back. For the structure."
    )
    async def service_dossier_open(self, info: Info, input: ServiceDossierOpenInput) -> ServiceDossierPayload:
        values = to_command(input)
        proposed = await _proposed_to_open(info.context, values)
        return await _answer(info, commands.ServiceDossierOpen, values | {"gatherable": proposed})

    @strawberry.mutation(
        description="Gathers the dossier's animations anew, before it is submitted or after it was sent back. For its"
        " structure."
    )
    async def service_dossier_gather(self, info: Info, input: ServiceDossierGatherInput) -> ServiceDossierPayload:
        values = to_command(input)
        proposed = await _proposed_to_gather(info.context, values)
        return await _answer(info, commands.ServiceDossierGather, values | {"gatherable": proposed})

    @strawberry.mutation(
        description="Gives up a dossier that was opened by mistake and never submitted, with a reason: its animations"
        " are free for another, and history keeps it. For its structure."
    )
    async def service_dossier_discard(self, info: Info, input: ServiceDossierDiscardInput) -> ServiceDossierPayload:
        return await _answer(info, discarding.ServiceDossierDiscard, to_command(input))

    @strawberry.mutation(
        description="Attaches a file of a piece that the convention requires for payment: a further one, or in the"
        " place of another; history keeps both. For the dossier's structure."
    )
    async def service_piece_attach(self, info: Info, input: ServicePieceAttachInput) -> ServiceDossierPayload:
        return await _payload(
            info, await carry_out_with_file(info.context, commands.ServicePieceAttach, to_command(input))
        )

    @strawberry.mutation(
        description="Withdraws a file of a piece that was attached by mistake, until the dossier is submitted; history"
        " keeps it. For its structure."
    )
    async def service_piece_withdraw(self, info: Info, input: ServicePieceWithdrawInput) -> ServiceDossierPayload:
        return await _answer(info, commands.ServicePieceWithdraw, to_command(input))

    @strawberry.mutation(
        description="Submits the dossier as it stands to the coordonnateur. Refused while a required piece is missing:"
        " see `missing`. For its structure."
    )
    async def service_dossier_submit(self, info: Info, input: ServiceDossierSubmitInput) -> ServiceDossierPayload:
        return await _answer(info, commands.ServiceDossierSubmit, to_command(input))

    @strawberry.mutation(
        description="Certifies that the service is done: the amount is due. What is missing, and what `warnings` say,"
        " is answered with a reason. For coordonnateurs of the territory, and never for who submitted it."
    )
    async def service_dossier_certify(self, info: Info, input: ServiceDossierCertifyInput) -> ServiceDossierPayload:
        return await _answer(info, commands.ServiceDossierCertify, await certify_values(info.context, input))

    @strawberry.mutation(
        description="Sends a submitted dossier back, with a reason: its animations are free for a dossier again. For"
        " coordonnateurs of the territory."
    )
    async def service_dossier_return(self, info: Info, input: ServiceDossierReturnInput) -> ServiceDossierPayload:
        return await _answer(info, commands.ServiceDossierReturn, to_command(input))

    @strawberry.mutation(
        description="Records that the certified amount was paid. For coordonnateurs of the territory and the national"
        " team."
    )
    async def service_payment_record(self, info: Info, input: ServicePaymentRecordInput) -> ServiceDossierPayload:
        return await _answer(info, commands.ServicePaymentRecord, await payment_values(info.context, input))

    @strawberry.mutation(
        description="Withdraws a certification, with a reason. Before payment the dossier is submitted again: to be"
        " sent back, or certified anew. After payment, what was paid is `toRecover`. For coordonnateurs of the"
        " territory and the national team."
    )
    async def certification_withdraw(self, info: Info, input: CertificationWithdrawInput) -> ServiceDossierPayload:
        return await _answer(info, withdrawal.CertificationWithdraw, to_command(input))

    @strawberry.mutation(
        description="Records that a part, or all, of `toRecover` came back. Once all has after a withdrawal, the"
        " dossier's animations are free for another one. For coordonnateurs of the territory and the national team."
    )
    async def service_recovery_record(self, info: Info, input: ServiceRecoveryRecordInput) -> ServiceDossierPayload:
        return await _answer(info, withdrawal.ServiceRecoveryRecord, to_command(input))

    @strawberry.mutation(
        description="Proposes other figures for an attestation that is certified. For the dossier's structure."
    )
    async def service_amendment_propose(self, info: Info, input: ServiceAmendmentProposeInput) -> ServiceDossierPayload:
        return await _answer(info, amendments.ServiceAmendmentPropose, to_command(input))

    @strawberry.mutation(
        description="Accepts an amendment: the attestation is corrected, the dossier shows both figures and what"
        " becomes of the sum: an animation to which nobody came is not paid. For"
        " coordonnateurs of the territory."
    )
    async def service_amendment_accept(self, info: Info, input: ServiceAmendmentAcceptInput) -> ServiceDossierPayload:
        return await _answer(info, amendments.ServiceAmendmentAccept, to_command(input))

    @strawberry.mutation(
        description="Refuses an amendment, with a reason: what was certified stands. For coordonnateurs of the"
        " territory."
    )
    async def service_amendment_refuse(self, info: Info, input: ServiceAmendmentRefuseInput) -> ServiceDossierPayload:
        return await _answer(info, amendments.ServiceAmendmentRefuse, to_command(input))
