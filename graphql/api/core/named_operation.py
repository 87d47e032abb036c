"""A document of several operations must be asked for one of them (GraphQL specification, section 6.1)."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from api.core.strawberry_internals import provided_operation_name


class NamedOperation(SchemaExtension):
    """Strawberry would take the first one."""

    def on_execute(self) -> Iterator[None]:
        asked = self.execution_context
        assert asked.graphql_document is not None, "parsed before"
        operations = [one for one in asked.graphql_document.definitions if isinstance(one, OperationDefinitionNode)]
        # What `operation_name` tells is the first one's where none was given.
        if len(operations) > 1 and provided_operation_name(asked) is None:
            raise GraphQLError("operationName is needed: the document has several operations")
        yield
