"""Documents that were parsed, validated, measured and, where they are queries, compiled once, to be executed often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter, to_thread
from cachetools import LRUCache
from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from strawberry import Schema
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.compiled.query import CompiledQuery
from api.core.strawberry_internals import graphql_schema
from api.limits.cost import cost_of

#: What people write is a tenth of it; what is longer is not kept in memory.
_LONGEST = 20_000
#: Read and validated in some milliseconds, whatever it holds.
_SHORT = 300
#: Report at most this many validation errors.
_MOST_FAULTS = 20
#: Documents that hold neither word are queries.
_NO_QUERY = ("mutation", "subscription")


class Document:
    """A valid document and the operation that is asked for. `query` is None for mutations and subscriptions, which
    graphql-core executes.
    """

    def __init__(
        self, schema: Schema, text: str, tree: DocumentNode, operation: OperationDefinitionNode, max_tokens: int
    ) -> None:
        self.text, self.kind = text, operation.operation
        self._tree, self._max_tokens = tree, max_tokens
        self._cost = cost_of(graphql_schema(schema), tree, operation)
        self.query = CompiledQuery(schema, tree, operation) if self.kind is OperationType.QUERY else None
        #: The names of its root fields; a name that there is not when some of them stand in fragments.
        self.root_fields = frozenset(
            selection.name.value if isinstance(selection, FieldNode) else "..."
            for selection in operation.selection_set.selections
        )

    def tree(self) -> DocumentNode:
        """The document with the places of its words, as graphql-core tells them with errors."""
        if self._tree.loc is not None:
            return self._tree
        return parse(self.text, max_tokens=self._max_tokens)

    def cost(self, given: dict[str, Any]) -> int:
        """The number of fields that its answer can hold at most (see `api.limits.cost`)."""
        return self._cost.total(given)

    def check(self, given: dict[str, Any]) -> None:
        """Raises INVALID for a text or a list that is longer than any may be."""
        self._cost.check(given)


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong with a document that is not answered, as far as was looked."""

    errors: Sequence[GraphQLError]


class Documents:
    """The prepared documents of a schema, the latest `most` of them."""

    def __init__(self, schema: Schema, rules: Sequence[type[ASTValidationRule]], max_tokens: int, most: int) -> None:
        self._schema = schema
        # Those that Strawberry adds, too: what was validated here is not validated again.
        self._rules = (*specified_rules, *rules, MaybeNullValidationRule, OneOfInputValidationRule)
        self._max_tokens = max_tokens
        self._known: LRUCache[tuple[str, str | None], Document | Invalid | None] = LRUCache(most)
        self._one_at_a_time: CapacityLimiter | None = None

    async def prepared(self, query: str, operation_name: str | None) -> Document | Invalid | None:
        """Return None for a document without the operation: graphql-core then answers, with the error."""
        key = (query, operation_name)
        if key in self._known:
            return self._known[key]
        if len(query) <= _SHORT:
            found = self._prepare(query, operation_name)
        else:
            # Beside the event loop: whoever sends what takes long to look at keeps nobody else waiting.
            self._one_at_a_time = self._one_at_a_time or CapacityLimiter(1)
            found = await to_thread.run_sync(self._prepare, query, operation_name, limiter=self._one_at_a_time)
        if len(query) <= _LONGEST:
            self._known[key] = found
        return found

    def _prepare(self, query: str, operation_name: str | None) -> Document | Invalid | None:
        try:
            # A query is kept without the places of its words, which would be most of it: only faults tell them.
            is_query = not any(word in query for word in _NO_QUERY)
            document = parse(query, max_tokens=self._max_tokens, no_location=is_query)
            if faults := self._faults(document):
                located = self._faults(parse(query, max_tokens=self._max_tokens)) if is_query else faults
                return Invalid(located)
            operation = get_operation_ast(document, operation_name)
            return None if operation is None else Document(self._schema, query, document, operation, self._max_tokens)
        except GraphQLError as fault:
            return Invalid([fault])
        except RecursionError as deep:
            return Invalid([GraphQLError("", original_error=deep)])

    def _faults(self, document: DocumentNode) -> Sequence[GraphQLError]:
        return validate(graphql_schema(self._schema), document, self._rules, max_errors=_MOST_FAULTS)
