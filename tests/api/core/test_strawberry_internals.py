"""Each private name of Strawberry and graphql-core that we use is still there, and means the same."""

from __future__ import annotations

from copy import copy
from types import SimpleNamespace

import pytest
import strawberry
from cross_web import StarletteRequestAdapter
from graphql import Executor, GraphQLSchema, parse
from graphql import execute as graphql_execute
from starlette.requests import Request
from strawberry.extensions import SchemaExtension

from api.core import strawberry_internals as internals

NAMES: list[str | None] = []


class RememberNames(SchemaExtension):
    def on_execute(self):
        NAMES.append(internals.provided_operation_name(self.execution_context))
        yield


@strawberry.type
class Query:
    @strawberry.field
    def field(self, info: strawberry.Info) -> str:
        again = internals.make_info(type(info), internals.resolve_info(info), None)
        return f"{internals.resolve_info(info).field_name} {again.field_name} {again.path.key}"


SCHEMA = strawberry.Schema(Query, extensions=[RememberNames])


def test_a_schema_holds_that_of_graphql_core():
    graphql_schema = internals.graphql_schema(SCHEMA)
    assert isinstance(graphql_schema, GraphQLSchema)
    assert graphql_schema.query_type is not None
    assert list(graphql_schema.query_type.fields) == ["field"]


def test_an_info_is_made_of_that_of_graphql_core():
    assert SCHEMA.execute_sync("{ field }").data == {"field": "field field field"}


@pytest.mark.parametrize("name", [None, "B"])
def test_the_name_that_a_request_gives_is_told_from_that_of_its_operation(name: str | None):
    NAMES.clear()
    SCHEMA.execute_sync("query A { field } query B { field }", operation_name=name)
    assert [name] == NAMES


def test_an_adapter_is_made_of_the_request():
    request = Request({"type": "http", "headers": [], "method": "GET", "path": "/", "query_string": b""})
    assert internals.starlette_request(StarletteRequestAdapter(request)) is request


def test_a_copy_of_an_executor_shares_its_memory_until_it_gets_its_own():
    executors: list[Executor] = []

    class Noting(Executor):
        def execute_operation(self, *args, **named):
            executors.append(self)
            return super().execute_operation(*args, **named)

    graphql_execute(
        internals.graphql_schema(SCHEMA),
        parse("{ __typename }"),
        context_value=SimpleNamespace(),
        executor_class=Noting,
    )
    (executor,) = executors
    other = copy(executor)
    assert other._relevant_sub_fields is executor._relevant_sub_fields
    internals.forget_sub_fields(other)
    assert other._relevant_sub_fields is not executor._relevant_sub_fields
