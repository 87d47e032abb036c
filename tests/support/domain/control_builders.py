"""Sampled controls with sensible values: among the dossiers certified in April 2027."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.catalogue import SERVICE_DOSSIER
from domain.controls.draw import draw
from domain.controls.events import (
    ControlAnswered,
    ControlClosed,
    ControlDrawn,
    ControlOpened,
    PieceJudged,
)
from domain.controls.pieces import PieceKind, ReasonCode, piece_name
from domain.kernel.actors import Role
from domain.kernel.events import Event
from domain.service_dossiers.events import DossierControlled, RefusedPiece
from domain.service_dossiers.service_dossier import ServiceDossier
from tests.support.domain.builders import actor
from tests.support.domain.dossier_builders import FIRST, GATHERED, OPENED, SECOND, certified, piece, submitted
from tests.support.domain.story import SUBJECT, fold

AUDITOR = actor(Role.AUDITOR)
SEED = "Loto du 03/05/2027 : 4 8 15 16 23 42"
OURS, THEIRS = UUID(int=0xE1), UUID(int=0xE2)
ROOT, CHECKPOINT_SIZE, AS_OF = "azaeNnfYB79f5YMIkbZ5BJTy62FPTrpBoyX4p8I3a8g=", 512, 500
PERIOD = (date(2027, 4, 1), date(2027, 4, 30))

CERTIFIED: ServiceDossier = fold(SERVICE_DOSSIER, OPENED, GATHERED, piece(), submitted(), certified(), subject=OURS)
PIECES = (
    *(
        piece_name(kind, animation)
        for animation in (FIRST, SECOND)
        for kind in (PieceKind.ATTESTATION, PieceKind.SHEET)
    ),
    "piece:Facture",
)


def dossier(dossier_id: UUID = OURS, **changes: Any) -> ServiceDossier:
    """A certified one: two animations, one piece."""
    return replace(CERTIFIED, id=dossier_id, **changes)


def announced(*population: UUID, **changes: Any) -> ControlOpened:
    """As it is since the draw follows from a checkpoint."""
    return opened(*population, **{"seed": None, "drawn": None, "as_of": AS_OF} | changes)


def drawn(control: ControlOpened, root: str = ROOT) -> ControlDrawn:
    lots = draw(root, control.population, control.share_percent)
    return ControlDrawn(checkpoint_size=CHECKPOINT_SIZE, seed=root, drawn=lots)


def outcome(*refused: RefusedPiece, control_id: UUID = SUBJECT, back: str = "0.00") -> DossierControlled:
    return DossierControlled(
        control_id=control_id, accepted=len(PIECES) - len(refused), refused=refused, to_recover=Decimal(back)
    )


def opened(*population: UUID, **changes: Any) -> ControlOpened:
    """As it was when the auditor named the seed, unless `changes` say otherwise."""
    values: dict[str, Any] = {
        "name": "Contrôle du printemps",
        "period_from": PERIOD[0],
        "period_until": PERIOD[1],
        "territory": None,
        "share_percent": 50,
        "seed": SEED,
        "population": tuple(sorted(population or (OURS,))),
        "as_of": None,
    }
    values |= changes
    if "drawn" not in values:
        values["drawn"] = draw(values["seed"], values["population"], values["share_percent"])
    return ControlOpened(**values)


def accepted(piece: str = PIECES[0], **changes: Any) -> PieceJudged:
    values = {"dossier_id": OURS, "piece": piece, "accepted": True, "reason_code": ReasonCode.CONFORM, "comment": None}
    return PieceJudged(**values | changes)


def refused(piece: str = PIECES[0], reason: ReasonCode = ReasonCode.MISSING, **changes: Any) -> PieceJudged:
    return accepted(piece, accepted=False, reason_code=reason, **changes)


UNSIGNED_SHEET = RefusedPiece(piece=f"sheet:{FIRST}", reason_code=ReasonCode.UNSIGNED, animation_id=FIRST)
BAD_INVOICE = RefusedPiece(piece="piece:Facture", reason_code=ReasonCode.ILLEGIBLE, animation_id=None)
ANSWERED = ControlAnswered(dossier_id=OURS, piece=PIECES[0], answer="La feuille est jointe à l'envoi postal.")
CLOSED = ControlClosed(conclusion="Service fait conforme", accepted=4, refused=1)
ALL_JUDGED: tuple[Event, ...] = (opened(), refused(), *(accepted(piece) for piece in PIECES[1:]))
