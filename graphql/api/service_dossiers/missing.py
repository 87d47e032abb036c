"""The proofs that a service dossier still lacks."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from api.animations.types import Animation, load_animations
from api.core.context import Context
from api.service_dossiers.rates import convention_of, in_the_making, submitted_of
from domain.kernel.allowed import AllowedAction
from domain.kernel.dossier_status import DECIDED, DossierStatus
from domain.kernel.rights import Action
from domain.service_dossiers.certification import closes_certification
from domain.service_dossiers.missing import Claimed, Lack, Lacking, lacking_proof, lacks_in_the_making
from projections.service_dossiers import queries


@strawberry.enum(description="What kind of thing is missing from a dossier.")
class MissingKind(Enum):
    GATHERING = strawberry.enum_value(
        "GATHERING", description="It was sent back: its animations have to be gathered again. Not submittable."
    )
    ANIMATIONS = strawberry.enum_value("ANIMATIONS", description="It holds no attested animation: not submittable.")
    RATE = strawberry.enum_value("RATE", description="The convention says no rate: not submittable.")
    OUTSIDE = strawberry.enum_value(
        "OUTSIDE", description="An animation was held on a day that the convention does not cover: not submittable."
    )
    PIECE = strawberry.enum_value("PIECE", description="A piece that the convention requires: not submittable.")
    SHEET = strawberry.enum_value("SHEET", description="An animation's signed attendance sheet.")
    UNATTESTED = strawberry.enum_value(
        "UNATTESTED", description="An animation of the period that is over and not attested: it is not in the dossier."
    )
    UNGATHERED = strawberry.enum_value(
        "UNGATHERED",
        description="An attested animation of the period that no dossier holds, while this one is open: gather again,"
        " or leave it for another dossier.",
    )


@strawberry.type(description="One thing that a dossier lacks.")
class Missing:
    kind: MissingKind = strawberry.field(description="What kind of thing.")
    animation: Animation | None = strawberry.field(
        description="The animation that it concerns, for SHEET, OUTSIDE, UNATTESTED, UNGATHERED, and RATE where its day"
        " has none."
    )
    piece: str | None = strawberry.field(description="The piece, for PIECE.")
    message: str = strawberry.field(description="What to do about it, in French, for a person.")


async def missing_of(context: Context, row: dict[str, Any]) -> list[Missing]:
    """Return everything that this dossier lacks; once it is certified, what it was certified without."""
    if row["status"] == DossierStatus.DISCARDED:
        return []
    animations = await _animations(context, row["animation_ids"])
    attached = {piece["piece"] for piece in row["pieces"]}
    if not in_the_making(row):
        sheets = {line["animation_id"]: bool(line["sheets"]) for line in row["lines"]}
        claimed = [_claimed(animation, sheets.get(str(animation.id), False)) for animation in animations]
        lacking = _shown(lacking_proof(row["required_pieces"], claimed, attached), animations)
        if row["status"] in DECIDED:
            return [replace(missing, message=f"Certifié sans cela. {missing.message}") for missing in lacking]
    else:
        claimed = [_claimed(animation, bool(animation.row["sheets"])) for animation in animations]
        lacking = _shown(lacks_in_the_making(convention_of(row), claimed, attached), animations)
        if row["status"] == DossierStatus.RETURNED:
            message = "Le dossier a été renvoyé : rassemblez à nouveau ses animations avant de le soumettre."
            others = [missing for missing in lacking if missing.kind is not MissingKind.ANIMATIONS]
            lacking = [_missing(MissingKind.GATHERING, message), *others]
    awaited = await context.together("awaited", row["dossier_id"], lambda ids: _awaited(context, ids))
    return [*lacking, *(_await(animation) for animation in await _animations(context, awaited))]


async def without_what_is_missing(
    context: Context, row: dict[str, Any], actions: list[AllowedAction]
) -> list[AllowedAction]:
    """Close submission and certification while something stands against them that no reason answers, and say what."""
    closed = []
    for action in actions:
        obstacles: list[str] = []
        if action == AllowedAction(Action.SERVICE_DOSSIER_SUBMIT.value, True):
            obstacles = [missing.message for missing in await missing_of(context, row) if missing.kind in _NEEDED]
        elif action == AllowedAction(Action.SERVICE_DOSSIER_CERTIFY.value, True):
            animations = await _animations(context, row["animation_ids"])
            titles = {UUID(animation.id): animation.title for animation in animations}
            obstacles = closes_certification(submitted_of(row), convention_of(row), titles)
        closed.append(replace(action, allowed=False, reason=" ".join(obstacles)) if obstacles else action)
    return closed


#: The things without which a dossier is not submitted.
_NEEDED = frozenset(MissingKind(kind.value) for kind in Lacking if kind.closes_submission)


def _claimed(animation: Animation, has_sheet: bool) -> Claimed:
    return Claimed(UUID(animation.id), animation.title, animation.row["day"], has_sheet)


def _shown(lacks: list[Lack], animations: list[Animation]) -> list[Missing]:
    by_id = {UUID(animation.id): animation for animation in animations}
    return [
        _missing(
            MissingKind(lack.kind.value),
            lack.message,
            by_id.get(lack.animation_id) if lack.animation_id else None,
            lack.piece,
        )
        for lack in lacks
    ]


def _await(animation: Animation) -> Missing:
    called = _claimed(animation, has_sheet=False).called
    if animation.row["attested"]:
        message = f"{called} est attestée, et pas dans ce dossier : rassemblez de nouveau les animations."
        return _missing(MissingKind.UNGATHERED, message, animation=animation)
    message = f"Attestation à remplir : {called}."
    return _missing(MissingKind.UNATTESTED, message, animation=animation)


def _missing(kind: MissingKind, message: str, animation: Animation | None = None, piece: str | None = None) -> Missing:
    return Missing(kind=kind, animation=animation, piece=piece, message=message)


async def _animations(context: Context, ids: list[UUID]) -> list[Animation]:
    return [animation for animation in await load_animations(context, ids) if animation is not None] if ids else []


async def _awaited(context: Context, ids: list[UUID]) -> list[list[UUID]]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.AWAITED), {"ids": ids, "now": context.now})
    return [[row["animation_id"] for row in rows if row["dossier_id"] == dossier_id] for dossier_id in ids]
