"""Whether the fonts at hand can write a text: Typst leaves blanks where they cannot, and says nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fontTools.ttLib import TTFont, TTLibError

from application.papers.typesetting import font_files

#: Letters, vowel signs and numbers. What is left out besides, such as a smiley, takes no word away.
_READ = ("L", "N", "Mc")
#: Stands on a paper where no font can write what belongs there.
BY_HAND = "à écrire à la main"


def written(text: str, what: str = "") -> str:
    """Return the text, or that `what` is to be written by hand where no font can write all of it."""
    return text if is_readable(text) else f"({f'{what} {BY_HAND}'.strip()})"


def with_words_by_hand(content: Any) -> Any:
    """Return the content of a paper that nobody is refused: words that no font can write are to be written by hand."""
    match content:
        case str():
            return _words_by_hand(content)
        case Mapping():
            return {name: with_words_by_hand(value) for name, value in content.items()}
        case Sequence() if not isinstance(content, bytes):
            return [with_words_by_hand(value) for value in content]
    return content


def is_readable(text: str) -> bool:
    """Return whether the fonts at hand write every letter and number of a text, and so leave no name blank."""
    letters = dict.fromkeys("".join(unicodedata.normalize("NFC", text).split()))
    return all(map(_can_write, letters)) and any(_is_written(letter) for letter in letters)


def _words_by_hand(text: str) -> str:
    if all(map(_can_write, dict.fromkeys(unicodedata.normalize("NFC", text)))):
        return text
    words = [
        part if all(map(_can_write, unicodedata.normalize("NFC", part))) else f"({BY_HAND})"
        for part in re.split(r"(\s+)", text)
    ]
    # Once for words that stand together.
    return re.sub(rf"\({BY_HAND}\)(\s+\({BY_HAND}\))+", f"({BY_HAND})", "".join(words))


def _can_write(letter: str) -> bool:
    return not unicodedata.category(letter).startswith(_READ) or _is_written(letter)


def _is_written(letter: str) -> bool:
    return letter < "\u0180" or ord(letter) in _written()


@cache
def _written() -> frozenset[int]:
    """Return every character that some font has. Read once, when a text first goes beyond French."""
    characters: set[int] = set()
    for path, index in font_files():
        try:
            with TTFont(path, fontNumber=index, lazy=True) as font:
                characters.update(font.getBestCmap() or ())
        except (OSError, TTLibError, KeyError, AssertionError):
            # Typst may use it; nobody is refused a paper for what this library cannot read.
            continue
    return frozenset(characters)
