"""Which labels somebody means perhaps, who wrote other words into a table: « écrans » for « Temps d'écran »."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from domain.kernel.place_search import folded

_WORD = re.compile("[a-z0-9]{3,}")
#: Words that labels have in common with any text.
_COMMON = frozenset(("aux", "avec", "autre", "autres", "dans", "des", "les", "par", "pour", "sur", "une"))
#: How much of a part of a word, or of the beginning of two, tells that they have to do with each other.
_PART, _BEGINNING = 5, 6
#: How alike two words are of which one is misspelt.
_MISSPELT = 0.8
_MOST = 3


def closest_labels(text: str, labels: Sequence[str]) -> list[str]:
    """Return the labels that share most words with the text, in their order; none where none shares any."""
    words = _words(text)
    shared = {label: sum(any(_alike(word, each) for each in _words(label)) for word in words) for label in labels}
    most = max(shared.values(), default=0)
    return [label for label in labels if most and shared[label] == most][:_MOST]


def _words(text: str) -> set[str]:
    return {word.rstrip("sx") or word for word in _WORD.findall(folded(text)) if word not in _COMMON}


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    if len(short) >= _PART and short in long:
        return True
    if len(short) >= _BEGINNING and word[:_BEGINNING] == other[:_BEGINNING]:
        return True
    return len(short) >= _PART and SequenceMatcher(None, word, other).ratio() >= _MISSPELT
