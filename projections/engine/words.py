"""Make sort keys for titles, and search words from texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]")
#: Words of several parts; French writers leave the hyphen out as often as not.
_COMPOUND = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
#: Prefixes: with or without a hyphen, they make one word with the next.
_PREFIXES = frozenset(("anti", "auto", "cyber", "hyper", "inter", "micro", "mini", "multi", "tele", "video"))
#: What names of places, and so of schools, are written with, long and short.
_SAINTS = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}
_OTHERWISE = _SAINTS | {short: long for long, short in _SAINTS.items()}
#: PostgreSQL takes no word of more than 2,046 bytes.
_LONGEST_WORD = 64


def _decomposed(text: str) -> str:
    # The ligatures have no decomposition, and French readers type two letters.
    folded = unicodedata.normalize("NFKD", text).casefold()
    return folded.replace("œ", "oe").replace("æ", "ae").replace("’", "'")


def without_accents(text: str) -> str:
    """Return the text in lower case without accents, as titles and names are sorted."""
    return _decomposed(text).encode("ascii", "ignore").decode()


def _without_marks(text: str) -> str:
    # Besides the hyphen of the keyboard Unicode has one that is nothing else.
    return _MARKS.sub("", _decomposed(text)).replace("\u2010", "-")


#: The code page of French texts: each of its characters is one byte, which `bytes.translate` makes plain.
_CODE_PAGE = "cp1252"
#: Stands for what is more than one plain letter (œ), and for letters of other alphabets (µ).
_NOT_ONE_LETTER = 0xFF


def _plain_letter(code: int) -> int:
    """Return the plain letter of a character of the code page, a hyphen for itself, a space for what else is none."""
    if code == ord("-"):
        return code
    letters = "".join(_WORD.findall(_without_marks(bytes([code]).decode(_CODE_PAGE, "ignore"))))
    return ord(letters) if len(letters) == 1 and letters.isascii() else _NOT_ONE_LETTER if letters else ord(" ")


_PLAIN_LETTERS = bytes(map(_plain_letter, range(256)))


def _letters_and_hyphens(text: str) -> str | None:
    try:
        letters = text.encode(_CODE_PAGE).translate(_PLAIN_LETTERS)
    except UnicodeEncodeError:
        return None
    return None if _NOT_ONE_LETTER in letters else letters.decode()


def _taken_apart(text: str) -> tuple[list[str], str]:
    """Return the words, and the text without accents and case, in which hyphens stand."""
    plain = _letters_and_hyphens(text)
    if plain is None:
        text = _without_marks(text)
        plain = _letters_and_hyphens(text)
    # French text is plain by now, and splitting it takes a fifth of the time of patterns.
    parts = _WORD.findall(text) if plain is None else plain.replace("-", " ").split()
    if max(map(len, parts), default=0) > _LONGEST_WORD:
        parts = [word[:_LONGEST_WORD] for word in parts]
    return parts, text if plain is None else plain


def words(text: str) -> list[str]:
    """Return the words of a text for searching, of any alphabet, without accents and case."""
    return _taken_apart(text)[0]


def holding_words(column: str, text: str) -> tuple[str, dict[str, list[str] | list[str | None]]]:
    """Return the condition that a column of short plain names holds each word of a text, and its parameters.

    With hyphens, apostrophes and spaces or without them; « saint » also where a name has « st », and the reverse.
    """
    terms = words(text)
    others = [_OTHERWISE.get(term) for term in terms]
    holds = (
        f"(SELECT bool_and(position(word IN translate({column}, ' -''', '')) > 0"
        f" OR coalesce({column} ~ ('\\m' || other || '\\M'), false))"
        " FROM unnest(%(words)s::text[], %(others)s::text[]) AS typed(word, other))"
    )
    return holds, {"words": terms, "others": others}


def _words_and_compounds(text: str) -> dict[str, None]:
    """Return the distinct words, and as one those that a hyphen, or a space after a prefix, makes one."""
    parts, plain = _taken_apart(text)
    distinct = dict.fromkeys(parts)
    joined = []
    if "-" in plain:
        # Searching the whole text for compounds would take as long as all else.
        hyphened = [token for token in plain.split() if "-" in token]
        joined = ["".join(_WORD.findall(compound)) for token in hyphened for compound in _COMPOUND.findall(token)]
    if not distinct.keys().isdisjoint(_PREFIXES):
        joined += [before + after for before, after in pairwise(parts) if before in _PREFIXES]
    return distinct | dict.fromkeys([word[:_LONGEST_WORD] for word in joined]) if joined else distinct


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
        for word in _words_and_compounds(part):
            places.setdefault(word, []).append(place)
    return " ".join(f"{word}:{','.join(marks)}" for word, marks in places.items())


def search_vector(*texts: str | None) -> str:
    """Return the distinct words as a tsvector literal."""
    return " ".join(_words_and_compounds(" ".join(filter(None, texts))))
