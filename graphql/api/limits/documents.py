"""Limits that a document is held to before anything else looks at it: its depth, and how many aliases it has.

Written here because Strawberry's own limiters follow fragments once for each place where they are spread: thirty lines
of fragments that spread the next one twice hold a server for ever, and two that spread each other overflow its stack.
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

#: Four times what the longest of our documents has.
MOST_TOKENS = 2_000
DEEPEST = 15
MOST_ALIASES = 50
#: Fields of one name are compared two by two where they may stand in one place of the answer.
MOST_ALIKE = 100
#: Fragments are compared with one another, too.
MOST_SPREADS = 100
#: Python itself refuses to read numbers of some thousand digits.
_LONGEST_NUMBER = 20

Fragments = Mapping[str, FragmentDefinitionNode]
#: What one selection counts, given what is selected within it (0 for nothing).
Count = Callable[[SelectionNode, int], int]
Total = Callable[[Iterable[int]], int]


class Limits(ASTValidationRule):
    """Refuses what is deeper, has more aliases with its fragments, or repeats a field more often than may be.

    Also a fragment that is spread too often, and numbers of more digits than an Int has. Raises GraphQLError when the
    rule is made: nothing else is to look at such a document.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        _refuse_repetition(context.document)
        definitions = context.document.definitions
        fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        deep, aliased = _Walk(fragments, _level, _largest), _Walk(fragments, _alias, sum)
        for operation in operations:
            name = operation.name.value if operation.name else "anonymous"
            if (depth := deep.over(operation.selection_set)) > DEEPEST:
                raise GraphQLError(f"'{name}' has a depth of {depth}, {DEEPEST} at most", operation)
        if (aliases := sum(aliased.over(one.selection_set) for one in operations)) > MOST_ALIASES:
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
    """Counts over selections; each fragment once, however often it is spread. A cycle, refused elsewhere, counts 0."""

    def __init__(self, fragments: Fragments, count: Count, total: Total) -> None:
        self._fragments, self._count, self._total = fragments, count, total
        self._known: dict[str, int] = {}

    def over(self, chosen: SelectionSetNode) -> int:
        return self._total(self._count(one, self._within(one)) for one in chosen.selections)

    def _within(self, one: SelectionNode) -> int:
        if isinstance(one, FragmentSpreadNode):
            return self._spread(one.name.value)
        chosen: SelectionSetNode | None = one.selection_set  # type: ignore[attr-defined]
        return 0 if chosen is None else self.over(chosen)

    def _spread(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 0
            fragment = self._fragments.get(name)
            self._known[name] = 0 if fragment is None else self.over(fragment.selection_set)
        return self._known[name]


def _level(one: SelectionNode, within: int) -> int:
    """Fields within fields; what is told of the schema itself has a limit of its own (MaxIntrospectionDepthRule)."""
    if not isinstance(one, FieldNode):
        return within
    return 0 if one.selection_set is None or one.name.value.startswith("__") else 1 + within


def _alias(one: SelectionNode, within: int) -> int:
    return within + (isinstance(one, FieldNode) and one.alias is not None)


def _largest(depths: Iterable[int]) -> int:
    return max(depths, default=0)


#: Made once: rules made for each request would never be found again in the validation cache.
RULES: Sequence[type[ASTValidationRule]] = (Limits,)
