"""Sampled controls: the certified dossiers that were drawn, and the auditor's judgement of each piece."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

import strawberry

from api.animations.types import Animation, load_animations
from api.core.allowed import AllowedAction, shown_actions
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.service_dossiers.types import ServiceDossier, dossier_of
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from domain.controls.pieces import PIECE_LABELS, REASON_LABELS, PieceKind, ReasonCode, pieces_of
from domain.controls.transitions import ControlStatus, allowed_actions
from domain.kernel.actors import Actor
from domain.kernel.rights import Action, Belongings, Scope, scope_of
from projections.controls import queries
from projections.engine.paging import Filter
from projections.service_dossiers import queries as dossier_queries

FOR_CONTROLS = (
    "For auditors and the national team; a structure, and the coordonnateurs of a territory, are shown those that drew"
    " a dossier of theirs, and only these dossiers in them."
)
Row: TypeAlias = dict[str, Any]


@strawberry.type(
    description="A piece of a dossier under control. The judgement is null until the auditor has given it."
)
class ControlledPiece:
    piece: str = strawberry.field(
        description="Its name: `attestation:` or `sheet:` and an animation's id, or `piece:` and the name of a piece"
        " that the convention requires."
    )
    label: str = strawberry.field(description="What it is, in French, for a person.")
    accepted: bool | None = strawberry.field(description="Whether it was accepted.")
    reason_code: ReasonCode | None = strawberry.field(description="Why.")
    reason_label: str | None = strawberry.field(description="Why, in French, for a person.")
    comment: str | None = strawberry.field(description="What the auditor adds.")
    judged_at: datetime | None = strawberry.field(description="When it was last judged (UTC).")
    judged_by: str | None = strawberry.field(description="Who judged it.")
    answer: str | None = strawberry.field(description="What the structure last answered to its refusal.")
    answered_at: datetime | None = strawberry.field(description="When it answered (UTC).")


@strawberry.type(description="A dossier that was drawn.")
class ControlledDossier:
    dossier: ServiceDossier = strawberry.field(description="The dossier.")
    judged: strawberry.Private[Mapping[str, Row]]

    @strawberry.field(description="What is judged in it: each animation's attestation and sheet, each piece.")
    async def pieces(self, info: Info) -> list[ControlledPiece]:
        row, context = self.dossier.row, info.context
        ids = [UUID(line["animation_id"]) for line in row["lines"]]
        loaded = (
            context.together("animations", animation_id, lambda keys: load_animations(context, keys))
            for animation_id in ids
        )
        animations = {
            str(animation_id.id): animation_id
            for animation_id in await asyncio.gather(*loaded)
            if animation_id is not None
        }
        return [_piece(name, self.judged.get(name, {}), animations) for name in _pieces(row)]


@strawberry.type(
    description="A sampled control: certified dossiers drawn by lot, whose pieces an auditor accepts or refuses. "
    + FOR_CONTROLS
)
class Control(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    status: ControlStatus = strawberry.field(description="Where it stands.")
    name: str = strawberry.field(description="What the auditor calls it.")
    period_from: date = strawberry.field(description="First day of certification.")
    period_until: date = strawberry.field(description="Last day of certification, included.")
    territory: Territory | None = strawberry.field(description="The territory that it bears on; null: the country.")
    share_percent: int = strawberry.field(description="How many of a hundred dossiers were drawn, rounded up.")
    seed: str | None = strawberry.field(
        description="What the draw was made from: the root (base64) of the first checkpoint signed after the control"
        " was announced. Those dossiers are drawn that come first by the SHA-256 of the seed (UTF-8) followed by the 16"
        " bytes of the dossier's id. Null before the draw. Of older controls, what the auditor named."
    )
    checkpoint_size: int | None = strawberry.field(
        description="The size of that checkpoint: `GET /checkpoints/{size}`. Null before the draw, and for older"
        " controls."
    )
    drawn_at: datetime | None = strawberry.field(description="When the dossiers were drawn (UTC); null before.")
    population_as_of: int | None = strawberry.field(
        description="The position of the log as of which the population was folded; null for older controls."
    )
    population_size: int = strawberry.field(description="How many dossiers the draw was made among.")
    opened_at: datetime = strawberry.field(description="When it was opened (UTC).")
    opened_by: str = strawberry.field(description="The auditor who opened it.")
    conclusion: str | None = strawberry.field(description="What the auditor concluded.")
    accepted: int | None = strawberry.field(description="How many pieces were accepted in the end.")
    refused: int | None = strawberry.field(description="How many pieces were refused in the end.")
    closed_at: datetime | None = strawberry.field(description="When it was closed (UTC).")
    closed_by: str | None = strawberry.field(description="The auditor who closed it.")
    row: strawberry.Private[Row]

    @strawberry.field(
        description="The dossiers that the draw was made among, for whoever wants to draw again. For auditors and the"
        " national team; null for others."
    )
    def population(self, info: Info) -> list[strawberry.ID] | None:
        return [strawberry.ID(str(dossier_id)) for dossier_id in self.row["population"]]

    @property
    def belongings(self) -> Belongings:
        return Belongings(territories=frozenset([self.territory.code] if self.territory else []))

    @strawberry.field(description="The dossiers drawn that the asker may see, in the order of the draw.")
    async def dossiers(self, info: Info) -> list[ControlledDossier]:
        lists = await lists_of(info.context)
        drawn = await _drawn(info.context, self.row)
        return [ControlledDossier(dossier=dossier_of(row, lists), judged=judged) for row, judged in drawn]

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    async def allowed_actions(self, info: Info) -> list[AllowedAction]:
        drawn = await _drawn(info.context, self.row)
        reach = {Belongings(row["structure_id"], frozenset([row["territory"]])) for row, _ in drawn}
        unjudged = sum(len(_pieces(row)) - len(judged) for row, judged in drawn)
        refused = sum(not judgement["accepted"] for _, judged in drawn for judgement in judged.values())
        return shown_actions(allowed_actions(self, reach, unjudged, refused, info.context.actor))


def _pieces(dossier: Row) -> tuple[str, ...]:
    ids = [UUID(line["animation_id"]) for line in dossier["lines"]]
    return pieces_of(ids, [piece["piece"] for piece in dossier["pieces"]])


def _piece(name: str, judged: Row, animations: Mapping[str, Animation]) -> ControlledPiece:
    reason = ReasonCode(judged["reason_code"]) if judged else None
    fields = ("accepted", "comment", "judged_at", "judged_by", "answer", "answered_at")
    return ControlledPiece(
        piece=name,
        label=_label(name, animations),
        reason_code=reason,
        reason_label=REASON_LABELS[reason] if reason else None,
        **{key: judged.get(key) for key in fields},
    )


def _label(name: str, animations: Mapping[str, Animation]) -> str:
    kind, _, identifier = name.partition(":")
    if kind == PieceKind.PIECE:
        return f"Pièce « {identifier} »"
    animation = animations.get(identifier)
    return (
        f"{PIECE_LABELS[PieceKind(kind)]}, {animation.title} ({animation.starts_at:%d/%m/%Y})"
        if animation
        else identifier
    )


def _own(actor: Actor) -> Filter | None:
    """Return the filter of the dossiers `d` that bound what the actor sees of controls, or None if unbounded."""
    match scope_of(actor, Action.CONTROL_READ):
        case Scope.ANYWHERE:
            return None
        case Scope.OWN_STRUCTURE:
            return Filter().among("d.structure_id", "own_structures", sorted(actor.structures))
        case Scope.OWN_TERRITORY:
            return Filter().among("d.territory", "own_territories", sorted(actor.territories))
    return Filter().where("false")


def visible(actor: Actor, conditions: queries.Conditions) -> Filter:
    """Return the filter of the controls `c` that the actor may read."""
    return queries.drawing(_own(actor) or Filter(), conditions)


async def _drawn(context: Context, control: Row) -> list[tuple[Row, Mapping[str, Row]]]:
    """Return the dossiers of a control that the asker may read, in the order of the draw, each with its judgements."""
    key = (control["control_id"], tuple(control["drawn"]))
    return await context.together("drawn", key, lambda keys: _load_drawn(context, keys))


async def _load_drawn(
    context: Context, keys: Sequence[tuple[UUID, tuple[UUID, ...]]]
) -> list[list[tuple[Row, Mapping[str, Row]]]]:
    """Load the dossiers of several controls: one statement for the dossiers, one for the judgements."""
    read, own = await context.read(), _own(context.actor) or Filter()
    ids = list({dossier_id for _, drawn in keys for dossier_id in drawn})
    dossiers = read.sql(f"{dossier_queries.BY_IDS} AND {own.clause}")
    rows = {row["dossier_id"]: row for row in await read.rows(dossiers, {**own.params, "ids": ids})}
    judged: dict[tuple[UUID, UUID], dict[str, Row]] = {}
    params = {"controls": [control for control, _ in keys], "dossiers": list(rows)}
    for row in await read.rows(read.sql(queries.JUDGED), params):
        judged.setdefault((row["control_id"], row["dossier_id"]), {})[row["piece"]] = row
    return [
        [(rows[dossier_id], judged.get((control, dossier_id), {})) for dossier_id in drawn if dossier_id in rows]
        for control, drawn in keys
    ]


_AS_RECORDED = (
    *("version", "name", "period_from", "period_until", "share_percent", "seed", "opened_at", "opened_by"),
    *("checkpoint_size", "drawn_at"),
    *("conclusion", "accepted", "refused", "closed_at", "closed_by"),
)


def control_of(row: Row, lists: Lists) -> Control:
    """Return the control of a row of `queries.SOURCE`."""
    fields = {name: row[name] for name in _AS_RECORDED}
    fields |= {
        "status": ControlStatus(row["status"]),
        "territory": lists.territories[row["territory"]] if row["territory"] else None,
        "population_as_of": row["as_of"],
    }
    return Control(id=strawberry.ID(str(row["control_id"])), population_size=len(row["population"]), row=row, **fields)


async def load_control(context: Context, control_id: UUID) -> Control | None:
    """Return the control, or None if it does not exist or is not for the asker."""
    read, lists = await context.read(), await lists_of(context)
    filtered = visible(context.actor, queries.Conditions())
    rows = await read.rows(read.sql(queries.BY_ID + filtered.clause), {**filtered.params, "id": control_id})
    return control_of(rows[0], lists) if rows else None
