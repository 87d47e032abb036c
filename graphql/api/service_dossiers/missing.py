"""What a service dossier still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from api.animations.types import Animation, load_animations
from api.core.context import Context
from api.service_dossiers.rates import has_rate, in_the_making
from domain.kernel.allowed import AllowedAction
from domain.kernel.dossier_status import DECIDED, DossierStatus
from domain.kernel.rights import Action
from domain.service_dossiers.missing import missing_pieces
from projections.service_dossiers import queries


@strawberry.enum(description="What kind of thing is missing from a dossier.")
class MissingKind(Enum):
    GATHERING = strawberry.enum_value(
        "GATHERING", description="It was sent back: its animations have to be gathered again. Not submittable."
    )
    ANIMATIONS = strawberry.enum_value("ANIMATIONS", description="It holds no attested animation: not submittable.")
    RATE = strawberry.enum_value("RATE", description="The convention says no rate: not submittable.")
    PIECE = strawberry.enum_value("PIECE", description="A piece that the convention requires: not submittable.")
    SHEET = strawberry.enum_value("SHEET", description="An animation's signed attendance sheet.")
    UNATTESTED = strawberry.enum_value(
        "UNATTESTED", description="An animation of the period that is over and not attested: it is not in the dossier."
    )


@strawberry.type(description="One thing that a dossier lacks.")
class Missing:
    kind: MissingKind = strawberry.field(description="What kind of thing.")
    animation: Animation | None = strawberry.field(description="The animation that it concerns, for SHEET, UNATTESTED.")
    piece: str | None = strawberry.field(description="The piece, for PIECE.")
    message: str = strawberry.field(description="What to do about it, in French, for a person.")


async def missing_of(context: Context, row: dict[str, Any]) -> list[Missing]:
    """Return everything that this dossier lacks; once it is certified, what it was certified without."""
    animations = await _animations(context, row["animation_ids"])
    if not in_the_making(row):
        sheets = {line["animation_id"] for line in row["lines"] if not line["sheets"]}
        without = [animation for animation in animations if animation.id in sheets]
        lacking = [*_pieces(row, row["required_pieces"], not without), *_sheets(without)]
        if row["status"] in DECIDED:
            return [replace(missing, message=f"Certifié sans cela. {missing.message}") for missing in lacking]
    else:
        without = [animation for animation in animations if not animation.row["sheets"]]
        pieces = _pieces(row, row["agreed_pieces"], bool(animations) and not without)
        lacking = [*_terms(row, animations), *pieces, *_sheets(without)]
    unattested = await context.together("unattested", row["dossier_id"], lambda ids: _unattested(context, ids))
    return [*lacking, *_to_attest(await _animations(context, unattested))]


#: Without these a dossier is not submitted.
_NEEDED = (MissingKind.ANIMATIONS, MissingKind.RATE, MissingKind.PIECE)


async def without_what_is_missing(
    context: Context, row: dict[str, Any], actions: list[AllowedAction]
) -> list[AllowedAction]:
    """Return the actions, the submission closed while something that it takes is missing, with what that is."""
    open_to_submit = AllowedAction(Action.SERVICE_DOSSIER_SUBMIT.value, True)
    if open_to_submit not in actions:
        return actions
    needed = [missing.message for missing in await missing_of(context, row) if missing.kind in _NEEDED]
    closed = replace(open_to_submit, allowed=False, reason=" ".join(needed)) if needed else open_to_submit
    return [closed if action == open_to_submit else action for action in actions]


def _terms(row: dict[str, Any], animations: list[Animation]) -> list[Missing]:
    missing = []
    if row["status"] == DossierStatus.RETURNED:
        message = "Le dossier a été renvoyé : rassemblez à nouveau ses animations avant de le soumettre."
        missing.append(_missing(MissingKind.GATHERING, message))
    elif not row["animation_ids"]:
        missing.append(_missing(MissingKind.ANIMATIONS, "Le dossier ne rassemble aucune animation attestée."))
    if not has_rate(row, [animation.row["day"] for animation in animations]):
        message = "La convention ne fixe pas de montant par animation : demandez qu'elle soit amendée."
        missing.append(_missing(MissingKind.RATE, message))
    return missing


def _pieces(row: dict[str, Any], required: Sequence[str], all_sheets: bool) -> list[Missing]:
    absent = missing_pieces(required, {piece["piece"] for piece in row["pieces"]}, all_sheets)
    return [_missing(MissingKind.PIECE, f"Pièce à joindre : « {piece} ».", piece=piece) for piece in absent]


def _sheets(animations: list[Animation]) -> list[Missing]:
    return [
        _missing(
            MissingKind.SHEET, f"Feuille d'émargement signée à joindre : « {animation.title} ».", animation=animation
        )
        for animation in animations
    ]


def _to_attest(unattested: list[Animation]) -> list[Missing]:
    return [
        _missing(MissingKind.UNATTESTED, f"Attestation à remplir : « {animation.title} ».", animation=animation)
        for animation in unattested
    ]


def _missing(kind: MissingKind, message: str, animation: Animation | None = None, piece: str | None = None) -> Missing:
    return Missing(kind=kind, animation=animation, piece=piece, message=message)


async def _animations(context: Context, ids: list[UUID]) -> list[Animation]:
    return [animation for animation in await load_animations(context, ids) if animation is not None] if ids else []


async def _unattested(context: Context, ids: list[UUID]) -> list[list[UUID]]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.UNATTESTED), {"ids": ids, "now": context.now})
    return [[row["animation_id"] for row in rows if row["dossier_id"] == dossier_id] for dossier_id in ids]
