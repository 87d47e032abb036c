"""Make sort keys for titles, and search words from texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]")
_FRENCH_MARKS = ("\u0301", "\u0300", "\u0302", "\u0327", "\u0308")
_FRENCH_SIGNS = ("–", "«", "»")
#: ASCII, with all that separates words as spaces.
_APART = bytes(code if chr(code).isalnum() else ord(" ") for code in range(256))
#: Words of several parts; French writers leave the hyphen out as often as not.
_COMPOUND = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)+")
#: What is no word by itself: with or without a hyphen, it makes one with the word after it.
_PREFIXES = frozenset(("anti", "auto", "cyber", "hyper", "inter", "micro", "mini", "multi", "tele", "video"))
#: PostgreSQL takes no word of more than 2,046 bytes.
_LONGEST_WORD = 64


def _decomposed(text: str) -> str:
    # The ligatures have no decomposition, and French readers type two letters.
    folded = unicodedata.normalize("NFKD", text).casefold()
    return folded.replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def without_accents(text: str) -> str:
    """Return the text in lower case without accents, as titles and names are sorted."""
    return _decomposed(text).encode("ascii", "ignore").decode()


def _plain(text: str) -> str:
    plain = _decomposed(text)
    for mark in _FRENCH_MARKS:
        plain = plain.replace(mark, "")
    for sign in _FRENCH_SIGNS:
        plain = plain.replace(sign, " ")
    return plain if plain.isascii() else _MARKS.sub("", plain)


def _parts(plain: str) -> list[str]:
    # Most French text is ASCII by now, and splitting it takes a fifth of the time of patterns.
    parts = plain.encode().translate(_APART).decode().split() if plain.isascii() else _WORD.findall(plain)
    return [word[:_LONGEST_WORD] for word in parts]


def words(text: str) -> list[str]:
    """Return the words of a text for searching, of any alphabet, without accents and case."""
    return _parts(_plain(text))


def _words_and_compounds(text: str) -> list[str]:
    """Return the words, and as one those that a hyphen, or a space after a prefix, makes one."""
    plain = _plain(text)
    parts = _parts(plain)
    joined = []
    if "-" in plain or "\u2010" in plain:
        # To look for them in the whole text takes as long as all else.
        hyphened = [token for token in plain.split() if "-" in token or "\u2010" in token]
        joined = ["".join(_WORD.findall(compound)) for token in hyphened for compound in _COMPOUND.findall(token)]
    if not _PREFIXES.isdisjoint(parts):
        joined += [before + after for before, after in pairwise(parts) if before in _PREFIXES]
    return parts + [word[:_LONGEST_WORD] for word in joined] if joined else parts


def text_query(text: str) -> str:
    """Return the tsquery for the words that begin with each of these, in the singular or the plural; empty: no word.

    Two words beside each other may stand as one in what is looked for.
    """
    parts = words(text)
    return " & ".join(_alone_or_joined(parts, place) for place in range(len(parts)))


def _alone_or_joined(parts: Sequence[str], place: int) -> str:
    pairs = [parts[at : at + 2] for at in (place - 1, place) if 0 <= at < len(parts) - 1]
    joined = [f"'{''.join(pair)[:_LONGEST_WORD]}':*" for pair in pairs]
    return f"({' | '.join([_either(parts[place]), *joined])})" if joined else _either(parts[place])


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
        for word in dict.fromkeys(_words_and_compounds(part)):
            places.setdefault(word, []).append(place)
    return " ".join(f"{word}:{','.join(marks)}" for word, marks in places.items())


def search_vector(*texts: str | None) -> str:
    """Return the distinct words as a tsvector literal."""
    return " ".join(dict.fromkeys(_words_and_compounds(" ".join(filter(None, texts)))))
