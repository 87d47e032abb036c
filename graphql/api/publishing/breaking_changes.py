"""Compare two schemas: list the changes that break clients, and those that may."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import DangerousChangeType, build_schema, find_breaking_changes, find_dangerous_changes

#: The same document changes its meaning: as bad as a breaking change.
_OTHER_MEANING = (DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE, DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE)


@dataclass(frozen=True, slots=True)
class Changes:
    """Sentences. `breaking`: documents are refused, or change their meaning. `to_note`: a client that handles all known
    cases may meet a new one.
    """

    breaking: tuple[str, ...]
    to_note: tuple[str, ...]


def changes(before: str, after: str) -> Changes:
    """Return the changes between two SDLs that concern clients; descriptions do not.

    Raises GraphQLError or TypeError if a text is no SDL.
    """
    old, new = build_schema(before), build_schema(after)
    dangerous = find_dangerous_changes(old, new)
    other_meaning = [change.description for change in dangerous if change.type in _OTHER_MEANING]
    return Changes(
        breaking=(*(change.description for change in find_breaking_changes(old, new)), *other_meaning),
        to_note=tuple(change.description for change in dangerous if change.type not in _OTHER_MEANING),
    )
