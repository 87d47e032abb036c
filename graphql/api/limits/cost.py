"""Estimate the cost of an operation before it runs: about the number of fields that its answer can hold.

A page counts at its requested size, whatever it turns out to hold; a list without pages counts as ten. `@skip` and
`@include` are ignored. Long texts and lists count each time that they are used, and fields with `at` add the cost of
folding the past.
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
from api.limits.values import ArgumentValues, default_values, weight_of
from projections.engine.paging import DEFAULT_PAGE, LARGEST_PAGE

MOST_COST = 50_000
#: The bound for introspection, apart: IDEs and generators ask for the whole schema, which grows with each type.
MOST_OF_SCHEMA = 200_000
#: Usual length of a list without pages, such as terms, answers or allowed actions.
_LIST = 10
#: graphql-core takes about this many times longer for a field of the introspection than for one of ours.
_OF_SCHEMA = 2
_BEYOND_COUNTING = 10**12
#: Looking back folds the events of the object, and of its structure where that is selected.
_PAST, _AT = 2_500, "at"
_SIZES = ("first", "last")
#: Parts and variables of a cost that is counted together with those beside it.
_SHORT = 10


@dataclass(frozen=True, slots=True)
class _Repeated:
    """How often a part is repeated: a literal number, or the value of a variable if it is a valid page size."""

    times: int
    variable: str | None = None

    def count(self, variables: Mapping[str, Any]) -> int:
        size = variables.get(self.variable) if self.variable is not None else None
        return _page_size(size, self.times)


_ONCE = _Repeated(1)


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """A cost: `fixed`, plus the weight of the variables `used`, plus each part times its repetition.

    Fragments are counted once and their costs shared. `values` and `introspected` are set for a whole operation only.
    """

    fixed: int = 0
    parts: tuple[tuple[_Repeated, Cost], ...] = ()
    used: tuple[str, ...] = ()
    values: ArgumentValues | None = None
    introspected: int = 0

    def total(self, variables: Mapping[str, Any]) -> int:
        """Return the total for these variables, capped so that it fits in JSON."""
        return min(self.introspected + self._own(variables), _BEYOND_COUNTING)

    def _own(self, variables: Mapping[str, Any]) -> int:
        return self.fixed if self.is_fixed else self.count_within(variables, {}, {})

    @property
    def most(self) -> int:
        """The most that an operation of this kind may cost in all."""
        return MOST_COST + MOST_OF_SCHEMA if self.introspected else MOST_COST

    def is_too_much(self, variables: Mapping[str, Any]) -> bool:
        return self._own(variables) > MOST_COST or self.introspected > MOST_OF_SCHEMA

    @property
    def is_fixed(self) -> bool:
        return not self.parts and not self.used

    def check(self, variables: Mapping[str, Any]) -> None:
        """Raise INVALID for a text or list, in the document or these variables, that is too long."""
        if self.values is not None:
            self.values.check(variables)

    def count_within(self, variables: Mapping[str, Any], totals: dict[int, int], weights: dict[str, int]) -> int:
        if id(self) not in totals:
            for name in self.used:
                if name not in weights:
                    weights[name] = weight_of(variables.get(name))
            own = self.fixed + sum(weights[name] for name in self.used)
            parts = (
                repeated.count(variables) * part.count_within(variables, totals, weights)
                for repeated, part in self.parts
            )
            totals[id(self)] = own + sum(parts)
        return totals[id(self)]


def cost_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    """Return the cost of a valid operation."""
    root = schema.get_root_type(operation.operation)
    assert root is not None, "valid"
    defaults = default_values(operation)
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    values = ArgumentValues(defaults)
    counting = _Counting(schema, fragments, defaults, values)
    counted = counting.selected(operation.selection_set, root, None)
    return replace(counted, values=values, introspected=_OF_SCHEMA * sum(counting.introspected))


@dataclass(frozen=True, slots=True)
class _Counting:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    defaults: Mapping[str, Any]
    values: ArgumentValues
    counted: dict[tuple[str, _Repeated | None], Cost] = field(default_factory=dict)
    introspected: list[int] = field(default_factory=list)

    def selected(self, selection_set: SelectionSetNode, parent: GraphQLNamedType, page: _Repeated | None) -> Cost:
        """Count a selection set; `page` is the page of the connection that it belongs to."""
        return _sum(self._selection(selection, parent, page) for selection in selection_set.selections)

    def _selection(self, selection: SelectionNode, parent: GraphQLNamedType, page: _Repeated | None) -> Cost:
        if isinstance(selection, FieldNode):
            return (
                self._introspected(selection) if selection.name.value in ROOTS else self._field(selection, parent, page)
            )
        if isinstance(selection, FragmentSpreadNode):
            key = (selection.name.value, page)
            if key not in self.counted:
                fragment = self.fragments[selection.name.value]
                narrowed = self._type(fragment.type_condition.name.value)
                self.counted[key] = self.selected(fragment.selection_set, narrowed, page)
            return self.counted[key]
        assert isinstance(selection, InlineFragmentNode)
        narrowed = self._type(selection.type_condition.name.value) if selection.type_condition else parent
        return self.selected(selection.selection_set, narrowed, page)

    def _introspected(self, node: FieldNode) -> Cost:
        most = MOST_OF_SCHEMA // _OF_SCHEMA
        self.introspected.append(IntrospectionCounting(self.schema, self.fragments, most).root(node))
        return Cost()

    def _type(self, name: str) -> GraphQLNamedType:
        return self.schema.type_map[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType, page: _Repeated | None) -> Cost:
        definition = (
            parent.fields.get(node.name.value) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        )
        if definition is None:
            return Cost(1)
        own = self._own(node, definition, parent is self.schema.mutation_type)
        if node.selection_set is None or is_leaf_type(get_named_type(definition.type)):
            return own
        size = self._asked_size(node) if any(name in definition.args for name in _SIZES) else None
        if not is_list_type(get_nullable_type(definition.type)):
            return _sum((own, self.selected(node.selection_set, get_named_type(definition.type), size)))
        within = self.selected(node.selection_set, get_named_type(definition.type), None)
        return _sum((own, _times(size or page or _Repeated(_LIST), within)))

    def _own(self, node: FieldNode, definition: GraphQLField, is_command: bool) -> Cost:
        """Count the field alone: one, plus the weight of its arguments."""
        fixed = 1
        used: list[str] = []
        for argument in node.arguments or ():
            name = argument.name.value
            if name not in definition.args:
                continue
            weight, variables = self.values.take((name,), argument.value, definition.args[name].type, is_command)
            fixed += weight
            used += variables
            if name == _AT and not isinstance(argument.value, NullValueNode):
                fixed += _PAST
        return Cost(fixed, used=tuple(used))

    def _asked_size(self, node: FieldNode) -> _Repeated:
        for argument in node.arguments or ():
            if argument.name.value not in _SIZES:
                continue
            if isinstance(argument.value, IntValueNode):
                return _Repeated(_page_size(int(argument.value.value), DEFAULT_PAGE))
            if isinstance(argument.value, VariableNode):
                name = argument.value.name.value
                return _Repeated(_page_size(self.defaults.get(name), DEFAULT_PAGE), name)
        return _Repeated(DEFAULT_PAGE)


def _page_size(size: Any, default: int) -> int:
    """Invalid sizes count as `default`: the resolver refuses them."""
    return size if isinstance(size, int) and 0 <= size <= LARGEST_PAGE else default


def _sum(costs: Iterable[Cost]) -> Cost:
    """Add costs up. Short ones are taken in; longer ones are shared, since fragments may spread each other often."""
    fixed = 0
    parts: list[tuple[_Repeated, Cost]] = []
    used: list[str] = []
    for cost in costs:
        if len(cost.parts) + len(cost.used) > _SHORT:
            parts.append((_ONCE, cost))
            continue
        fixed += cost.fixed
        parts += cost.parts
        used += cost.used
    return Cost(fixed, tuple(parts), tuple(used))


def _times(repeated: _Repeated, cost: Cost) -> Cost:
    if repeated.variable is None and cost.is_fixed:
        return Cost(repeated.times * cost.fixed)
    return Cost(0, ((repeated, cost),))
