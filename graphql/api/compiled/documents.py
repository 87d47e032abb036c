"""Documents parsed, validated, measured and, if they are queries, compiled once, then executed often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter, to_thread
from cachetools import LRUCache
from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from strawberry import Schema
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.compiled.ordinary import is_ordinary
from api.compiled.query import CompiledQuery
from api.core.strawberry_internals import graphql_schema
from api.limits.cost import cost_of

#: Ten times what people write; longer documents are not cached.
_LONGEST = 20_000
#: Parsed and validated within milliseconds, whatever it holds.
_SHORT = 300
#: Documents with neither word are queries.
_NO_QUERY = ("mutation", "subscription")
#: So are ordinary queries of this length, which one walk tells valid.
_ORDINARY = 1_500
#: Fragments, directives, introspection: what no ordinary query holds, so that it is not parsed twice.
_NOT_ORDINARY = ("...", "@", "__schema", "__type(", *_NO_QUERY)
#: Digests of documents that were asked for once.
_MOST_ONCE = 10_000
#: Report at most this many validation errors.
_MOST_FAULTS = 20


class Document:
    """A valid document with the selected operation. `query` is None for mutations and subscriptions, which graphql-core
    executes.
    """

    def __init__(
        self, schema: Schema, text: str, tree: DocumentNode, operation: OperationDefinitionNode, max_tokens: int
    ) -> None:
        self.text, self.kind = text, operation.operation
        self._tree, self._max_tokens = tree, max_tokens
        self._cost = cost_of(graphql_schema(schema), tree, operation)
        self.query = CompiledQuery(schema, tree, operation, "@" in text) if self.kind is OperationType.QUERY else None
        #: The names of the root fields, with "..." if some are in fragments.
        self.root_fields = frozenset(
            selection.name.value if isinstance(selection, FieldNode) else "..."
            for selection in operation.selection_set.selections
        )

        self._operation = operation
        self.name = operation.name.value if operation.name else None

    @property
    def followed(self) -> str | None:
        """The response key of a subscription's only root field."""
        if self.kind is not OperationType.SUBSCRIPTION:
            return None
        (selection,) = self._operation.selection_set.selections
        while not isinstance(selection, FieldNode):
            (selection,) = self._within(selection).selections
        return (selection.alias or selection.name).value

    def _within(self, selection: SelectionNode) -> SelectionSetNode:
        if isinstance(selection, InlineFragmentNode):
            return selection.selection_set
        assert isinstance(selection, FragmentSpreadNode)
        return next(
            definition.selection_set
            for definition in self._tree.definitions
            if isinstance(definition, FragmentDefinitionNode) and definition.name.value == selection.name.value
        )

    def tree(self) -> DocumentNode:
        """Return the document with locations, which graphql-core reports with errors."""
        if self._tree.loc is not None:
            return self._tree
        return parse(self.text, max_tokens=self._max_tokens)

    def cost(self, variables: dict[str, Any]) -> int:
        """Return the number of fields that the answer can hold at most (see `api.limits.cost`)."""
        return self._cost.total(variables)

    def check(self, variables: dict[str, Any]) -> None:
        """Raise INVALID for a text or list that is too long."""
        self._cost.check(variables)


@dataclass(frozen=True, slots=True)
class Invalid:
    """The errors of a refused document."""

    errors: Sequence[GraphQLError]


def _no_operation(document: DocumentNode, name: str | None) -> str:
    """Return Strawberry's message for a document without the operation."""
    if name is not None:
        return f'Unknown operation named "{name}".'
    if any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions):
        return "operationName is needed: the document has several operations"
    return "Must provide an operation."


class Documents:
    """The prepared documents of a schema, in an LRU cache of `most`."""

    def __init__(self, schema: Schema, rules: Sequence[type[ASTValidationRule]], max_tokens: int, most: int) -> None:
        self._schema = schema
        # Include Strawberry's own rules: a document is validated only here.
        self._rules = (*specified_rules, *rules, MaybeNullValidationRule, OneOfInputValidationRule)
        self._max_tokens = max_tokens
        self._prepared: LRUCache[tuple[str, str | None], Document | Invalid] = LRUCache(most)
        #: Documents seen once. One that is never asked for again puts no other out of the cache, and leaves full
        #: collections of garbage little to look at.
        self._once: LRUCache[int, None] = LRUCache(_MOST_ONCE)
        #: Documents that are known beforehand: never put out of the cache.
        self._ahead: dict[tuple[str, str | None], Document] = {}
        self._one_at_a_time: CapacityLimiter | None = None

    def prepare_ahead(self, texts: Iterable[str]) -> None:
        """Prepare documents that will be asked for, so that the first request of each waits for nothing.

        They are asked for with the name of their operation or without it. What the schema refuses is left out.
        """
        for text in texts:
            document = self._prepare(text, None)
            if isinstance(document, Document):
                self._ahead[text, None] = self._ahead[text, document.name] = document

    async def prepared(self, query: str, operation_name: str | None) -> Document | Invalid:
        """Prepare a document, or say why it is refused."""
        key = (query, operation_name)
        if key in self._prepared:
            return self._prepared[key]
        if key in self._ahead:
            return self._ahead[key]
        ordinary = self._ordinary(query, operation_name) if len(query) <= _ORDINARY else None
        document = ordinary or await self._validated(query, operation_name)
        if len(query) <= _LONGEST:
            self._keep(key, document)
        return document

    async def _validated(self, query: str, operation_name: str | None) -> Document | Invalid:
        if len(query) <= _SHORT:
            return self._prepare(query, operation_name)
        # In a thread, one at a time: long documents must not delay other requests.
        self._one_at_a_time = self._one_at_a_time or CapacityLimiter(1)
        return await to_thread.run_sync(self._prepare, query, operation_name, limiter=self._one_at_a_time)

    def _keep(self, key: tuple[str, str | None], document: Document | Invalid) -> None:
        digest = hash(key)
        if digest in self._once:
            del self._once[digest]
            self._prepared[key] = document
        else:
            self._once[digest] = None

    def _ordinary(self, query: str, operation_name: str | None) -> Document | None:
        """Prepare a query that one walk can tell valid; None leaves the document to graphql-core."""
        if any(word in query for word in _NOT_ORDINARY):
            return None
        try:
            document = parse(query, max_tokens=self._max_tokens, no_location=True)
        except (GraphQLError, RecursionError):
            return None
        operation = get_operation_ast(document, operation_name)
        if operation is None or not is_ordinary(graphql_schema(self._schema), document):
            return None
        return Document(self._schema, query, document, operation, self._max_tokens)

    def _prepare(self, query: str, operation_name: str | None) -> Document | Invalid:
        """Prepare a document by the rules of graphql-core, Strawberry's and ours."""
        try:
            # Queries are parsed without locations, which would take most of their memory: only errors need them.
            is_query = not any(word in query for word in _NO_QUERY)
            document = parse(query, max_tokens=self._max_tokens, no_location=is_query)
            if faults := self._faults(document):
                located = self._faults(parse(query, max_tokens=self._max_tokens)) if is_query else faults
                return Invalid(located)
            operation = get_operation_ast(document, operation_name)
            if operation is None:
                return Invalid([GraphQLError(_no_operation(document, operation_name))])
            return Document(self._schema, query, document, operation, self._max_tokens)
        except GraphQLError as error:
            return Invalid([error])
        except RecursionError as error:
            return Invalid([GraphQLError("", original_error=error)])

    def _faults(self, document: DocumentNode) -> Sequence[GraphQLError]:
        return validate(graphql_schema(self._schema), document, self._rules, max_errors=_MOST_FAULTS)
