"""Limits that every document meets before anything else reads it: its depth and its number of aliases.

Strawberry's own limiters follow a fragment once for each place where it is spread: thirty lines of fragments that each
spread the next one twice block a server, and two fragments that spread each other overflow its stack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    visit,
)
from graphql.language import Visitor

#: Four times the longest of our documents.
MOST_TOKENS = 2_000
DEEPEST = 15
MOST_ALIASES = 50
#: graphql-core compares fields of the same name in pairs where they may share a place of the answer.
MOST_ALIKE = 100
#: graphql-core compares fragments in pairs, too.
MOST_SPREADS = 100
#: Python refuses to parse numbers of several thousand digits.
_LONGEST_NUMBER = 20

Fragments = Mapping[str, FragmentDefinitionNode]
#: The count of one selection, from the count of the selections within it (0 if there are none).
Count = Callable[[SelectionNode, int], int]
Total = Callable[[Iterable[int]], int]


class Limits(ASTValidationRule):
    """Refuse a document that is too deep, has too many aliases, or repeats a field or fragment too often.

    Numbers with more digits than an Int are refused as well. Raises GraphQLError from the constructor, so that no other
    rule reads the document.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        _refuse_repetition(context.document)
        definitions = context.document.definitions
        fragments = {
            definition.name.value: definition
            for definition in definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        operations = [definition for definition in definitions if isinstance(definition, OperationDefinitionNode)]
        depth_walk, aliases_walk = _Walk(fragments, _level, _largest), _Walk(fragments, _alias, sum)
        for operation in operations:
            name = operation.name.value if operation.name else "anonymous"
            if (depth := depth_walk.over(operation.selection_set)) > DEEPEST:
                raise GraphQLError(f"'{name}' has a depth of {depth}, {DEEPEST} at most", operation)
        if (aliases := sum(aliases_walk.over(operation.selection_set) for operation in operations)) > MOST_ALIASES:
            raise GraphQLError(f"{aliases} aliases found, {MOST_ALIASES} at most")


def _refuse_repetition(document: DocumentNode) -> None:
    counted: Counter[str] = Counter()
    spreads = 0

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            counted[(node.alias or node.name).value] += 1

        def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
            if len(node.value) > _LONGEST_NUMBER:
                raise GraphQLError(f"A number of {len(node.value)} digits is no Int", node)

        def enter_fragment_spread(self, *_: Any) -> None:
            nonlocal spreads
            spreads += 1

    visit(document, Fields())
    if spreads > MOST_SPREADS:
        raise GraphQLError(f"Fragments are spread {spreads} times, {MOST_SPREADS} at most")
    for name, times in counted.most_common(1):
        if times > MOST_ALIKE:
            raise GraphQLError(f"'{name}' is asked for {times} times, {MOST_ALIKE} at most")


class _Walk:
    """Count over selections, each fragment once. A fragment cycle counts 0: another rule refuses it."""

    def __init__(self, fragments: Fragments, count: Count, total: Total) -> None:
        self._fragments, self._count, self._total = fragments, count, total
        self._counts: dict[str, int] = {}

    def over(self, selection_set: SelectionSetNode) -> int:
        return self._total(self._count(selection, self._within(selection)) for selection in selection_set.selections)

    def _within(self, selection: SelectionNode) -> int:
        if isinstance(selection, FragmentSpreadNode):
            return self._spread(selection.name.value)
        selection_set: SelectionSetNode | None = selection.selection_set  # type: ignore[attr-defined]
        return 0 if selection_set is None else self.over(selection_set)

    def _spread(self, name: str) -> int:
        if name not in self._counts:
            self._counts[name] = 0
            fragment = self._fragments.get(name)
            self._counts[name] = 0 if fragment is None else self.over(fragment.selection_set)
        return self._counts[name]


def _level(selection: SelectionNode, within: int) -> int:
    """Count nested fields. Introspection has a limit of its own (MaxIntrospectionDepthRule)."""
    if not isinstance(selection, FieldNode):
        return within
    return 0 if selection.selection_set is None or selection.name.value.startswith("__") else 1 + within


def _alias(selection: SelectionNode, within: int) -> int:
    return within + (isinstance(selection, FieldNode) and selection.alias is not None)


def _largest(depths: Iterable[int]) -> int:
    return max(depths, default=0)


#: Module-level: rules created per request would never match in the validation cache.
RULES: Sequence[type[ASTValidationRule]] = (Limits,)
