"""A compiled operation: its selection sets as closures, cached with the document."""

from __future__ import annotations

from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues
from strawberry.schema.schema_converter import GraphQLCoreConverter

from api.compiled.compiler import Compiler
from api.compiled.running import Run, Variables


class Plan:
    """One query of a document, for variables that include and skip the same fields as `variables`.

    Raises NotCompilable if any part cannot be compiled. Closures refer to the compiler, and it to none of them: a plan
    that is no longer needed goes without the garbage collector.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        converter: GraphQLCoreConverter,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._root = Compiler(schema, converter, operation, fragments, variables).root()

    async def execute(self, context: Any, variables: Variables) -> dict[str, Any]:
        """Return the `data` of the answer. Raises NotCompilable, or whatever a resolver raises."""
        run = Run(context, variables)
        try:
            data: dict[str, Any] = self._root(None, run)
            await run.settle()
        finally:
            run.abandon()
        return data
