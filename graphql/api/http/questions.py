"""The plain form of a request for a query: a document, its variables, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request

from api.core.requests import MOST_VALUES, too_many_values

_PARTS = frozenset(("query", "variables", "operationName"))
#: Answered as a stream, or in parts.
_NOT_AT_ONCE = ("text/event-stream", "multipart/")


class Question(NamedTuple):
    query: str
    operation_name: str | None
    variables: dict[str, Any]


async def question_of(request: Request, complete: Callable[[Any], Any]) -> Question | None:
    """What is asked; None for every other form than the plain one, and for what is wrong in it.

    `complete` puts the document in the place of a hash that names it. Raises what it raises.
    """
    accept = request.headers.get("accept", "")
    if any(kind in accept for kind in _NOT_AT_ONCE):
        return None
    if request.method == "GET":
        said = _by_get(request)
    elif request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        said = _loaded(body)
        if len(body) > MOST_VALUES and isinstance(said, dict) and too_many_values(said.get("variables")):
            return None
    else:
        return None
    return _question(complete(said))


def _by_get(request: Request) -> dict[str, Any] | None:
    said: dict[str, Any] = dict(request.query_params)
    if len(request.query_params.multi_items()) != len(said):
        return None
    return said | {name: _loaded(said[name]) for name in ("variables", "extensions") if name in said}


def _loaded(said: bytes | str) -> Any:
    try:
        return orjson.loads(said)
    except orjson.JSONDecodeError:
        return None


def _question(said: Any) -> Question | None:
    if not isinstance(said, dict) or not _PARTS.issuperset(said):
        return None
    query, name, variables = said.get("query"), said.get("operationName"), said.get("variables")
    if not isinstance(query, str) or not isinstance(name, str | None) or not isinstance(variables, dict | None):
        return None
    return Question(query, name, variables or {})
