"""The schema as it is executed: within its limits, by the compiled executor where that can, every error with a code."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cached_property
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError, OperationType
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.base import StrawberryObjectDefinition, StrawberryType
from strawberry.types.execution import PreExecutionError

from api.compiled.documents import Document, Documents, Invalid
from api.core.coded_errors import coded
from api.core.context import Context
from api.limits.documents import MOST_TOKENS, RULES

CACHED = 500

_INVALID = {"code": "GRAPHQL_INVALID"}
_ONLY_FOLLOWED = (
    "Un abonnement se suit par WebSocket (graphql-transport-ws), ou par HTTP avec l'en-tête Accept: text/event-stream."
)


class ContractNames(NameConverter):
    """Strawberry's names, except the one that the contract shortens."""

    def from_generic(self, generic_type: StrawberryObjectDefinition, types: list[StrawberryType | type]) -> str:
        name = super().from_generic(generic_type, types)
        return "AuditConnection" if name == "AuditEntryConnection" else name


class Schema(strawberry.Schema):
    """Every error leaves with a code; unexpected ones only with the number of their incident.

    Not an extension: those miss errors raised while a document is parsed or validated.
    """

    @cached_property
    def documents(self) -> Documents:
        """Documents, parsed and validated once for both executors."""
        return Documents(self, RULES, MOST_TOKENS, CACHED)

    async def execute(self, query: str | None, *args: Any, **kwargs: Any) -> ExecutionResult:
        document = await self._prepared(query, **kwargs)
        if isinstance(document, Document) and document.kind is OperationType.SUBSCRIPTION:
            document = Invalid([GraphQLError(_ONLY_FOLLOWED, extensions=_INVALID)])
        refused = _refused(document)
        return _with_codes(refused or await super().execute(query, *args, **kwargs))

    async def stream(self, query: str | None, *args: Any, **kwargs: Any) -> StreamResult:
        document = await self._prepared(query, **kwargs)
        refused = _refused(document)
        results = _alone(refused) if refused else await super().stream(query, *args, **kwargs)
        context: Context = kwargs["context_value"]
        followed = document.followed if isinstance(document, Document) else None
        answers = _stream_with_codes(results if followed is None else _with_path(results, followed, context))
        context.answers = answers
        return answers

    async def _prepared(
        self, query: object, *, context_value: object = None, operation_name: object = None, **_: Any
    ) -> Document | Invalid | None:
        """Prepare the document, and keep it in the context for the executors."""
        if not query or not isinstance(query, str) or not isinstance(operation_name, str | None):
            # graphql-core refuses a missing document in its own words.
            return None
        if not isinstance(context_value, Context):
            return await self.documents.prepared(query, operation_name)
        if context_value.document is None:
            context_value.document = await self.documents.prepared(query, operation_name)
        document = context_value.document
        return document if isinstance(document, Document | Invalid) else None

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here: `coded` logs unexpected errors, without values that a person sent."""


def _refused(document: Document | Invalid | None) -> PreExecutionError | None:
    return PreExecutionError(data=None, errors=list(document.errors)) if isinstance(document, Invalid) else None


R = TypeVar("R")


def _with_codes(result: R) -> R:
    if isinstance(result, ExecutionResult) and result.errors:
        result.errors = coded(result.errors)
    return result


async def _stream_with_codes(results: StreamResult) -> AsyncGenerator[Any, None]:
    async with aclosing(results):
        async for result in results:
            yield _with_codes(result)


async def _alone(result: PreExecutionError) -> AsyncGenerator[PreExecutionError]:
    yield result


async def _with_path(results: StreamResult, followed: str, context: Context) -> AsyncGenerator[Any, None]:
    """Give the errors of a subscription's source the path of its field; what was refused at first has no `data`."""
    async with aclosing(results):
        async for result in results:
            if isinstance(result, ExecutionResult) and result.errors and not any(error.path for error in result.errors):
                result.errors = [_at(followed, error) for error in result.errors]
                if not context.is_following:
                    yield PreExecutionError(data=None, errors=result.errors, extensions=result.extensions)
                    continue
            yield result


def _at(followed: str, error: GraphQLError) -> GraphQLError:
    return GraphQLError(
        error.message,
        error.nodes,
        error.source,
        error.positions,
        [followed],
        error.original_error,
        error.extensions,
    )
