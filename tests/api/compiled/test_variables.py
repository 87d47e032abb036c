"""Variables are coerced as graphql-core coerces them, and what it refuses is refused."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLError,
    GraphQLInputType,
    OperationDefinitionNode,
    is_input_object_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    parse,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.utilities import type_from_ast

from api.compiled.not_compilable import NotCompilable
from api.compiled.variables import VariableCoercion
from api.core.strawberry_internals import graphql_schema
from api.schema import schema

GRAPHQL = graphql_schema(schema)
LEAVES: list[Any] = [
    *("", "x", "13", "PUBLISHED", "STARTS_AT", "2026-01-12", "2026-01-12T18:00:00", "2026-01-12T18:00:00+01:00"),
    *("18:30", "12.50", 0, 3, -1, 2**40, 1.5, True, False, [], ["x"], {}, {"x": 1}),
]
#: Of optional fields, how many a value names; of values, how many are of another kind than is expected.
NAMED, WRONG = 0.4, 0.02


def _kinds() -> Iterator[str]:
    """Yield each type that a variable may have."""
    kinds = {
        str(argument.type): None
        for kind in GRAPHQL.type_map.values()
        if is_object_type(kind)
        for field in kind.fields.values()
        for argument in field.args.values()
    }
    yield from kinds
    yield from (name for name, kind in GRAPHQL.type_map.items() if is_input_type(kind) and name not in kinds)


def _drawn(kind: GraphQLInputType, random: Random) -> Any:
    if random.random() < WRONG:
        return random.choice([None, *LEAVES])
    if is_non_null_type(kind):
        return _drawn(kind.of_type, random)
    if random.random() < 0.1:
        return None
    if is_list_type(kind):
        return [_drawn(kind.of_type, random) for _ in range(random.randrange(3))]
    if is_input_object_type(kind):
        named = {
            name: _drawn(field.type, random)
            for name, field in kind.fields.items()
            if random.random() < (1 if is_non_null_type(field.type) else NAMED)
        }
        return named | ({"unknown": 1} if random.random() < WRONG else {})
    values = list(kind.values) if hasattr(kind, "values") else LEAVES
    return random.choice(values)


def _definitions(text: str) -> Any:
    operation = parse(text).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation.variable_definitions


def _compared(text: str, values: dict[str, Any]) -> bool:
    """Return whether both accept the values, and make the same of them."""
    definitions = _definitions(text)
    expected = get_variable_values(GRAPHQL, definitions, values)
    if isinstance(expected, VariableValues):
        coerced = VariableCoercion(GRAPHQL, definitions)(values)
        assert coerced.coerced == expected.coerced, text
        assert _sources(coerced) == _sources(expected)
        return True
    assert all(isinstance(error, GraphQLError) for error in expected)
    with pytest.raises(NotCompilable):
        VariableCoercion(GRAPHQL, definitions)(values)
    return False


def _sources(values: VariableValues) -> dict[str, Any]:
    return {
        name: (source.signature.name, str(source.signature.type), source.value)
        for name, source in values.sources.items()
    }


def test_values_of_every_type_that_a_variable_may_have_are_coerced_as_by_graphql_core():
    random, accepted, refused = Random(7), 0, 0
    for kind in _kinds():
        text = f"query ($v: {kind}) {{ __typename }}"
        signature = _definitions(text)[0]
        for _ in range(12):
            values = {"v": _drawn(type_from_ast(GRAPHQL, signature.type), random)}
            if _compared(text, values):
                accepted += 1
            else:
                refused += 1
    assert accepted > 300
    assert refused > 300


@pytest.mark.parametrize("values", [{}, {"first": None}, {"first": 3}, {"first": "3"}, {"other": 1}])
@pytest.mark.parametrize("variable", ["$first: Int", "$first: Int!", "$first: Int = 20", "$first: Int! = 20"])
def test_a_variable_that_is_left_out_has_its_default_or_none(variable: str, values: dict[str, Any]):
    _compared(f"query ({variable}) {{ __typename }}", values)


def test_what_is_no_input_type_is_refused():
    with pytest.raises(NotCompilable):
        VariableCoercion(GRAPHQL, _definitions("query ($v: Animation) { __typename }"))
