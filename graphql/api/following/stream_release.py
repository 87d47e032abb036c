"""Add the log position to each answer of a subscription, and end its snapshot."""

from __future__ import annotations

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult, StreamExecutionResult

from api.core.context import Context


class EachResult(SchemaExtension):
    """A subscriber that reads slowly, or waits long, holds no database connection meanwhile."""

    async def on_stream_result(self, result: StreamExecutionResult) -> AsyncIterator[None]:
        context: Context = self.execution_context.context
        if context.told_position is not None and isinstance(result, ExecutionResult):
            result.extensions = {**(result.extensions or {}), "position": context.told_position}
        yield
        await context.close()
