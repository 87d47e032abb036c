"""Arguments are converted as Strawberry converts them, whichever field of the schema takes them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, cast

import pytest
import strawberry
from graphql import (
    GraphQLInputType,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_input_field,
)
from strawberry import relay
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from api.compiled.arguments import Arguments
from api.compiled.not_compilable import NotCompilable
from api.core.strawberry_internals import graphql_schema
from api.schema import schema

SEEDS = 10


def _fields() -> Iterator[tuple[StrawberryField, dict[str, GraphQLInputType]]]:
    for kind in graphql_schema(schema).type_map.values():
        for definition in kind.fields.values() if is_object_type(kind) else ():
            field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if isinstance(field, StrawberryField) and definition.args:
                yield field, {name: argument.type for name, argument in definition.args.items()}


def _drawn(kind: GraphQLInputType, random: Random) -> Any:
    """Return a value as graphql-core hands it on."""
    if is_non_null_type(kind):
        return _drawn_value(kind.of_type, random)
    return None if random.random() < 0.2 else _drawn_value(kind, random)


def _drawn_value(kind: Any, random: Random) -> Any:
    if is_list_type(kind):
        return [_drawn(kind.of_type, random) for _ in range(random.randrange(3))]
    if not is_input_object_type(kind):
        return object()
    if kind.is_one_of:
        name, field = random.choice(list(kind.fields.items()))
        return {name: _drawn_value(field.type, random)}
    return {
        name: _drawn(field.type, random)
        for name, field in kind.fields.items()
        if is_required_input_field(field) or random.random() < 0.6
    }


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_argument_of_the_schema_is_what_strawberry_makes_of_it(seed: int):
    random, converter = Random(seed), schema.schema_converter
    arguments, seen = Arguments(converter), 0
    for field, kinds in _fields():
        coerced = {name: _drawn(kind, random) for name, kind in kinds.items() if random.random() < 0.8}
        try:
            expected = convert_arguments(coerced, field.arguments, converter.scalar_registry, converter.config)
        except StrawberryInputCoercionError:
            # A null where none is admitted: graphql-core's to tell.
            with pytest.raises(NotCompilable):
                arguments.converted(field, coerced)
            continue
        assert arguments.converted(field, coerced) == expected, field.name
        seen += bool(expected)
    assert seen > 100


@strawberry.input
class Inner:
    node: relay.GlobalID


@strawberry.input
class Outer:
    name: str
    inner: Inner


@strawberry.type
class Query:
    @strawberry.field
    def named(self, outer: Outer) -> str:
        return outer.name


def test_an_input_that_holds_what_is_not_converted_here_never_loses_its_fields():
    converter = strawberry.Schema(Query).schema_converter
    (field,) = cast("StrawberryObjectDefinition", converter.type_map["Query"].definition).fields
    arguments = Arguments(converter)
    for _ in range(2):
        with pytest.raises(NotCompilable):
            arguments.converted(field, {"outer": {"name": "x", "inner": {"node": "VHlwZTox"}}})


def test_a_list_is_another_one_than_was_handed_in():
    arguments, values = Arguments(schema.schema_converter), {"where": {"territory": ["13"]}}
    field = next(field for field, kinds in _fields() if field.name == "animations" and "where" in kinds)
    where = arguments.converted(field, values)["where"]
    assert where.territory == ["13"]
    assert where.territory is not values["where"]["territory"]
