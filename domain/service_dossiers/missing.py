"""What a dossier lacks as proof: signed sheets, and pieces that the convention requires."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence


def missing_pieces(required: Sequence[str], attached: Collection[str], all_sheets: bool) -> list[str]:
    """Return the required pieces that are not there. `all_sheets`: every animation has its signed attendance sheet.

    The sheets of all animations are the piece that has their name: nobody attaches them a second time.
    """
    return [piece for piece in required if piece not in attached and not (all_sheets and names_the_sheets(piece))]


def names_the_sheets(piece: str) -> bool:
    """Return whether a required piece is the attendance sheets: « Liste d'émargement signée », « Émargements »…"""
    letters = unicodedata.normalize("NFKD", piece).casefold()
    return "emargement" in "".join(letter for letter in letters if letter.isalpha())
