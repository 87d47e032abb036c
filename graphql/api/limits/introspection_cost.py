"""Count the fields of an introspection answer, exactly.

An estimate is too coarse: lists of fields, whose types have lists of fields, differ a hundredfold in length.
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
    """Count fields, stopping a little beyond `most`."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    most: int
    counted: dict[tuple[int, int], int] = field(default_factory=dict)

    def root(self, node: FieldNode) -> int:
        """Count `__schema` or `__type`; a type named by a variable counts as the largest."""
        if node.selection_set is None:
            return 1
        if node.name.value == "__schema":
            return 1 + self._selected(node.selection_set, _Schema, self.schema)
        value = node.arguments[0].value if node.arguments else None
        kind = self.schema.get_type(value.value) if isinstance(value, StringValueNode) else self._largest()
        return 1 if kind is None else 1 + self._selected(node.selection_set, _Type, kind)

    def _largest(self) -> GraphQLNamedType:
        return max(self.schema.type_map.values(), key=_width)

    def _selected(self, selection_set: SelectionSetNode, parent: GraphQLNamedType, source: Any) -> int:
        # Types keep their identity; graphql-core builds the objects between them anew each time.
        key = (id(selection_set), id(source)) if is_type(source) else None
        if key in self.counted:
            return self.counted[key]
        total = 0
        for selection in selection_set.selections:
            if total > self.most:
                break
            if isinstance(selection, FieldNode):
                total += self._field(selection, parent, source)
            elif isinstance(selection, FragmentSpreadNode):
                # A spread is work of its own when nothing is compiled.
                total += 1 + self._selected(self.fragments[selection.name.value].selection_set, parent, source)
            elif isinstance(selection, InlineFragmentNode):
                total += self._selected(selection.selection_set, parent, source)
        if key is not None:
            self.counted[key] = total
        return total

    def _field(self, node: FieldNode, parent: GraphQLNamedType, source: Any) -> int:
        assert isinstance(parent, GraphQLObjectType), "the types of introspection are"
        definition = parent.fields.get(node.name.value)
        if definition is None or node.selection_set is None or definition.resolve is None:
            return 1
        arguments = {"includeDeprecated": True} if "includeDeprecated" in definition.args else {}
        info: Any = SimpleNamespace(schema=self.schema)
        value, kind = definition.resolve(source, info, **arguments), get_named_type(definition.type)
        total = 1
        values = () if value is None else value if is_list_type(get_nullable_type(definition.type)) else (value,)
        for item in values:
            total += self._selected(node.selection_set, kind, item)
            if total > self.most:
                break
        return total


def _width(kind: GraphQLNamedType) -> int:
    return len(kind.fields) if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else 0
