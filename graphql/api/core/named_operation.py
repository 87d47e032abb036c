"""Require `operationName` for documents of several operations (GraphQL specification, section 6.1)."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from api.core.strawberry_internals import provided_operation_name


class NamedOperation(SchemaExtension):
    """Refuse an ambiguous document, where Strawberry would run its first operation."""

    def on_execute(self) -> Iterator[None]:
        execution = self.execution_context
        assert execution.graphql_document is not None, "parsed before"
        operations = [
            definition
            for definition in execution.graphql_document.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        # `operation_name` falls back on the first operation, so the name that was sent decides.
        if len(operations) > 1 and provided_operation_name(execution) is None:
            raise GraphQLError("operationName is needed: the document has several operations")
        yield
