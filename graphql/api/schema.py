"""The schema, with its limits and its caches."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import cached_property
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError, OperationType
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.base import StrawberryObjectDefinition, StrawberryType
from strawberry.types.execution import PreExecutionError

from api.compiled.documents import Document, Documents, Invalid
from api.compiled.prepared_document import PreparedDocument
from api.core.answers import Refused, unavailable
from api.core.context import Context
from api.core.errors import ApiError, api_errors
from api.core.incidents import report
from api.core.named_operation import NamedOperation
from api.core.permissions import enforce
from api.core.scalars import SCALARS
from api.core.strawberry_internals import graphql_schema
from api.following.per_event import PerEventExecutor
from api.following.stream_release import EachResult
from api.limits.cost_limit import CostLimit
from api.limits.documents import MOST_TOKENS, RULES
from api.mutation import Mutation
from api.publishing.descriptions import describe
from api.query import Query
from api.structures.types import Convention
from api.subscription import Subscription
from domain.kernel.errors import DomainError
from eventstore.unavailable import is_unavailable

_CACHED = 500
#: Who asked named no operation of the document, or one that may not be asked in this way.
_OF_WHO_ASKS = (GraphQLError, CannotGetOperationTypeError, InvalidOperationTypeError)
#: What graphql-core adds when a name resembles one that exists: guesses are not helped along.
_SUGGESTION = re.compile(r" Did you mean [^?]*\?$")


def coded(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    return [known for error in errors for known in _coded(error)]


def _coded(error: GraphQLError) -> list[GraphQLError]:
    original = error.original_error
    if isinstance(original, DomainError):
        return [_at(error, one.message, one.extensions or {}) for one in api_errors(original)]
    if isinstance(error, ApiError) or isinstance(original, ApiError) or (error.extensions or {}).get("code"):
        return [error]
    if isinstance(original, RecursionError) and error.path is None:
        # Before anything was executed: it is the document's nesting that the parser's stack does not hold.
        return [_at(error, "The document is nested too deeply", {"code": "GRAPHQL_INVALID"})]
    if original is None or isinstance(original, _OF_WHO_ASKS):
        message = _SUGGESTION.sub("", error.message)
        return [_at(error, message, {**(error.extensions or {}), "code": "GRAPHQL_INVALID"})]
    if isinstance(original, Refused) and vars(original):
        return [_at(error, original.message, original.extensions)]
    if is_unavailable(original):
        away = unavailable(original)
        return [_at(error, away.message, away.extensions)]
    incident = report(original)
    told = {"code": "INTERNAL", "incident": incident}
    return [_at(error, f"Erreur inattendue, notée sous le numéro {incident}.", told)]


def _at(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)


_INVALID = {"code": "GRAPHQL_INVALID"}
_ONLY_FOLLOWED = (
    "Un abonnement se suit par WebSocket (graphql-transport-ws), ou par HTTP avec l'en-tête Accept: text/event-stream."
)


class ContractNames(NameConverter):
    """Strawberry's own names, but for the one that the contract shortens."""

    def from_generic(self, generic_type: StrawberryObjectDefinition, types: list[StrawberryType | type]) -> str:
        name = super().from_generic(generic_type, types)
        return "AuditConnection" if name == "AuditEntryConnection" else name


class Schema(strawberry.Schema):
    """Every error leaves with a code; what was not expected leaves with the number of its incident and nothing else.

    Done here, not by an extension: those never see an error that is raised while a document is parsed or validated.
    """

    @cached_property
    def documents(self) -> Documents:
        """What is executed: parsed and validated once, whoever executes it."""
        return Documents(self, RULES, MOST_TOKENS, _CACHED)

    async def execute(self, query: str | None, *args: Any, **kwargs: Any) -> ExecutionResult:
        document = await self._prepared(query, **kwargs)
        if isinstance(document, Document) and document.kind is OperationType.SUBSCRIPTION:
            document = Invalid([GraphQLError(_ONLY_FOLLOWED, extensions=_INVALID)])
        refused = _refused(document)
        return _with_codes(refused or await super().execute(query, *args, **kwargs))

    async def stream(self, query: str | None, *args: Any, **kwargs: Any) -> StreamResult:
        refused = _refused(await self._prepared(query, **kwargs))
        answers = _stream_with_codes(_alone(refused) if refused else await super().stream(query, *args, **kwargs))
        context: Context = kwargs["context_value"]
        context.answers = answers
        return answers

    async def _prepared(
        self, query: object, *, context_value: object = None, operation_name: object = None, **_: Any
    ) -> Document | Invalid | None:
        """The document, kept in the context for those who execute it."""
        if not query or not isinstance(query, str) or not isinstance(operation_name, str | None):
            # What is no document, graphql-core refuses in its own words.
            return None
        if not isinstance(context_value, Context):
            return await self.documents.prepared(query, operation_name)
        if context_value.document is None:
            context_value.document = await self.documents.prepared(query, operation_name)
        document = context_value.document
        return document if isinstance(document, Document | Invalid) else None

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing is logged here: what was not expected is, by `coded`, and no value that a person sent."""


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


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Convention],
    execution_context_class=PerEventExecutor,
    config=StrawberryConfig(scalar_map=SCALARS, name_converter=ContractNames()),
    extensions=[
        PreparedDocument,
        NamedOperation,
        CostLimit,
        EachResult,
    ],
)
enforce(graphql_schema(schema))
describe(graphql_schema(schema))
