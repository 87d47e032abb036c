"""The published SDL: written from the code, and compared with the file that clients rely on."""

from __future__ import annotations

from difflib import unified_diff
from functools import cache
from pathlib import Path

from graphql import (
    GraphQLError,
    build_schema,
    find_breaking_changes,
    lexicographic_sort_schema,
    parse,
    print_schema,
    specified_rules,
    validate,
)

from api.schema import MOST_TOKENS, RULES, schema


@cache
def sdl() -> str:
    """The schema as SDL, sorted by name so that it changes only when the schema does."""
    # Sorted in a schema of its own: the one that answers must not be (unions break).
    return print_schema(lexicographic_sort_schema(build_schema(schema.as_str()))) + "\n"


def check_against(path: Path) -> list[str]:
    """How the schema differs from the published file; empty when it does not. Breaking changes come first, named."""
    published = path.read_text(encoding="utf-8")
    current = sdl()
    if published == current:
        return []
    changes = find_breaking_changes(build_schema(published), build_schema(current))
    breaking = [f"breaking change: {change.description}" for change in changes]
    lines = unified_diff(published.splitlines(), current.splitlines(), str(path), "the code", lineterm="", n=0)
    return [*breaking, *lines]


def faults(document: str) -> list[str]:
    """What is wrong with a document by this schema and its limits, with the line; empty when it would be answered."""
    try:
        found = validate(schema._schema, parse(document, max_tokens=MOST_TOKENS), [*specified_rules, *RULES])
    except GraphQLError as error:
        found = [error]
    return [f"line {error.locations[0].line}: {error.message}" if error.locations else error.message for error in found]
