"""Bound the length of a command's texts, whatever the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.kernel.errors import ErrorCode, Problem
from domain.kernel.field_labels import sentence

#: The longest text of any field of a command.
LONGEST_TEXT = 5_000
#: Texts of whole files have a bound of their own, in the command.
FILES = frozenset(("csv",))
#: Articles have a longer bound; these are their paths.
ARTICLES = frozenset((("text",), ("changes", "text")))

#: The longest article.
LONGEST_ARTICLE = 20_000

Path = tuple[str, ...]


def too_long(values: Mapping[str, Any]) -> list[Problem]:
    """Return a problem for each text of a command that is longer than any field allows."""
    return [
        Problem(ErrorCode.INVALID, sentence(path, f"{LONGEST_TEXT} caractères au plus"), path)
        for name, value in values.items()
        for path, text in _texts((name,), value)
        if len(text) > LONGEST_TEXT and path[-1] not in FILES and path not in ARTICLES
    ]


def _texts(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts((*path, str(index)), item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts((*path, name), item)
