"""Errors for clients: each with a code, unexpected ones with the number of their incident alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from api.core.answers import Refused, unavailable
from api.core.errors import ApiError, api_errors
from api.core.incidents import report
from domain.kernel.errors import DomainError
from eventstore.unavailable import is_unavailable

#: Errors of the request: it names no operation of the document, or one that is not allowed this way.
_OF_WHO_ASKS = (GraphQLError, CannotGetOperationTypeError, InvalidOperationTypeError)
#: graphql-core's suggestion of similar names, removed so that guessing is not helped.
_SUGGESTION = re.compile(r" Did you mean [^?]*\?$")


def coded(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    return [coded_error for error in errors for coded_error in _coded(error)]


def _coded(error: GraphQLError) -> list[GraphQLError]:
    original = error.original_error
    if isinstance(original, DomainError):
        return [_at(error, api_error.message, api_error.extensions or {}) for api_error in api_errors(original)]
    if isinstance(error, ApiError) or isinstance(original, ApiError) or (error.extensions or {}).get("code"):
        return [error]
    if isinstance(original, RecursionError) and error.path is None:
        # Nothing was executed: the document nests deeper than the parser's stack.
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
    extensions = {"code": "INTERNAL", "incident": incident}
    return [_at(error, f"Erreur inattendue, notée sous le numéro {incident}.", extensions)]


def _at(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)
