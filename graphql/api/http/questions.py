"""Parse the plain form of a request: a query, its variables and its operation name. Other members are passed over
(GraphQL over HTTP, section 5.4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request

from api.core.asker.requests import MOST_VALUES, too_many_values


class Question(NamedTuple):
    query: str
    operation_name: str | None
    variables: dict[str, Any]


async def question_of(request: Request, complete: Callable[[Any], Any]) -> Question | None:
    """Return the query of the request, or None for any other form and for malformed requests.

    `complete` replaces a hash by its document; its exceptions are passed on.
    """
    if request.method == "GET":
        parameters = _by_get(request)
    elif request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        parameters = _loaded(body)
        if len(body) > MOST_VALUES and isinstance(parameters, dict) and too_many_values(parameters.get("variables")):
            return None
    else:
        return None
    return _question(complete(parameters))


def _by_get(request: Request) -> dict[str, Any] | None:
    parameters: dict[str, Any] = dict(request.query_params)
    if len(request.query_params.multi_items()) != len(parameters):
        return None
    try:
        return parameters | {
            name: orjson.loads(text) if (text := parameters[name]) else None
            for name in ("variables", "extensions")
            if name in parameters
        }
    except orjson.JSONDecodeError:
        # Malformed is not left out: the way for malformed requests says so.
        return None


def _loaded(text: bytes | str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _question(parameters: Any) -> Question | None:
    if not isinstance(parameters, dict):
        return None
    query, name, variables = parameters.get("query"), parameters.get("operationName"), parameters.get("variables")
    if not isinstance(query, str) or not isinstance(name, str | None) or not isinstance(variables, dict | None):
        return None
    if not isinstance(parameters.get("extensions"), dict | None):
        return None
    return Question(query, name, variables or {})
