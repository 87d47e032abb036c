"""Convert the results of resolvers to JSON values, as graphql-core completes values."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLOutputType,
    GraphQLString,
    is_leaf_type,
    is_non_null_type,
)

from api.compiled.not_compilable import NotCompilable
from api.compiled.running import Complete, Run

#: Values of exactly these types are answered unchanged.
_AS_IT_IS = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool}
_INT_BOUND = 2**31


def not_null(complete: Complete) -> Complete:
    def completed(value: Any, run: Run) -> Any:
        if value is None:
            raise NotCompilable
        return complete(value, run)

    return completed


def nullable(complete: Complete) -> Complete:
    def completed(value: Any, run: Run) -> Any:
        return None if value is None else complete(value, run)

    return completed


def list_of(complete: Complete) -> Complete:
    def completed(value: Any, run: Run) -> Any:
        if type(value) is not list and type(value) is not tuple:
            raise NotCompilable
        return [complete(item, run) for item in value]

    return completed


def as_it_is(output: GraphQLOutputType) -> type | None:
    """Return the Python type whose values are answered unchanged, or None."""
    inner = output.of_type if is_non_null_type(output) else output
    return _AS_IT_IS.get(inner.name) if is_leaf_type(inner) else None


def leaf(leaf_type: GraphQLLeafType) -> Complete:
    """Convert a value as its scalar or enum serialises it."""
    if expected := _AS_IT_IS.get(leaf_type.name):
        return _as_it_is(leaf_type, expected)
    if leaf_type.name == GraphQLInt.name:
        return _integer
    if leaf_type.name == GraphQLFloat.name:
        return lambda value, run: _coerced(leaf_type, value)
    if isinstance(leaf_type, GraphQLEnumType):
        return _enum(leaf_type)
    return lambda value, run: _coerced(leaf_type, value)


def _as_it_is(leaf_type: GraphQLLeafType, expected: type) -> Complete:
    def completed(value: Any, run: Run) -> Any:
        return value if type(value) is expected else _coerced(leaf_type, value)

    return completed


def _integer(value: Any, run: Run) -> Any:
    within = type(value) is int and -_INT_BOUND <= value < _INT_BOUND
    return value if within else _coerced(GraphQLInt, value)


def _enum(enum: GraphQLEnumType) -> Complete:
    names: dict[tuple[type, Any], Any] = {}

    def completed(value: Any, run: Run) -> Any:
        key = (type(value), value)
        if key not in names:
            names[key] = _coerced(enum, value)
        return names[key]

    return completed


def _coerced(leaf_type: GraphQLLeafType, value: Any) -> Any:
    output = leaf_type.coerce_output_value(value)
    if output is None:
        raise NotCompilable
    return output
