"""Sampled controls with sensible values: among the dossiers certified in April 2027."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.catalogue import SERVICE_DOSSIER
from domain.controls.draw import draw
from domain.controls.events import (
    ControlAnswered,
    ControlClosed,
    ControlOpened,
    PieceJudged,
)
from domain.controls.pieces import PieceKind, ReasonCode, piece_name
from domain.kernel.actors import Role
from domain.kernel.events import Event
from domain.service_dossiers.service_dossier import ServiceDossier
from tests.support.domain.builders import actor
from tests.support.domain.dossier_builders import FIRST, GATHERED, OPENED, SECOND, certified, piece, submitted
from tests.support.domain.story import fold

AUDITOR = actor(Role.AUDITOR)
SEED = "Loto du 03/05/2027 : 4 8 15 16 23 42"
OURS, THEIRS = UUID(int=0xE1), UUID(int=0xE2)
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


def opened(*population: UUID, **changes: Any) -> ControlOpened:
    values: dict[str, Any] = {
        "name": "Contrôle du printemps",
        "period_from": PERIOD[0],
        "period_until": PERIOD[1],
        "territory": None,
        "share_percent": 50,
        "seed": SEED,
        "population": tuple(sorted(population or (OURS,))),
    }
    values |= changes
    return ControlOpened(**{"drawn": draw(values["seed"], values["population"], values["share_percent"])} | values)


def accepted(piece: str = PIECES[0], **changes: Any) -> PieceJudged:
    values = {"dossier_id": OURS, "piece": piece, "accepted": True, "reason_code": ReasonCode.CONFORM, "comment": None}
    return PieceJudged(**values | changes)


def refused(piece: str = PIECES[0], reason: ReasonCode = ReasonCode.MISSING, **changes: Any) -> PieceJudged:
    return accepted(piece, accepted=False, reason_code=reason, **changes)


ANSWERED = ControlAnswered(dossier_id=OURS, piece=PIECES[0], answer="La feuille est jointe à l'envoi postal.")
CLOSED = ControlClosed(conclusion="Service fait conforme", accepted=4, refused=1)
ALL_JUDGED: tuple[Event, ...] = (opened(), refused(), *(accepted(piece) for piece in PIECES[1:]))
