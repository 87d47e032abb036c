"""Each answer of a subscription forgets what it took to make it."""

from __future__ import annotations

from typing import Any

from graphql import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.core.strawberry_internals import forget_sub_fields


class PerEventExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's copies for each event share one memory of collected fields, kept by the identity of lists that no
    other event has: a subscription of some thousand events would hold megabytes.
    """

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        executor = super().build_per_event_executor(payload)
        forget_sub_fields(executor)
        return executor
