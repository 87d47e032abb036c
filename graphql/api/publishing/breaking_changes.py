"""What becomes of clients when the schema changes: each change that breaks them, and each that may, by its name."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import DangerousChangeType, build_schema, find_breaking_changes, find_dangerous_changes

#: The same document means something else from then on: no less than a break.
_OTHER_MEANING = (DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE, DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE)


@dataclass(frozen=True, slots=True)
class Changes:
    """Sentences. `breaking`: documents that were answered are refused, or mean something else. `to_note`: a client that
    takes every case for known meets one that it does not know.
    """

    breaking: tuple[str, ...]
    to_note: tuple[str, ...]


def changes(before: str, after: str) -> Changes:
    """What changed from one SDL to the other, of what concerns clients; descriptions do not.

    Raises GraphQLError or TypeError on what is no SDL.
    """
    old, new = build_schema(before), build_schema(after)
    dangerous = find_dangerous_changes(old, new)
    other_meaning = [change.description for change in dangerous if change.type in _OTHER_MEANING]
    return Changes(
        breaking=(*(change.description for change in find_breaking_changes(old, new)), *other_meaning),
        to_note=tuple(change.description for change in dangerous if change.type not in _OTHER_MEANING),
    )
