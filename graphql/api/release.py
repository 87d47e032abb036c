"""Letting go of an answer's snapshot as soon as the answer is made, where one operation gives many."""

from __future__ import annotations

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension
from strawberry.types import StreamExecutionResult


class ReleaseAfterEachResult(SchemaExtension):
    """A subscriber that reads slowly, or waits for long, holds no connection to the database meanwhile."""

    async def on_stream_result(self, result: StreamExecutionResult) -> AsyncIterator[None]:
        yield
        await self.execution_context.context.close()
