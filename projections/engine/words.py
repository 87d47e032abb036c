"""Make sort keys for titles, and search words from texts."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]")
_FRENCH_MARKS = ("\u0301", "\u0300", "\u0302", "\u0327", "\u0308")
_FRENCH_SIGNS = ("–", "«", "»")
#: ASCII, with all that separates words as spaces.
_APART = bytes(code if chr(code).isalnum() else ord(" ") for code in range(256))
#: PostgreSQL takes no word of more than 2,046 bytes.
_LONGEST_WORD = 64


def _decomposed(text: str) -> str:
    # The ligatures have no decomposition, and French readers type two letters.
    folded = unicodedata.normalize("NFKD", text).casefold()
    return folded.replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def without_accents(text: str) -> str:
    """Return the text in lower case without accents, as titles and names are sorted."""
    return _decomposed(text).encode("ascii", "ignore").decode()


def words(text: str) -> list[str]:
    """Return the words of a text for searching, of any alphabet, without accents and case."""
    plain = _decomposed(text)
    for mark in _FRENCH_MARKS:
        plain = plain.replace(mark, "")
    for sign in _FRENCH_SIGNS:
        plain = plain.replace(sign, " ")
    # Most French text is ASCII by now, and splitting it takes a fifth of the time of patterns.
    if plain.isascii():
        parts = plain.encode().translate(_APART).decode().split()
    else:
        parts = _WORD.findall(_MARKS.sub("", plain))
    return [word[:_LONGEST_WORD] for word in parts]


def text_query(text: str) -> str:
    """Return the tsquery for the words that begin with each of these, in the singular or the plural; empty: no word."""
    return " & ".join(_either(word) for word in words(text))


def _either(word: str) -> str:
    beginning = f"'{word}':*"
    others = [f"'{form}'" for form in _other_numbers(word)] if len(word) > 3 else []
    return f"({' | '.join([beginning, *others])})"


def _other_numbers(word: str) -> list[str]:
    """Return what the word may be in the singular, or the plural that does not begin with it."""
    if word.endswith("aux"):
        return [word[:-1], f"{word[:-3]}al"]
    if word.endswith(("s", "x")):
        return [word[:-1]]
    return [f"{word[:-2]}aux"] if word.endswith("al") else []


def weighted_vector(title: str, summary: str, text: str) -> str:
    """Return the distinct words as a tsvector literal in which those of the title weigh most, then the summary's."""
    places: dict[str, list[str]] = {}
    for place, part in (("1A", title), ("2B", summary), ("3D", text)):
        for word in dict.fromkeys(words(part)):
            places.setdefault(word, []).append(place)
    return " ".join(f"{word}:{','.join(marks)}" for word, marks in places.items())


def search_vector(*texts: str | None) -> str:
    """Return the distinct words as a tsvector literal."""
    return " ".join(dict.fromkeys(words(" ".join(filter(None, texts)))))
