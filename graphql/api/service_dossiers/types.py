"""Service dossiers: the payment that a structure claims, and its progress."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.accounts.types import officials_named
from api.core.allowed import AllowedAction, shown_actions
from api.core.context import Context, Info, read_beside
from api.core.lists.nodes import Node
from api.core.reading_rights import may_be_shown
from api.core.scalars import local
from api.proof.types import finally_certified
from api.service_dossiers.agents import DossierAgent, agents_of
from api.service_dossiers.controlled import DossierControl, controls_of, in_control, refused_pieces
from api.service_dossiers.duplicate_sheets import DuplicateSheet, duplicate_sheets_of
from api.service_dossiers.lines import ServiceAmendment, ServiceLine, dossier_amendments, dossier_lines
from api.service_dossiers.missing import Missing, missing_of, without_what_is_missing
from api.service_dossiers.rates import rate_and_amount
from api.service_dossiers.sums import ServicePayment, ServiceRecovery, payment_of, recoveries_of
from api.service_dossiers.warnings import ServiceWarning, warnings_of_dossier
from api.structures.convention import Convention, load_conventions
from api.structures.types import Structure, structure_beside
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from domain.kernel.authors import Acts, acts_of, joined
from domain.kernel.dossier_status import DossierStatus
from domain.service_dossiers.four_eyes import DECISIONS
from domain.service_dossiers.transitions import allowed_actions, belongings
from projections.service_dossiers import queries

FOR_DOSSIERS = "For its structure, the coordonnateurs of its territory, the national team and auditors."


@strawberry.type(description="A file of a piece that the convention requires; a piece may have several.")
class ServicePiece:
    piece: str = strawberry.field(description="Which of the required pieces.")
    file_name: str = strawberry.field(
        description="Its name, for people; what it was called by who sent it is not kept."
    )
    media_type: str = strawberry.field(description="Its media type, found from its content.")
    size: int = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="Its SHA-256: `GET /service-dossiers/{id}/pieces/{sha256}` gives it.")
    attached_at: datetime = strawberry.field(description="When it was attached (UTC).")


@strawberry.type(
    description="The proof of service of one structure, under one convention, for one period: its attested animations,"
    " their sheets, the pieces required, and the amount due. " + FOR_DOSSIERS
)
class ServiceDossier(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    status: DossierStatus = strawberry.field(description="Where it stands.")
    structure: Structure = strawberry.field(description="Who asks to be paid.")
    territory: Territory = strawberry.field(description="Where the animations took place.")
    period_from: date = strawberry.field(description="First day of the period, in the territory.")
    period_until: date = strawberry.field(description="Last day of the period, included.")
    animation_count: int = strawberry.field(description="How many animations it holds.")
    planned_animations: int | None = strawberry.field(description="What the convention planned, when last looked at.")
    already_certified: int | None = strawberry.field(
        description="Animations of the convention that were certified before this dossier was."
    )
    overrun_reason: str | None = strawberry.field(description="Why more was certified than planned.")
    missing_reason: str | None = strawberry.field(description="Why it was certified without what is `missing`.")
    warnings_reason: str | None = strawberry.field(description="What was answered to `warnings` when it was certified.")
    pieces: list[ServicePiece] = strawberry.field(description="The pieces attached.")
    opened_at: datetime = strawberry.field(description="When it was opened (local time).")
    submitted_at: datetime | None = strawberry.field(description="When it was last submitted (local time).")
    submitted_by: str | None = strawberry.field(description="Who submitted it.")
    returned_at: datetime | None = strawberry.field(description="When it was last sent back (local time).")
    return_reason: str | None = strawberry.field(description="Why it was last sent back.")
    discard_reason: str | None = strawberry.field(description="Why it was given up.")
    certified_at: datetime | None = strawberry.field(description="When the service was certified (local time).")
    certified_by: str | None = strawberry.field(
        description="The coordonnateur who certified it: by the name of their token, or by function and account."
    )
    withdrawn_at: datetime | None = strawberry.field(
        description="When its certification was last withdrawn (local time)."
    )
    withdrawn_by: str | None = strawberry.field(description="Who withdrew it.")
    withdrawal_reason: str | None = strawberry.field(description="Why it was withdrawn.")
    payment: ServicePayment | None = strawberry.field(description="Its payment, once recorded.")
    to_recover: Decimal = strawberry.field(description="Euros that are still due back of what was paid.")
    recovered: Decimal = strawberry.field(description="Euros that came back, in all.")
    recoveries: list[ServiceRecovery] = strawberry.field(description="What came back, as recorded.")
    controls: list[DossierControl] = strawberry.field(description="The sampled controls that drew it.")
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field(
        description="Who that coordonnateur is, as their token calls them, also where they acted by a mandate. Null"
        " before, and once that is erased."
    )
    async def certified_by_name(self, info: Info) -> str | None:
        if self.certified_by is None:
            return None
        context = read_beside(self.row.get("past"), info)
        return await context.together("officials", self.certified_by, lambda names: officials_named(context, names))

    @strawberry.field(description="Who did what in it, in order: the function and name of each agent.")
    async def agents(self, info: Info) -> list[DossierAgent]:
        context, live = read_beside(self.row.get("past"), info), info.context
        return await context.together(
            "agents of dossiers", self.row["dossier_id"], lambda ids: agents_of(context, live, ids)
        )

    @strawberry.field(description="The convention that it stands under.")
    async def convention(self, info: Info) -> Convention | None:
        context = read_beside(self.row.get("past"), info)
        return await context.together(
            "conventions by id", self.row["convention_id"], lambda ids: load_conventions(context, ids)
        )

    @strawberry.field(description="Its animations, in the order of the dossier.")
    async def lines(self, info: Info) -> list[ServiceLine]:
        return await dossier_lines(read_beside(self.row.get("past"), info), self.row)

    @strawberry.field(
        description="Euros for one animation: as submitted, before that as the convention says today; null where they"
        " differ, see `lines`."
    )
    async def rate_per_animation(self, info: Info) -> Decimal | None:
        return (await rate_and_amount(read_beside(self.row.get("past"), info), self.row))[0]

    @strawberry.field(
        description="Euros due: the sum of the lines, each at its rate, without those to which, by an accepted"
        " amendment, nobody came. Certified once the status is CERTIFIED; nothing after WITHDRAWN."
    )
    async def amount(self, info: Info) -> Decimal | None:
        return (await rate_and_amount(read_beside(self.row.get("past"), info), self.row))[1]

    @strawberry.field(
        description="What is unusual in it. For it to be certified, the coordonnateur answers them in a"
        " `warningsReason`; then it is what they answered."
    )
    async def warnings(self, info: Info) -> list[ServiceWarning]:
        return await warnings_of_dossier(read_beside(self.row.get("past"), info), self.row)

    @strawberry.field(
        description="What is still missing for it to be certified without a `missingReason`, and what keeps it from"
        " submission; once it is certified, what it was certified without."
    )
    async def missing(self, info: Info) -> list[Missing]:
        return await missing_of(read_beside(self.row.get("past"), info), self.row)

    @strawberry.field(
        description="Scans that were attached to several animations of the structure: to be looked into before the"
        " service is certified."
    )
    async def duplicate_sheets(self, info: Info) -> list[DuplicateSheet]:
        return await duplicate_sheets_of(read_beside(self.row.get("past"), info), self.row)

    @strawberry.field(
        description="Whether its certification is final: the quorum of witnesses has cosigned a checkpoint that covers"
        " it. Null while it is not certified, and where no witnesses are asked."
    )
    async def certification_final(self, info: Info) -> bool | None:
        if self.certified_by is None or self.row.get("past"):
            return None
        context = info.context
        return await context.together(
            "final certifications", self.row["dossier_id"], lambda ids: finally_certified(context, ids)
        )

    @strawberry.field(description="Corrections of what was certified, in their order.")
    async def amendments(self, info: Info) -> list[ServiceAmendment]:
        return await dossier_amendments(read_beside(self.row.get("past"), info), self.row)

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    async def allowed_actions(self, info: Info) -> list[AllowedAction]:
        if "past" in self.row:
            return []
        context = info.context
        actions = allowed_actions(_Standing(self.row), context.actor)
        if any(action.allowed and action.action in DECISIONS for action in actions):
            attested = await context.together("attesters", self.row["dossier_id"], lambda ids: _attesters(context, ids))
            actions = allowed_actions(_Standing(self.row, attested), context.actor)
        return shown_actions(await without_what_is_missing(info.context, self.row, actions))


class _Standing:
    """A row of the read model, in the shape that the table of transitions expects."""

    __slots__ = (
        "acts",
        "amendments_to_decide",
        "amount",
        "in_control",
        "refused_pieces",
        "status",
        "structure_id",
        "submitted_by",
        "territory",
        "to_recover",
    )

    def __init__(self, row: dict[str, Any], attested: Acts | None = None) -> None:
        self.acts = joined(acts_of(row["acts"]), attested or {})
        self.status = DossierStatus(row["status"])
        self.structure_id: UUID = row["structure_id"]
        self.territory: str = row["territory"]
        self.submitted_by: str | None = row["submitted_by"]
        self.amount: Decimal | None = row["amount"]
        self.to_recover: Decimal = row["to_recover"]
        self.in_control = in_control(row)
        self.refused_pieces = refused_pieces(row)
        self.amendments_to_decide: int = row["amendments_to_decide"]


async def _attesters(context: Context, ids: list[UUID]) -> list[Acts]:
    read = await context.read()
    acts: dict[UUID, list[dict[str, Any]]] = {dossier_id: [] for dossier_id in ids}
    for row in await read.rows(read.sql(queries.ATTESTERS), {"ids": ids}):
        acts[row["dossier_id"]] += row["acts"]
    return [acts_of(acts[dossier_id]) for dossier_id in ids]


def _piece(piece: Mapping[str, Any]) -> ServicePiece:
    return ServicePiece(**{**piece, "attached_at": datetime.fromisoformat(piece["attached_at"])})


_AS_RECORDED = ("version", "period_from", "period_until", "planned_animations", "already_certified")
_SUMS = ("to_recover", "recovered")
_REASONS = (
    *("overrun_reason", "missing_reason", "warnings_reason", "return_reason", "discard_reason"),
    "withdrawal_reason",
)
_WHO = ("submitted_by", "certified_by", "withdrawn_by")
_WHEN = ("opened_at", "submitted_at", "returned_at", "certified_at", "withdrawn_at")


def dossier_of(row: dict[str, Any], lists: Lists) -> ServiceDossier:
    """Return the dossier of a row of `queries.SOURCE`."""
    territory = lists.territories[row["territory"]]
    fields: dict[str, Any] = {name: row[name] for name in (*_AS_RECORDED, *_SUMS, *_REASONS, *_WHO)}
    fields |= {name: local(row[name], territory.time_zone) if row[name] else None for name in _WHEN}
    return ServiceDossier(
        id=strawberry.ID(str(row["dossier_id"])),
        status=DossierStatus(row["status"]),
        structure=structure_beside(row),
        territory=territory,
        animation_count=len(row["animation_ids"]),
        pieces=[_piece(fields) for fields in row["pieces"]],
        payment=payment_of(row),
        recoveries=recoveries_of(row),
        controls=controls_of(row),
        row=row,
        **fields,
    )


async def load_dossier(context: Context, dossier_id: UUID) -> ServiceDossier | None:
    """Return the dossier, or None if it does not exist or is not for the asker."""
    read, lists = await context.read(), await lists_of(context)
    for row in await read.of_ids(queries.BY_IDS, [dossier_id]):
        if may_be_shown(context.actor, "ServiceDossier", belongings(_Standing(row))):
            return dossier_of(row, lists)
    return None
