"""What a resolver is told of the execution: graphql-core's own, as far as a resolver of ours may look."""

from __future__ import annotations

from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.pyutils import Path

from api.core.paging import Ahead


class ResolveInfo(NamedTuple):
    """Made once for a field of an operation: of all its places in the answer, `path` ends alike.

    `ahead`: of a page, what is known of it before it is read.
    """

    field_name: str
    field_nodes: list[FieldNode]
    return_type: GraphQLOutputType
    parent_type: GraphQLObjectType
    path: Path
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    root_value: Any
    operation: OperationDefinitionNode
    variable_values: dict[str, Any]
    context: Any
    ahead: Ahead | None
