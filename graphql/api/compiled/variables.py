"""Coerce the variables of an operation as graphql-core does, their types looked up once.

What is refused is left to graphql-core, which says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any, TypeAlias

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    VariableDefinitionNode,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.pyutils import Undefined
from graphql.utilities.coerce_input_value import coerce_default_value

from api.compiled.not_compilable import NotCompilable

#: Coerces a value of JSON. Raises NotCompilable.
Coerce: TypeAlias = Callable[[Any], Any]


class VariableCoercion:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, definitions: Collection[VariableDefinitionNode]) -> None:
        inputs = _inputs_of(schema)
        self._variables: list[tuple[GraphQLVariableSignature, Coerce]] = []
        for definition in definitions:
            signature = get_variable_signature(schema, definition)
            if isinstance(signature, GraphQLError):
                raise NotCompilable
            self._variables.append((signature, inputs.coercing(signature.type)))

    def __call__(self, values: dict[str, Any]) -> VariableValues:
        sources, coerced = {}, {}
        for signature, coerce in self._variables:
            name = signature.name
            if name in values:
                sources[name] = VariableValueSource(signature, values[name])
                coerced[name] = coerce(values[name])
                continue
            sources[name] = VariableValueSource(signature)
            if signature.default is not None:
                coerced[name] = coerce_default_value(signature)
            elif is_non_null_type(signature.type):
                raise NotCompilable
        return VariableValues(sources, coerced)


class _Inputs:
    """Coerces the input types of one schema."""

    def __init__(self) -> None:
        self._objects: dict[str, Coerce] = {}
        self._begun: set[str] = set()

    def coercing(self, kind: GraphQLInputType) -> Coerce:
        if is_non_null_type(kind):
            return _not_null(self._present(kind.of_type))
        return _nullable(self._present(kind))

    def _present(self, kind: Any) -> Coerce:
        """Return the coercion of values that are not null."""
        if is_list_type(kind):
            return _list_of(self.coercing(kind.of_type))
        if is_leaf_type(kind):
            return _leaf(kind.coerce_input_value)
        assert is_input_object_type(kind)
        if kind.name not in self._objects:
            if kind.name in self._begun:
                # The type may hold itself: graphql-core bounds the depth.
                raise NotCompilable
            self._begun.add(kind.name)
            self._objects[kind.name] = self._object(kind)
        return self._objects[kind.name]

    def _object(self, kind: GraphQLInputObjectType) -> Coerce:
        fields = {name: (field.out_name or name, self.coercing(field.type)) for name, field in kind.fields.items()}
        required = [name for name, field in kind.fields.items() if is_required_input_field(field)]
        defaults = [
            (name, field.out_name or name, field)
            for name, field in kind.fields.items()
            if coerce_default_value(field) is not Undefined
        ]
        is_one_of, made = kind.is_one_of, kind.out_type

        def coerce(value: Any) -> Any:
            if type(value) is not dict or any(name not in value for name in required):
                raise NotCompilable
            coerced = {}
            for name, item in value.items():
                if name not in fields:
                    raise NotCompilable
                out_name, coerce_item = fields[name]
                coerced[out_name] = coerce_item(item)
            for name, out_name, field in defaults:
                if name not in value:
                    coerced[out_name] = coerce_default_value(field)
            if is_one_of and (len(coerced) != 1 or None in coerced.values()):
                raise NotCompilable
            try:
                return made(coerced)
            except GraphQLError as refusal:
                raise NotCompilable from refusal

        return coerce


@lru_cache(8)
def _inputs_of(schema: GraphQLSchema) -> _Inputs:
    return _Inputs()


def _not_null(coerce: Coerce) -> Coerce:
    def coerced(value: Any) -> Any:
        if value is None:
            raise NotCompilable
        return coerce(value)

    return coerced


def _nullable(coerce: Coerce) -> Coerce:
    return lambda value: None if value is None else coerce(value)


def _list_of(coerce: Coerce) -> Coerce:
    # A single value stands for a list of it.
    return lambda value: [coerce(item) for item in value] if type(value) is list else [coerce(value)]


def _leaf(coerce: Coerce) -> Coerce:
    def coerced(value: Any) -> Any:
        try:
            result = coerce(value)
        except Exception:
            raise NotCompilable from None
        if result is Undefined:
            raise NotCompilable
        return result

    return coerced
