"""Bound the length of a command's texts, whatever the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from domain.kernel.errors import DomainError, ErrorCode, Problem, in_figures
from domain.kernel.field_labels import sentence
from domain.kernel.validation import validated

M = TypeVar("M", bound=BaseModel)

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
        Problem(ErrorCode.INVALID, sentence(path, f"{in_figures(LONGEST_TEXT)} caractères au plus"), path)
        for name, value in values.items()
        for path, text in _texts((name,), value)
        if len(text) > LONGEST_TEXT and path[-1] not in FILES and path not in ARTICLES
    ]


def validated_with_lengths(model: type[M], values: Mapping[str, Any]) -> M:
    """Build `model` from `values`. Raise DomainError with every wrong field and every text that is too long.

    A field's own limit is named before that of any text: who shortened it to this one would be refused again.
    """
    if not (long := too_long(values)):
        return validated(model, values)
    own: tuple[Problem, ...] = ()
    try:
        validated(model, {name: shortened(value) for name, value in values.items()})
    except DomainError as refusal:
        own = refusal.problems
    named = {problem.field for problem in own}
    raise DomainError([*own, *(problem for problem in long if problem.field not in named)])


def shortened(value: Any) -> Any:
    """Return the values with such texts cut where they are still too long: all that is wrong is then found cheaply."""
    if isinstance(value, str):
        return value.strip()[: LONGEST_TEXT + 1] if len(value) > LONGEST_TEXT else value
    if isinstance(value, list | tuple):
        return [shortened(item) for item in value]
    if isinstance(value, dict):
        return {name: shortened(item) for name, item in value.items()}
    return value


def _texts(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts((*path, str(index)), item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts((*path, name), item)
