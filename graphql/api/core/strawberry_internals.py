"""What is private in Strawberry and graphql-core, and used all the same: nowhere else is such a name written.

`tests/api/core/test_strawberry_internals.py` tells of each when a new version no longer has it.
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
    """Return what graphql-core, or `api.compiled`, tells a resolver."""
    return info._raw_info


def make_info(info_class: type[Info[Any, Any]], resolve_info: Any, field: Any) -> Any:
    """Return the `Info` that Strawberry would hand to a resolver of `field`."""
    return info_class(_raw_info=resolve_info, _field=field)


def provided_operation_name(context: ExecutionContext) -> str | None:
    """Return the name that the request gives, or None. `operation_name` falls back on that of the first operation."""
    return context._provided_operation_name


def starlette_request(request: Any) -> Request:
    """Return the request that Strawberry's adapter is made of."""
    whole: Request = request._request
    return whole


def forget_sub_fields(executor: Executor[Any]) -> None:
    """Give the executor a memory of collected fields of its own: copies share one."""
    executor._relevant_sub_fields = {}
