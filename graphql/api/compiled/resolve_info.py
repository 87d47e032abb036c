"""graphql-core's resolve info, as far as our resolvers use it."""

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

from api.core.lists.paging import Ahead


class ResolveInfo(NamedTuple):
    """Built once per field of the operation; only the last segment of `path` is meaningful.

    `ahead` is what a page needs, from its selection.
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
