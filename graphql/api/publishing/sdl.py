"""Print the schema as SDL, and check documents against it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from graphql import (
    GraphQLError,
    Visitor,
    build_schema,
    lexicographic_sort_schema,
    parse,
    print_ast,
    print_schema,
    specified_rules,
    validate,
    visit,
)
from strawberry import Schema

from api.core.strawberry_internals import graphql_schema
from api.limits.documents import MOST_TOKENS, RULES


@cache
def sdl(schema: Schema) -> str:
    """Return the schema as SDL, sorted by name so that its diffs are small."""
    # Sorted in a copy: sorting the executable schema breaks unions.
    return print_schema(lexicographic_sort_schema(build_schema(schema.as_str()))) + "\n"


@cache
def bare_sdl(schema: Schema) -> str:
    """Return the SDL without descriptions: exactly what clients can depend on."""
    return print_ast(visit(parse(sdl(schema)), _Undescribed())) + "\n"


class _Undescribed(Visitor):
    def leave(self, node: Any, *_: Any) -> Any:
        return replace(node, description=None) if getattr(node, "description", None) else None


def faults(schema: Schema, document: str) -> list[str]:
    """Return the errors of a document by this schema and its limits, with their lines; empty if it is valid."""
    try:
        errors = validate(graphql_schema(schema), parse(document, max_tokens=MOST_TOKENS), [*specified_rules, *RULES])
    except GraphQLError as error:
        errors = [error]
    return [
        f"line {error.locations[0].line}: {error.message}" if error.locations else error.message for error in errors
    ]
