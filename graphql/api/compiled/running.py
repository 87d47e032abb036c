"""One execution of a compiled operation: the context of its resolvers, and their pending results."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql.execution.values import VariableValues

from api.compiled.not_compilable import NotCompilable

#: Seconds.
_LONGEST_TURN = 0.005
#: Converts a resolver's result to JSON values. Raises NotCompilable.
Complete: TypeAlias = "Callable[[Any, Run], Any]"


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of an execution, and the arguments converted from them: resolvers only read them."""

    values: VariableValues
    arguments: dict[int, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """The state of an execution.

    `calls` caches each resolver with its arguments, `shared` the answers of shared objects; `awaited` lists pending
    results.
    """

    context: Any
    variables: Variables
    shared: dict[tuple[int, int], tuple[dict[str, Any], Any]] = field(default_factory=dict)
    calls: dict[int, Callable[[Any], Any]] = field(default_factory=dict)
    awaited: list[tuple[dict[str, Any], str, Coroutine[Any, Any, Any], Complete]] = field(default_factory=list)

    async def settle(self) -> None:
        """Await level by level, each level at once, so that loads of the same kind become one statement.

        Long answers yield to other tasks. Raises NotCompilable if anything fails, and leaves nothing running.
        """
        began = time.perf_counter()
        while self.awaited:
            level, self.awaited = self.awaited, []
            if len(level) == 1:
                results = [await level[0][2]]
            else:
                results = await asyncio.gather(*(coroutine for _, _, coroutine, _ in level), return_exceptions=True)
            for (answer, key, _, complete), value in zip(level, results, strict=True):
                if isinstance(value, BaseException):
                    raise NotCompilable from value
                answer[key] = complete(value, self)
                if time.perf_counter() - began > _LONGEST_TURN:
                    await asyncio.sleep(0)
                    began = time.perf_counter()

    def abandon(self) -> None:
        """Close the coroutines that were never awaited."""
        for _, _, coroutine, _ in self.awaited:
            coroutine.close()
        self.awaited = []
