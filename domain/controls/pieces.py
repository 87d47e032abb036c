"""The pieces of a dossier that a control looks at, one by one, and the reasons for refusing one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID


class ReasonCode(StrEnum):
    """Why a piece was accepted (the first) or refused (all others)."""

    CONFORM = "CONFORM"
    MISSING = "MISSING"
    UNSIGNED = "UNSIGNED"
    FIGURES_DIFFER = "FIGURES_DIFFER"
    ILLEGIBLE = "ILLEGIBLE"
    WRONG_ANIMATION = "WRONG_ANIMATION"
    OTHER = "OTHER"


REASON_LABELS: Mapping[ReasonCode, str] = {
    ReasonCode.CONFORM: "Conforme",
    ReasonCode.MISSING: "Pièce absente",
    ReasonCode.UNSIGNED: "Pièce non signée",
    ReasonCode.FIGURES_DIFFER: "Chiffres différents de l'attestation",
    ReasonCode.ILLEGIBLE: "Pièce illisible",
    ReasonCode.WRONG_ANIMATION: "Pièce d'une autre animation",
    ReasonCode.OTHER: "Autre motif",
}


class PieceKind(StrEnum):
    """The first part of a piece's name."""

    ATTESTATION = "attestation"
    SHEET = "sheet"
    PIECE = "piece"


PIECE_LABELS: Mapping[PieceKind, str] = {
    PieceKind.ATTESTATION: "Attestation de présence",
    PieceKind.SHEET: "Feuille d'émargement signée",
    PieceKind.PIECE: "Pièce",
}


def piece_name(kind: PieceKind, subject: UUID | str) -> str:
    """Return the name of a piece. `subject` is an animation's id or, for PIECE, the convention's name of the piece."""
    return f"{kind}:{subject}"


def pieces_of(animation_ids: Iterable[UUID], attached: Iterable[str]) -> tuple[str, ...]:
    """Return the pieces of a dossier with these animations and attached pieces, in the order of judging.

    Every animation has an attestation and should have a signed sheet; a missing sheet can be refused as such.
    """
    by_animation = [
        piece_name(kind, animation_id)
        for animation_id in animation_ids
        for kind in (PieceKind.ATTESTATION, PieceKind.SHEET)
    ]
    # A piece of several files is judged once.
    return (*by_animation, *(piece_name(PieceKind.PIECE, name) for name in dict.fromkeys(attached)))
