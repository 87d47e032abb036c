"""What an answer may cost, known before it is made: about the number of fields that it can hold.

A page counts as large as it is asked for, whether or not there is so much; a list that has no pages counts as ten.
What `@skip` and `@include` leave out counts all the same. Long texts and lists count each time that they are used, and
what is asked of the past counts for what has to be folded for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from api.limits.introspection_cost import ROOTS, IntrospectionCounting
from api.limits.values import GivenValues, default_values, weight_of
from projections.engine.paging import DEFAULT_PAGE, LARGEST_PAGE

MOST_COST = 50_000
#: Terms, answers, allowed actions: lists without pages hold about so many.
_LIST = 10
#: What is told of the schema takes graphql-core about as many times longer than a field of ours.
_OF_SCHEMA = 2
_BEYOND_COUNTING = 10**12
#: A thing of the past is folded from its events, and all that is its structure's with it where that is asked for.
_PAST, _AT = 2_500, "at"
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
    """`fixed`, what the variables `used` weigh, and each part as often as its variable will say. Parts are shared:
    fragments are counted once. `values`: of a whole operation, all that it gives.
    """

    fixed: int = 0
    parts: tuple[tuple[_Repeated, Cost], ...] = ()
    used: tuple[str, ...] = ()
    values: GivenValues | None = None

    def of(self, given: Mapping[str, Any]) -> int:
        """With these variables, as the client gave them; of what is beyond all measure, a number that JSON can tell."""
        return min(self.fixed if self.is_fixed else self._of(given, {}, {}), _BEYOND_COUNTING)

    @property
    def is_fixed(self) -> bool:
        return not self.parts and not self.used

    def check(self, given: Mapping[str, Any]) -> None:
        """Raises INVALID for a text or a list, in the document or these variables, that is longer than any may be."""
        if self.values is not None:
            self.values.check(given)

    def _of(self, given: Mapping[str, Any], known: dict[int, int], weights: dict[str, int]) -> int:
        if id(self) not in known:
            for name in self.used:
                if name not in weights:
                    weights[name] = weight_of(given.get(name))
            own = self.fixed + sum(weights[name] for name in self.used)
            known[id(self)] = own + sum(often.of(given) * part._of(given, known, weights) for often, part in self.parts)
        return known[id(self)]


def cost_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    """The cost of a valid operation."""
    root = schema.get_root_type(operation.operation)
    assert root is not None, "valid"
    defaults = default_values(operation)
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    values = GivenValues(defaults)
    counted = _Counting(schema, fragments, defaults, values).selected(operation.selection_set, root, None)
    return replace(counted, values=values)


@dataclass(frozen=True, slots=True)
class _Counting:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    defaults: Mapping[str, Any]
    values: GivenValues
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
        if told is None:
            return Cost(1)
        own = self._own(asked, told, of is self.schema.mutation_type)
        if asked.selection_set is None or is_leaf_type(get_named_type(told.type)):
            return own
        size = self._asked_size(asked) if any(name in told.args for name in _SIZES) else None
        if not is_list_type(get_nullable_type(told.type)):
            return _sum((own, self.selected(asked.selection_set, get_named_type(told.type), size)))
        within = self.selected(asked.selection_set, get_named_type(told.type), None)
        return _sum((own, _times(size or page or _Repeated(_LIST), within)))

    def _own(self, asked: FieldNode, told: GraphQLField, is_command: bool) -> Cost:
        """Of the field alone: one, and what its arguments give."""
        fixed = 1
        used: list[str] = []
        for argument in asked.arguments or ():
            name = argument.name.value
            if name not in told.args:
                continue
            weight, variables = self.values.take((name,), argument.value, told.args[name].type, is_command)
            fixed += weight
            used += variables
            if name == _AT and not isinstance(argument.value, NullValueNode):
                fixed += _PAST
        return Cost(fixed, used=tuple(used))

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
    fixed = sum(one.fixed for one in found if one.is_fixed)
    return Cost(fixed, tuple((_ONCE, one) for one in found if not one.is_fixed))


def _times(often: _Repeated, cost: Cost) -> Cost:
    if often.variable is None and cost.is_fixed:
        return Cost(often.times * cost.fixed)
    return Cost(0, ((often, cost),))
