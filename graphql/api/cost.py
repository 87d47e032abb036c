"""What an answer may cost, known before it is made: about the number of fields that it can hold.

A page counts as large as it is asked for, whether or not there is so much; a list that has no pages counts as ten.
What `@skip` and `@include` leave out counts all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from graphql.utilities import value_from_ast_untyped

from api.introspection_cost import ROOTS, IntrospectionCounting
from projections.queries.paging import DEFAULT_PAGE, LARGEST_PAGE

MOST_COST = 50_000
#: Terms, answers, allowed actions: lists without pages hold about so many.
_LIST = 10
#: What is told of the schema takes graphql-core about as many times longer than a field of ours.
_OF_SCHEMA = 2
_BEYOND_COUNTING = 10**12
_SIZES = ("first", "last")


@dataclass(frozen=True, slots=True)
class _Repeated:
    """How often something is in the answer: as often as the document says, or, where it may, a variable."""

    times: int
    variable: str | None = None

    def of(self, given: Mapping[str, Any]) -> int:
        said = given.get(self.variable) if self.variable is not None else None
        return _page_size(said, self.times)


_ONCE = _Repeated(1)


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """`fixed`, and each part as often as its variable will say. Parts are shared: fragments are counted once."""

    fixed: int = 0
    parts: tuple[tuple[_Repeated, Cost], ...] = ()

    def of(self, given: Mapping[str, Any]) -> int:
        """With these variables, as the client gave them; of what is beyond all measure, a number that JSON can tell."""
        return min(self._of(given, {}) if self.parts else self.fixed, _BEYOND_COUNTING)

    def _of(self, given: Mapping[str, Any], known: dict[int, int]) -> int:
        if id(self) not in known:
            known[id(self)] = self.fixed + sum(often.of(given) * part._of(given, known) for often, part in self.parts)
        return known[id(self)]


def cost_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    """The cost of a valid operation."""
    root = schema.get_root_type(operation.operation)
    assert root is not None, "valid"
    defaults = {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return _Counting(schema, fragments, defaults).selected(operation.selection_set, root, None)


@dataclass(frozen=True, slots=True)
class _Counting:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    defaults: Mapping[str, Any]
    known: dict[tuple[str, _Repeated | None], Cost] = field(default_factory=dict)

    def selected(self, chosen: SelectionSetNode, of: GraphQLNamedType, page: _Repeated | None) -> Cost:
        """`page`: of the connection whose fields these are."""
        return _sum(self._one(one, of, page) for one in chosen.selections)

    def _one(self, one: SelectionNode, of: GraphQLNamedType, page: _Repeated | None) -> Cost:
        if isinstance(one, FieldNode):
            return self._introspected(one) if one.name.value in ROOTS else self._field(one, of, page)
        if isinstance(one, FragmentSpreadNode):
            key = (one.name.value, page)
            if key not in self.known:
                fragment = self.fragments[one.name.value]
                narrowed = self._type(fragment.type_condition.name.value)
                self.known[key] = self.selected(fragment.selection_set, narrowed, page)
            return self.known[key]
        assert isinstance(one, InlineFragmentNode)
        narrowed = self._type(one.type_condition.name.value) if one.type_condition else of
        return self.selected(one.selection_set, narrowed, page)

    def _introspected(self, asked: FieldNode) -> Cost:
        return Cost(
            _OF_SCHEMA * IntrospectionCounting(self.schema, self.fragments, MOST_COST // _OF_SCHEMA).root(asked)
        )

    def _type(self, name: str) -> GraphQLNamedType:
        return self.schema.type_map[name]

    def _field(self, asked: FieldNode, of: GraphQLNamedType, page: _Repeated | None) -> Cost:
        told = of.fields.get(asked.name.value) if isinstance(of, GraphQLObjectType | GraphQLInterfaceType) else None
        if told is None or asked.selection_set is None or is_leaf_type(get_named_type(told.type)):
            return Cost(1)
        own = self._asked_size(asked) if any(name in told.args for name in _SIZES) else None
        if not is_list_type(get_nullable_type(told.type)):
            return _sum((Cost(1), self.selected(asked.selection_set, get_named_type(told.type), own)))
        within = self.selected(asked.selection_set, get_named_type(told.type), None)
        return _sum((Cost(1), _times(own or page or _Repeated(_LIST), within)))

    def _asked_size(self, asked: FieldNode) -> _Repeated:
        for argument in asked.arguments or ():
            if argument.name.value not in _SIZES:
                continue
            if isinstance(argument.value, IntValueNode):
                return _Repeated(_page_size(int(argument.value.value), DEFAULT_PAGE))
            if isinstance(argument.value, VariableNode):
                name = argument.value.name.value
                return _Repeated(_page_size(self.defaults.get(name), DEFAULT_PAGE), name)
        return _Repeated(DEFAULT_PAGE)


def _page_size(said: Any, otherwise: int) -> int:
    """What is no size that may be asked for is refused when it is read."""
    return said if isinstance(said, int) and 0 <= said <= LARGEST_PAGE else otherwise


def _sum(costs: Iterable[Cost]) -> Cost:
    found = list(costs)
    fixed = sum(one.fixed for one in found if not one.parts)
    return Cost(fixed, tuple((_ONCE, one) for one in found if one.parts))


def _times(often: _Repeated, cost: Cost) -> Cost:
    if often.variable is None and not cost.parts:
        return Cost(often.times * cost.fixed)
    return Cost(0, ((often, cost),))
