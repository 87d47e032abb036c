"""Whether the fonts at hand can write a text: Typst leaves blanks where they cannot, and says nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from fontTools.ttLib import TTFont, TTLibError

from application.papers.typesetting import font_files

#: Letters, vowel signs and numbers. What is left out besides, such as a smiley, takes no word away.
_READ = ("L", "N", "Mc")
Path = tuple[str | int, ...]


#: Stands on a paper where no font can write what belongs there.
BY_HAND = "à écrire à la main"


class Unwritable(Exception):
    """Raised for a text that no font at hand can write. The message is French, and names its row."""


def check_writable(content: Mapping[str, Any]) -> None:
    """Raise Unwritable if any text in the content of a paper has letters or numbers that no font can write."""
    for path, text in _texts(content, ()):
        if missing := [letter for letter in dict.fromkeys(text) if not _can_write(letter)]:
            rows = [f"ligne {part + 1} : " for part in path if isinstance(part, int)][:1]
            raise Unwritable(
                f"{''.join(rows)}aucune police du serveur ne sait écrire « {' '.join(missing[:20])} » dans"
                f" « {text[:200]} » ; demandez au service technique d'installer une police pour cette écriture,"
                " ou indiquez le nom aussi en lettres latines."
            )


def written(text: str, what: str = "") -> str:
    """Return the text, or that `what` is to be written by hand where no font can write all of it."""
    return text if is_readable(text) else f"({f'{what} {BY_HAND}'.strip()})"


def is_readable(text: str) -> bool:
    """Return whether the fonts at hand write every letter and number of a text, and so leave no name blank."""
    letters = dict.fromkeys("".join(unicodedata.normalize("NFC", text).split()))
    return all(map(_can_write, letters)) and any(_is_written(letter) for letter in letters)


def _texts(content: Any, path: Path) -> Iterator[tuple[Path, str]]:
    match content:
        case str():
            yield path, unicodedata.normalize("NFC", content)
        case Mapping():
            for name, value in content.items():
                yield from _texts(value, (*path, name))
        case Sequence() if not isinstance(content, bytes):
            for place, value in enumerate(content):
                yield from _texts(value, (*path, place))


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
