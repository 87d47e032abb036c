"""Tell each client what its answer cost, and refuse operations that cost too much or carry too long texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, OperationType, get_operation_ast
from strawberry.extensions import SchemaExtension

from api.core.strawberry_internals import graphql_schema
from api.limits.cost import MOST_COST, Cost, cost_of
from domain.kernel.errors import in_figures


def cost_extension(cost: int, most: int = MOST_COST) -> dict[str, Any]:
    """Return the cost as it is written in the answer's `extensions`."""
    return {"cost": {"requested": cost, "most": most}}


class CostLimit(SchemaExtension):
    """Limit what graphql-core executes; compiled documents know their own cost."""

    _cost: int | None = None
    _most = MOST_COST

    def on_execute(self) -> Iterator[None]:
        execution = self.execution_context
        document = execution.graphql_document
        assert document is not None, "parsed before"
        operation = get_operation_ast(document, execution.operation_name)
        if operation is not None:
            cost: Cost = cost_of(graphql_schema(execution.schema), document, operation)
            cost.check(execution.variables or {})
            total, self._most = cost.total(execution.variables or {}), cost.most
            if cost.is_too_much(execution.variables or {}):
                self._cost = total
                raise too_costly(total, cost.most)
            if operation.operation is not OperationType.SUBSCRIPTION:
                self._cost = total
        yield

    def get_results(self) -> dict[str, Any]:
        return {} if self._cost is None else cost_extension(self._cost, self._most)


def too_costly(cost: int, most: int) -> GraphQLError:
    return GraphQLError(
        f"Cette demande peut contenir {in_figures(cost)} champs, {in_figures(most)} au plus sont servis : demandez de"
        " plus petites pages.",
        extensions={"code": "TOO_COSTLY"},
    )
