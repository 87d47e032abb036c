"""Private names of Strawberry and graphql-core: the only module that uses any.

`tests/api/core/test_strawberry_internals.py` reports each that a new version no longer has.
"""

from __future__ import annotations

from typing import Any

from graphql import Executor, GraphQLSchema
from starlette.requests import Request
from strawberry import Info, Schema
from strawberry.types import ExecutionContext


def graphql_schema(schema: Schema) -> GraphQLSchema:
    """Return graphql-core's schema."""
    return schema._schema


def resolve_info(info: Info[Any, Any]) -> Any:
    """Return the resolve info of graphql-core or of `api.compiled`."""
    return info._raw_info


def make_info(info_class: type[Info[Any, Any]], resolve_info: Any, field: Any) -> Any:
    """Return the `Info` that Strawberry would hand to a resolver of `field`."""
    return info_class(_raw_info=resolve_info, _field=field)


def provided_operation_name(context: ExecutionContext) -> str | None:
    """Return the operation name of the request, or None. `operation_name` falls back on the first operation."""
    return context._provided_operation_name


def starlette_request(request: Any) -> Request:
    """Return the request that Strawberry's adapter wraps."""
    whole: Request = request._request
    return whole


def forget_sub_fields(executor: Executor[Any]) -> None:
    """Give the executor its own cache of collected fields, which copies would share."""
    executor._relevant_sub_fields = {}
