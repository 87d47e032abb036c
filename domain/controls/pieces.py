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
    """What a piece's name begins with."""

    ATTESTATION = "attestation"
    SHEET = "sheet"
    PIECE = "piece"


def piece_name(kind: PieceKind, of: UUID | str) -> str:
    """`of` is an animation's id, or for PIECE the name that the convention gives the piece."""
    return f"{kind}:{of}"


def pieces_of(animation_ids: Iterable[UUID], attached: Iterable[str]) -> tuple[str, ...]:
    """The pieces of a dossier with these animations and attached pieces, in the order in which they are looked at.

    Every animation has an attestation and should have a signed sheet: one that is missing can be refused as such.
    """
    by_animation = [piece_name(kind, one) for one in animation_ids for kind in (PieceKind.ATTESTATION, PieceKind.SHEET)]
    return (*by_animation, *(piece_name(PieceKind.PIECE, name) for name in attached))
