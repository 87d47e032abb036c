"""Find what a dossier lacks as proof, and what closes its submission: for commands, lists, papers and `missing`."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.conventions.convention import Convention


class Lacking(StrEnum):
    """The things that may be lacking.

    All but a sheet close the submission: a sheet takes a reason at the certification.
    """

    ANIMATIONS = "ANIMATIONS"
    RATE = "RATE"
    OUTSIDE = "OUTSIDE"
    PIECE = "PIECE"
    SHEET = "SHEET"

    @property
    def closes_submission(self) -> bool:
        return self is not Lacking.SHEET


@dataclass(frozen=True, slots=True)
class Claimed:
    """An animation as a dossier claims it."""

    id: UUID
    title: str
    held_on: date
    has_sheet: bool

    @property
    def called(self) -> str:
        """Several animations have one title, in a series at least: the day tells them apart."""
        return f"« {self.title} » du {self.held_on:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is lacking, with what to do about it (French)."""

    kind: Lacking
    message: str
    animation_id: UUID | None = None
    piece: str | None = None

    @property
    def closes_submission(self) -> bool:
        return self.kind.closes_submission


def lacks_in_the_making(convention: Convention, claimed: Sequence[Claimed], attached: Collection[str]) -> list[Lack]:
    """Return what a dossier that is not submitted lacks, under the convention as it stands."""
    return [*_terms(convention, claimed), *lacking_proof(convention.required_pieces, claimed, attached)]


def _terms(convention: Convention, claimed: Sequence[Claimed]) -> list[Lack]:
    lacks = []
    if not claimed:
        lacks.append(Lack(Lacking.ANIMATIONS, "Le dossier ne rassemble aucune animation attestée."))
    if all(agreed.rate is None for agreed in convention.rates):
        message = "La convention ne fixe pas de montant par animation : demandez qu'elle soit amendée."
        lacks.append(Lack(Lacking.RATE, message))
    for animation in claimed:
        if outside := convention.coverage_obstacle(animation.held_on):
            message = f"« {animation.title} » a eu lieu le {animation.held_on:%d/%m/%Y}, {outside}."
            lacks.append(Lack(Lacking.OUTSIDE, message, animation.id))
        elif convention.rate_on(animation.held_on) is None and not any(lack.kind is Lacking.RATE for lack in lacks):
            message = (
                f"La convention ne fixait pas de montant par animation le {animation.held_on:%d/%m/%Y}"
                f" (« {animation.title} ») : demandez qu'elle soit amendée à compter de ce jour."
            )
            lacks.append(Lack(Lacking.RATE, message, animation.id))
    return lacks


def lacking_proof(required: Sequence[str], claimed: Sequence[Claimed], attached: Collection[str]) -> list[Lack]:
    """Return the required pieces and the signed sheets that are not there."""
    without = [animation for animation in claimed if not animation.has_sheet]
    pieces = missing_pieces(required, attached, bool(claimed) and not without)
    return [
        *(
            Lack(Lacking.PIECE, f"Pièce à joindre, que la convention demande : « {piece} ».", piece=piece)
            for piece in pieces
        ),
        *(
            Lack(Lacking.SHEET, f"Feuille d'émargement signée à joindre : {animation.called}.", animation.id)
            for animation in without
        ),
    ]


def missing_pieces(required: Sequence[str], attached: Collection[str], all_sheets: bool) -> list[str]:
    """Return the required pieces that are not there. `all_sheets`: every animation has its signed attendance sheet.

    The sheets of all animations are the piece that has their name: nobody attaches them a second time.
    """
    return [piece for piece in required if piece not in attached and not (all_sheets and names_the_sheets(piece))]


def names_the_sheets(piece: str) -> bool:
    """Return whether a required piece is the attendance sheets: « Liste d'émargement signée », « Émargements »…"""
    letters = unicodedata.normalize("NFKD", piece).casefold()
    return "emargement" in "".join(letter for letter in letters if letter.isalpha())
