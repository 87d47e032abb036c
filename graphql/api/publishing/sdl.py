"""The schema as SDL, written from the code, and what is wrong with a document by it."""

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
    """The schema as SDL, sorted by name so that it changes only when the schema does."""
    # Sorted in a schema of its own: the one that answers must not be (unions break).
    return print_schema(lexicographic_sort_schema(build_schema(schema.as_str()))) + "\n"


@cache
def bare_sdl(schema: Schema) -> str:
    """The schema as SDL without descriptions: all that clients can depend on, and nothing else."""
    return print_ast(visit(parse(sdl(schema)), _Undescribed())) + "\n"


class _Undescribed(Visitor):
    def leave(self, node: Any, *_: Any) -> Any:
        return replace(node, description=None) if getattr(node, "description", None) else None


def faults(schema: Schema, document: str) -> list[str]:
    """What is wrong with a document by this schema and its limits, with the line; empty when it would be answered."""
    try:
        found = validate(graphql_schema(schema), parse(document, max_tokens=MOST_TOKENS), [*specified_rules, *RULES])
    except GraphQLError as error:
        found = [error]
    return [f"line {error.locations[0].line}: {error.message}" if error.locations else error.message for error in found]
