"""Find communes by the beginning of a name, a postal code or a code, as somebody types."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from itertools import chain, islice

from domain.kernel.places import Commune, Places, places

#: How many a search returns.
MOST_FOUND = 20
#: The longest name of a commune has 45 letters.
LONGEST_SEARCH = 100
#: A postal code or a code, or its beginning. The 1er and the 13e arrondissement are names.
_CODE = re.compile(r"\d+|2[ab]\d*", re.ASCII)
#: A postal code as it is read aloud: « 13 001 », « 130 01 ».
_CUT_CODE = re.compile(r"(?<!\w)(?:\d\d \d{3}|\d{3} \d\d)(?!\w)", re.ASCII)
#: « Paris 12 », « Marseille 1er », « Lyon 3ème arrondissement », without accents.
_ARRONDISSEMENT = re.compile(r"(.+) (\d{1,2})(?:er|e|eme|ere)?(?: arr\w*)?", re.ASCII)
_LAST = "\U0010ffff"
_SHORT = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}
_LONG = {short: long for long, short in _SHORT.items()}


@dataclass(frozen=True, slots=True)
class _Words:
    """Texts in their order, and beside each the rank of its commune: a slice of both is what begins in one way."""

    texts: Sequence[str]
    ranks: Sequence[int]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]]) -> _Words:
        ordered = sorted(pairs)
        return cls([text for text, _ in ordered], array("i", [rank for _, rank in ordered]))

    def beginning_with(self, *prefixes: str) -> Sequence[int]:
        slices = ((bisect_left(self.texts, each), bisect_left(self.texts, each + _LAST)) for each in prefixes)
        return list(chain.from_iterable(self.ranks[first:last] for first, last in slices))


class PlaceSearch:
    """Finds a name by the beginning of any of its words: whole names first, then what begins so, each by population."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._ordered = sorted(places.communes.values(), key=lambda commune: (-commune.population, commune.code))
        self._names = [" ".join(map(_in_full, _letters(commune.name).split())) for commune in self._ordered]
        many = len(self._ordered)
        # A rank is the place in the order of population, with one round more for each way that is less good.
        self._whole = _Words.of((name, rank) for rank, name in enumerate(self._names))
        self._inside = _Words.of(
            (name[start:], rank + (many if start else 0))
            for rank, name in enumerate(self._names)
            for start in (0, *(match.end() for match in re.finditer(" ", name)))
        )
        self._postal = _Words.of(
            (code, rank) for rank, commune in enumerate(self._ordered) for code in commune.postal_codes
        )

    def search(self, text: str) -> list[Commune]:
        """Return the best matches. Names and postal codes may be typed together, in any spelling."""
        words = _CUT_CODE.sub(lambda cut: cut[0].replace(" ", ""), _letters(text[:LONGEST_SEARCH])).split()
        # The last word may go on: « St » begins Saint-Denis and Strasbourg, « Saint » does not begin Strasbourg.
        typed = [*map(_in_full, words[:-1]), *words[-1:]]
        arrondissement = self._arrondissement(" ".join(typed))
        others = self._search(typed)
        return list(dict.fromkeys([*arrondissement, *others]))[:MOST_FOUND]

    def _arrondissement(self, typed: str) -> list[Commune]:
        """Return the arrondissement that a city and a number name."""
        if (match := _ARRONDISSEMENT.fullmatch(typed)) is None:
            return []
        name = f"{match[1]} {int(match[2])}{'er' if int(match[2]) == 1 else 'e'} arrondissement"
        return self._communes(rank for rank in self._whole.beginning_with(name) if self._names[rank] == name)

    def _search(self, words: Sequence[str]) -> list[Commune]:
        digits = [word for word in words if _CODE.fullmatch(word)]
        name = " ".join(word for word in words if not _CODE.fullmatch(word))
        if len(words) == 1 and digits:
            return self._coded(digits[0])
        if name and digits:
            return self._named_and_posted(name, digits)
        return self._communes(self._named(name) if name else self._posted(digits[0]) if digits else ())

    def _coded(self, code: str) -> list[Commune]:
        communes = self._communes(self._posted(code))
        coded = self._places.find(code.upper())
        return [*communes, *([coded] if coded is not None and coded not in communes else [])][:MOST_FOUND]

    def _named(self, name: str) -> list[int]:
        meant = _meant(name)
        whole = [rank for rank in self._whole.beginning_with(*meant) if self._names[rank] in meant]
        return [*sorted(whole), *_best(self._inside.beginning_with(*meant))]

    def _posted(self, code: str) -> list[int]:
        return _best(self._postal.beginning_with(code))

    def _named_and_posted(self, name: str, codes: Sequence[str]) -> list[Commune]:
        of_codes = (set(self._postal.beginning_with(code)) for code in codes)
        posted = set.intersection(*of_codes)
        ranks = [rank for rank in self._inside.beginning_with(*_meant(name)) if rank % len(self._ordered) in posted]
        return self._communes(_best(ranks))

    def _communes(self, ranks: Iterable[int]) -> list[Commune]:
        """Return the communes of these ranks, each once."""
        places = dict.fromkeys(rank % len(self._ordered) for rank in ranks)
        return [self._ordered[place] for place in islice(places, MOST_FOUND)]


def _best(ranks: Sequence[int]) -> list[int]:
    """Return the first ranks: enough to leave twenty communes, of which some are there several times."""
    return nsmallest(10 * MOST_FOUND, ranks)


def folded(text: str) -> str:
    """Return a text as names are compared: without accents, in small letters, « saint » as « st »."""
    return " ".join(_SHORT.get(word, word) for word in _letters(text).split())


def compared(name: str) -> str:
    """Return a name as names are compared: folded, or in small letters where it is in another script."""
    return folded(name) or " ".join(name.casefold().split())


def _letters(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe")).casefold()
    return re.sub(r"[^a-z0-9]+", " ", "".join(char for char in letters if not unicodedata.combining(char)))


def _in_full(word: str) -> str:
    return _LONG.get(word, word)


def _meant(name: str) -> Sequence[str]:
    """Return what a name may begin: itself, and with its last word in full where that may be short."""
    first, space, last = name.rpartition(" ")
    return list(dict.fromkeys((name, f"{first}{space}{_in_full(last)}")))


@cache
def place_search() -> PlaceSearch:
    """Return the search over all places, made once a process."""
    return PlaceSearch(places())
