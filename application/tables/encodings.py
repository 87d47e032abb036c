"""The encoding of a table that does not name its own, by the French that stands in it.

Detectors such as charset-normalizer judge long texts: of a short table on a Mac they make `CafŽ` without a doubt. Here
each character beyond ASCII is weighed where it stands, and what stays in doubt is refused instead of recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from domain.kernel.errors import DomainError, ErrorCode, Problem

#: Windows, Unix, a Mac of earlier days, and Excel's « CSV (MS-DOS) »; before any other where nothing tells them apart.
_CANDIDATES = {"cp1252": 3, "iso8859-15": 2, "mac_roman": 0, "cp858": 0}
#: How much a character tells of French, where case and neighbours agree; about the logarithm of how often it is met.
_WEIGHTS = {
    **dict.fromkeys("é", 7),
    **dict.fromkeys("èàêç", 5),
    **dict.fromkeys("îôâûëïœùÉ", 4),
    **dict.fromkeys("ÈÀÊÇÔÂŒËöü", 3),
    **dict.fromkeys("ÎÏÙÛñáíóÖÜ", 2),
    **dict.fromkeys("ãõøúšžćčäåÑ", 1),
}
#: Those that begin a word in small letters.
_FIRST = {"à": 5, "é": 4, "ê": 3, "ç": 1, "î": 1, "â": 1, "ô": 1, "œ": 1}
_MARKS = {**dict.fromkeys("’«»€°", 4), **dict.fromkeys("–—“”…\u00a0", 3), **dict.fromkeys("•²½§×", 1)}
_OUT_OF_PLACE, _FOREIGN = -5, -1
#: The lead that the best reading needs over another that differs.
_MARGIN = 3
_LONGEST_SHOWN = 40
_CONTROLS = re.compile(r"[\x80-\x9f]")
_BEYOND_ASCII, _LINE_END = re.compile(r"[^\x00-\x7f]"), re.compile(r"\r\n|\r|\n")
_ADVICE = "L'encodage de ce fichier n'est pas reconnu : enregistrez-le en « CSV UTF-8 » ou au format XLSX."


class EncodingInDoubt(DomainError):
    """INVALID on `csv`: several readings are as good, or none is."""

    def __init__(self, readings: str = "") -> None:
        super().__init__([Problem(ErrorCode.INVALID, f"{readings}{_ADVICE}", ("csv",))])


class _Reading(NamedTuple):
    weight: int
    text: str


def decode(content: bytes) -> str:
    """Return the text of single bytes. Raise EncodingInDoubt that shows a line in both readings."""
    readings = sorted(_readings(content), reverse=True)
    best = readings[0] if readings else None
    if best is None or best.weight <= 0:
        raise EncodingInDoubt
    other = next((reading for reading in readings[1:] if reading.text != best.text), None)
    if other is not None and best.weight - other.weight < _MARGIN:
        pairs = zip(_LINE_END.split(best.text), _LINE_END.split(other.text), strict=True)
        line, doubtful = next((line, doubtful) for line, doubtful in pairs if line != doubtful)
        raise EncodingInDoubt(f"« {_short(line)} » ou « {_short(doubtful)} » ? ")
    return best.text


def _readings(content: bytes) -> Iterator[_Reading]:
    for encoding, usual in _CANDIDATES.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # In ISO 8859 the signs that Windows added stand for control characters, which no table has.
        if not _CONTROLS.search(text):
            yield _Reading(usual + weight(text), text)


def weight(text: str) -> int:
    """Return how much the characters beyond ASCII tell of French, where they stand."""
    padded = f" {text} "
    places = (match.start() for match in _BEYOND_ASCII.finditer(padded))
    return sum(_weight_of(*padded[place - 1 : place + 2]) for place in places)


def _weight_of(before: str, char: str, after: str) -> int:
    """Return how much a character tells for its reading, between its neighbours."""
    if not char.isalpha():
        return _MARKS.get(char, _FOREIGN) if _is_mark_in_place(before, char, after) else _OUT_OF_PLACE
    begins = not before.isalpha()
    if char.isupper():
        # A capital follows no small letter, nor stands within a word that goes on in small letters.
        if before.islower() or (not begins and after.islower()):
            return _OUT_OF_PLACE
    elif before.isupper() and after.isupper():
        return _OUT_OF_PLACE
    if not begins and after.isalpha() and not before.isascii() and not after.isascii():
        return _OUT_OF_PLACE
    if char in "œŒ" and after not in "uUiInNsS":
        return _OUT_OF_PLACE if after.isalpha() else _FOREIGN
    if begins and char.islower():
        return _FIRST.get(char, _FOREIGN)
    return _WEIGHTS.get(char, _FOREIGN)


def _is_mark_in_place(before: str, char: str, after: str) -> bool:
    within_word = before.isalpha() and after.isalpha()
    match char:
        case "’":
            return within_word or not (before.isalnum() and after.isalnum())
        case "\u00a0":
            return True
        case "€":
            return before.isdigit() or before.isspace() or after.isdigit()
        case "°":
            return before.isdigit() or before in "nN"
        case "«" | "“":
            return not before.isalnum()
        case "»" | "”":
            return not after.isalnum()
    return char.isprintable() and not after.isalpha()


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"
