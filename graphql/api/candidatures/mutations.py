"""Mutations on candidatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry
from psycopg.types.json import Jsonb

from api.candidatures.inputs import (
    CandidatureCorrectAccompanimentInput,
    CandidatureGiveOpinionInput,
    CandidatureIssueCertificateInput,
    CandidatureRecordAccompanimentInput,
    CandidatureRecordContactInput,
    CandidatureRecordPixInput,
    CandidatureRecordTrainingInput,
    CandidatureRejectInput,
    CandidatureRequestCertificateInput,
    CandidatureSubmitInput,
    CandidatureValidateInput,
    CandidatureWithdrawInput,
)
from api.candidatures.types import Candidature, load_candidature, load_held_candidature
from api.core.commanding.commands import Load, carry_out, reload_after
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from application import candidatures as commands
from application.commanding.commands import Command
from domain.kernel.identifiers import check_uai
from domain.kernel.people import comparison_form, name_comparison_form, phone_comparison_form
from projections.accounts import queries as accounts
from projections.candidatures import queries as candidatures


@strawberry.type(description="What became of a mutation on a candidature.")
class CandidaturePayload(Payload):
    candidature: Candidature | None = strawberry.field(
        description="The candidature as it now stands; null after errors, or when it cannot be read yet."
    )
    link: str | None = strawberry.field(
        description="Of `candidatureSubmit` only: follows the candidature and withdraws it; whoever holds it may. Told"
        " here and by e-mail only."
    )


async def _answer(
    info: Info, command: type[Command], values: Mapping[str, Any], load: Load[Candidature] = load_candidature
) -> CandidaturePayload:
    carried = await carry_out(info.context, command, values)
    candidature = await reload_after(info.context, carried, load)
    return CandidaturePayload(
        candidature=candidature, link=None, position=carried.position, errors=list(carried.errors)
    )


async def _by_candidate(info: Info, command: type[Command], values: Mapping[str, Any]) -> CandidaturePayload:
    """Carry out a mutation of the candidate, signed in or by the link, whose holder may read the candidature."""
    return await _answer(info, command, values, load_held_candidature if "link" in values else load_candidature)


async def _around(context: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the roles of the people who are bound to the school, and the asker's candidatures that stand for it.

    Nothing where it is no UAI.
    """
    try:
        uai = check_uai(str(values.get("school_uai")))
    except ValueError:
        return {}
    read = await context.read()
    rows = await read.rows(read.sql(accounts.STAFF_OF), {"holding": Jsonb([{"schools": [uai]}]), "school": uai})
    standing = await read.rows(read.sql(candidatures.STANDING), {"school": uai})
    # The command records on another connection.
    await context.refresh()
    person, mailbox, telephone = context.actor.person_id, _mailbox(values), _telephone_and_name(values)
    earlier = [
        row["candidature_id"]
        for row in standing
        if _mailbox(row) == mailbox
        or (telephone is not None and _telephone_and_name(row) == telephone)
        or (person is not None and row["person_id"] == person)
    ]
    return {"staff": [row["role"] for row in rows], "earlier": earlier}


def _mailbox(values: Mapping[str, Any]) -> str:
    return comparison_form(str(values.get("email") or ""))


def _telephone_and_name(values: Mapping[str, Any]) -> tuple[str, Sequence[str]] | None:
    """Return a number and the words of a name, in whichever field they were typed; None without a number.

    Families share a telephone: the number alone is nobody's.
    """
    number = phone_comparison_form(str(values.get("phone") or ""))
    name = name_comparison_form(str(values.get("first_name") or ""), str(values.get("last_name") or ""))
    return (number, sorted(name.split())) if number and name else None


@strawberry.type
class CandidatureMutations:
    @strawberry.mutation(description="Volunteers as a Parent Ressource for one school. For parents, signed in or not.")
    async def candidature_submit(self, info: Info, input: CandidatureSubmitInput) -> CandidaturePayload:
        # The candidate may read the candidature that they have just submitted.
        values = to_command(input)
        around = await _around(info.context, values)
        carried = await carry_out(info.context, commands.CandidatureSubmit, values | around)
        candidature = await reload_after(info.context, carried, load_held_candidature)
        links, candidature_id = info.context.services.application.links, carried.subject_id
        return CandidaturePayload(
            candidature=candidature,
            link=None if candidature_id is None else links.link(commands.PURPOSE, candidature_id),
            position=carried.position,
            errors=list(carried.errors),
        )

    @strawberry.mutation(
        description="Gives the director's opinion on a candidature of the first degree. For the director of the school."
    )
    async def candidature_give_opinion(self, info: Info, input: CandidatureGiveOpinionInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureGiveOpinion, to_command(input))

    @strawberry.mutation(
        description="Validates a candidature; the coordonnateur is informed."
        " First degree: for the inspector, after the opinion; second degree: for the head of the school."
    )
    async def candidature_validate(self, info: Info, input: CandidatureValidateInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureValidate, to_command(input))

    @strawberry.mutation(
        description="Rejects a candidature, with a reason."
        " For who would validate it: the inspector or the head of the school; and for the national team."
    )
    async def candidature_reject(self, info: Info, input: CandidatureRejectInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureReject, to_command(input))

    @strawberry.mutation(
        description="Takes a candidature back. For the parent who is signed in, in whatever role, or holds the"
        " candidature's link, and on their behalf the coordonnateur and national team."
    )
    async def candidature_withdraw(self, info: Info, input: CandidatureWithdrawInput) -> CandidaturePayload:
        return await _by_candidate(info, commands.CandidatureWithdraw, to_command(input))

    @strawberry.mutation(
        description="Records that contact was made with a volunteer. For the coordonnateur of the territory."
    )
    async def candidature_record_contact(self, info: Info, input: CandidatureRecordContactInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureRecordContact, to_command(input))

    @strawberry.mutation(
        description="Records a training that a volunteer followed. For the coordonnateur of the territory."
    )
    async def candidature_record_training(
        self, info: Info, input: CandidatureRecordTrainingInput
    ) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureRecordTraining, to_command(input))

    @strawberry.mutation(
        description="Records how many parents a volunteer helped on a day, in one of the missions; nobody is named. For"
        " the parent who is signed in, in whatever role, or holds the candidature's link, and the coordonnateur of the"
        " territory."
    )
    async def candidature_record_accompaniment(
        self, info: Info, input: CandidatureRecordAccompanimentInput
    ) -> CandidaturePayload:
        return await _by_candidate(info, commands.CandidatureRecordAccompaniment, to_command(input))

    @strawberry.mutation(
        description="Corrects a record of help, with a reason; figures follow, and history keeps what was noted first."
        " For the parent who is signed in, in whatever role, or holds the candidature's link, and the coordonnateur of"
        " the territory."
    )
    async def candidature_correct_accompaniment(
        self, info: Info, input: CandidatureCorrectAccompanimentInput
    ) -> CandidaturePayload:
        return await _by_candidate(info, commands.CandidatureCorrectAccompaniment, to_command(input))

    @strawberry.mutation(
        description="Records that a volunteer passed the Pix certification. For the coordonnateur of the territory."
    )
    async def candidature_record_pix(self, info: Info, input: CandidatureRecordPixInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureRecordPix, to_command(input))

    @strawberry.mutation(
        description="Asks for a certificate of volunteering. For the parent who is signed in, in whatever role, or"
        " holds the candidature's link."
    )
    async def candidature_request_certificate(
        self, info: Info, input: CandidatureRequestCertificateInput
    ) -> CandidaturePayload:
        return await _by_candidate(info, commands.CandidatureRequestCertificate, to_command(input))

    @strawberry.mutation(
        description="Issues the certificate of volunteering that was asked for. For the coordonnateur of the territory."
    )
    async def candidature_issue_certificate(
        self, info: Info, input: CandidatureIssueCertificateInput
    ) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureIssueCertificate, to_command(input))
