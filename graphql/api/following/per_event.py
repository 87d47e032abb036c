"""Free the memory of each event of a subscription."""

from __future__ import annotations

from typing import Any

from graphql import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.core.strawberry_internals import forget_sub_fields


class PerEventExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's per-event executors share one cache of collected fields, keyed by the identity of lists that no
    other event has: thousands of events would hold megabytes.
    """

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        executor = super().build_per_event_executor(payload)
        forget_sub_fields(executor)
        return executor
