"""What each of the many answers of one subscription has: its log position, and an end of its snapshot."""

from __future__ import annotations

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult, StreamExecutionResult

from api.core.context import Context


class EachResult(SchemaExtension):
    """A subscriber that reads slowly, or waits for long, holds no connection to the database meanwhile."""

    async def on_stream_result(self, result: StreamExecutionResult) -> AsyncIterator[None]:
        context: Context = self.execution_context.context
        if context.told_position is not None and isinstance(result, ExecutionResult):
            result.extensions = {**(result.extensions or {}), "position": context.told_position}
        yield
        await context.close()
