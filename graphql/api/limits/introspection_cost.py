"""What an answer about the schema itself holds: counted exactly, since the schema is known.

An estimate would not do: types have lists of fields that have types, whose lists differ a hundredfold in length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    StringValueNode,
    get_named_type,
    get_nullable_type,
    introspection_types,
    is_list_type,
    is_type,
)

ROOTS = ("__schema", "__type")
_Type = introspection_types["__Type"]
_Schema = introspection_types["__Schema"]


@dataclass(frozen=True, slots=True)
class IntrospectionCounting:
    """Counts fields, no further than a little beyond `most`."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    most: int
    known: dict[tuple[int, int], int] = field(default_factory=dict)

    def root(self, asked: FieldNode) -> int:
        """Of `__schema` or `__type`; a type that a variable names counts as the largest."""
        if asked.selection_set is None:
            return 1
        if asked.name.value == "__schema":
            return 1 + self._selected(asked.selection_set, _Schema, self.schema)
        said = asked.arguments[0].value if asked.arguments else None
        named = self.schema.get_type(said.value) if isinstance(said, StringValueNode) else self._largest()
        return 1 if named is None else 1 + self._selected(asked.selection_set, _Type, named)

    def _largest(self) -> GraphQLNamedType:
        return max(self.schema.type_map.values(), key=_width)

    def _selected(self, chosen: SelectionSetNode, of: GraphQLNamedType, source: Any) -> int:
        # Types stay what they are; what stands between them is made anew each time.
        key = (id(chosen), id(source)) if is_type(source) else None
        if key in self.known:
            return self.known[key]
        total = 0
        for one in chosen.selections:
            if total > self.most:
                break
            if isinstance(one, FieldNode):
                total += self._field(one, of, source)
            elif isinstance(one, FragmentSpreadNode):
                # Each spread is work of its own where nothing is compiled.
                total += 1 + self._selected(self.fragments[one.name.value].selection_set, of, source)
            elif isinstance(one, InlineFragmentNode):
                total += self._selected(one.selection_set, of, source)
        if key is not None:
            self.known[key] = total
        return total

    def _field(self, asked: FieldNode, of: GraphQLNamedType, source: Any) -> int:
        assert isinstance(of, GraphQLObjectType), "the types of introspection are"
        told = of.fields.get(asked.name.value)
        if told is None or asked.selection_set is None or told.resolve is None:
            return 1
        given = {"includeDeprecated": True} if "includeDeprecated" in told.args else {}
        info: Any = SimpleNamespace(schema=self.schema)
        found, kind = told.resolve(source, info, **given), get_named_type(told.type)
        total = 1
        for one in () if found is None else found if is_list_type(get_nullable_type(told.type)) else (found,):
            total += self._selected(asked.selection_set, kind, one)
            if total > self.most:
                break
        return total


def _width(kind: GraphQLNamedType) -> int:
    return len(kind.fields) if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else 0
