"""Service dossiers: the payment that a structure claims, and its progress."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.accounts.types import officials_named
from api.animations.types import Animation, load_animations
from api.core.allowed import AllowedAction, shown_actions
from api.core.context import Context, Info, read_beside
from api.core.lists.nodes import Node
from api.core.lists.paging import count_items
from api.core.reading_rights import may_be_shown
from api.core.scalars import local
from api.proof.types import finally_certified
from api.service_dossiers.agents import DossierAgent, agents_of
from api.service_dossiers.controlled import DossierControl, controls_of, in_control, refused_pieces
from api.service_dossiers.duplicate_sheets import DuplicateSheet, duplicate_sheets_of
from api.service_dossiers.missing import Missing, missing_of
from api.service_dossiers.rates import rate_and_amount, rate_of
from api.service_dossiers.sums import ServicePayment, ServiceRecovery, euros, payment_of, recoveries_of
from api.service_dossiers.warnings import ServiceWarning, warnings_of_dossier
from api.structures.types import Convention, Structure, load_conventions, structure_beside
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from domain.kernel.authors import Acts, acts_of
from domain.kernel.dossier_status import DossierStatus
from domain.service_dossiers.transitions import AmendmentStatus, allowed_actions, belongings
from projections.service_dossiers import queries

FOR_DOSSIERS = "For its structure, the coordonnateurs of its territory, the national team and auditors."


@strawberry.type(description="How many were present.")
class Figures:
    parents: int = strawberry.field(description="Parents present.")
    children: int = strawberry.field(description="Children present.")
    total: int = strawberry.field(description="Parents plus children.")


@strawberry.type(description="One animation of a dossier.")
class ServiceLine:
    animation: Animation = strawberry.field(description="The animation, as it stands today.")
    submitted: Figures | None = strawberry.field(
        description="What was submitted, and so what was certified; null before the dossier is submitted."
    )
    current: Figures = strawberry.field(description="What is attested today: other figures after an amendment.")
    submitted_sheet: str | None = strawberry.field(
        description="SHA-256 of the signed attendance sheet, as it was when the dossier was submitted."
    )
    rate: Decimal | None = strawberry.field(
        description="Euros for it, by the rate in force on its day: as submitted, before that as the convention says"
        " today."
    )


@strawberry.type(description="A piece that the convention requires, attached as a file.")
class ServicePiece:
    piece: str = strawberry.field(description="Which of the required pieces.")
    file_name: str = strawberry.field(
        description="Its name, for people; what it was called by who sent it is not kept."
    )
    media_type: str = strawberry.field(description="Its media type, found from its content.")
    size: int = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="Its SHA-256: `GET /service-dossiers/{id}/pieces/{sha256}` gives it.")
    attached_at: datetime = strawberry.field(description="When it was attached (UTC).")


@strawberry.type(description="A correction of a certified attestation, which the coordonnateur accepts or refuses.")
class ServiceAmendment:
    number: int = strawberry.field(description="Its number in the dossier, from 1.")
    animation: Animation | None = strawberry.field(description="The animation whose attestation it corrects.")
    proposed: Figures = strawberry.field(description="The figures proposed.")
    reason: str = strawberry.field(description="Why the certified figures are wrong.")
    status: AmendmentStatus = strawberry.field(description="Where it stands.")
    proposed_at: datetime = strawberry.field(description="When it was proposed (UTC).")
    decided_at: datetime | None = strawberry.field(description="When the coordonnateur decided (UTC).")
    decided_by: str | None = strawberry.field(description="Who decided.")
    refusal_reason: str | None = strawberry.field(description="Why it was refused.")
    amount_before: Decimal | None = strawberry.field(
        description="Euros due on the dossier before it was accepted. Null before, and for what was accepted when"
        " amendments left the sum as it was."
    )
    amount_after: Decimal | None = strawberry.field(
        description="Euros due afterwards: an animation to which nobody came is not paid."
    )
    to_recover: Decimal | None = strawberry.field(description="Euros that were then due back of the payment.")


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
        proposed = self.row["amendments"]
        context = read_beside(self.row.get("past"), info)
        animations = await _animations(context, [UUID(amendment["animation_id"]) for amendment in proposed])
        return [_amendment(amendment, animation) for amendment, animation in zip(proposed, animations, strict=True)]

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        if "past" in self.row:
            return []
        return shown_actions(allowed_actions(_Standing(self.row), info.context.actor))


class _Standing:
    """A row of the read model, in the shape that the table of transitions expects."""

    __slots__ = ("_row", "amount", "in_control", "refused_pieces", "status", "structure_id", "territory", "to_recover")

    def __init__(self, row: dict[str, Any]) -> None:
        self.status = DossierStatus(row["status"])
        self.structure_id: UUID = row["structure_id"]
        self.territory: str = row["territory"]
        self.amount: Decimal | None = row["amount"]
        self.to_recover: Decimal = row["to_recover"]
        self.in_control = in_control(row)
        self.refused_pieces = refused_pieces(row)
        self._row = row

    @property
    def acts(self) -> Acts:
        return acts_of(self._row["acts"])


async def _animations(context: Context, ids: Sequence[UUID]) -> list[Animation | None]:
    loaded = (
        context.together("animations", animation_id, lambda keys: load_animations(context, keys))
        for animation_id in ids
    )
    return list(await asyncio.gather(*loaded))


async def dossier_lines(context: Context, row: dict[str, Any]) -> list[ServiceLine]:
    """Return the lines of this dossier. Raises INVALID if a page of dossiers has too many in all."""
    count_items(context, len(row["animation_ids"]), "first")
    animations = await _animations(context, row["animation_ids"])
    submitted = {line["animation_id"]: line for line in row["lines"]}
    return [_line(row, animation, submitted.get(animation.id)) for animation in animations if animation is not None]


def _figures(parents: int, children: int) -> Figures:
    return Figures(parents=parents, children=children, total=parents + children)


def _line(row: dict[str, Any], animation: Animation, submitted: Mapping[str, Any] | None) -> ServiceLine:
    return ServiceLine(
        animation=animation,
        submitted=_figures(submitted["parents"], submitted["children"]) if submitted else None,
        current=_figures(animation.row["parents"], animation.row["children"]),
        submitted_sheet=submitted["sheet"] if submitted else None,
        rate=rate_of(row, str(animation.id), animation.row["day"]),
    )


def _amendment(amendment: Mapping[str, Any], animation: Animation | None) -> ServiceAmendment:
    decided_at = amendment.get("decided_at")
    return ServiceAmendment(
        number=amendment["number"],
        animation=animation,
        proposed=_figures(amendment["parents"], amendment["children"]),
        reason=amendment["reason"],
        status=AmendmentStatus(amendment["status"]),
        proposed_at=datetime.fromisoformat(amendment["proposed_at"]),
        decided_at=datetime.fromisoformat(decided_at) if decided_at else None,
        decided_by=amendment.get("decided_by"),
        refusal_reason=amendment.get("refusal_reason"),
        **{name: euros(amendment.get(name)) for name in ("amount_before", "amount_after", "to_recover")},
    )


def _piece(piece: Mapping[str, Any]) -> ServicePiece:
    return ServicePiece(**{**piece, "attached_at": datetime.fromisoformat(piece["attached_at"])})


_AS_RECORDED = ("version", "period_from", "period_until", "planned_animations", "already_certified")
_SUMS = ("to_recover", "recovered")
_REASONS = ("overrun_reason", "missing_reason", "warnings_reason", "return_reason", "withdrawal_reason")
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
    for row in await read.rows(read.sql(queries.BY_IDS), {"ids": [dossier_id]}):
        if may_be_shown(context.actor, "ServiceDossier", belongings(_Standing(row))):
            return dossier_of(row, lists)
    return None
