"""One execution of a compiled operation: what its resolvers are given, and what is still awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql.execution.values import VariableValues

from api.compiled.not_compilable import NotCompilable

#: In seconds.
_LONGEST_TURN = 0.005
#: Turns what a resolver gave into what JSON is made of. Raises NotCompilable.
Complete: TypeAlias = "Callable[[Any, Run], Any]"


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of an execution, and what arguments they were converted to: resolvers only read them."""

    values: VariableValues
    arguments: dict[int, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """`calls` holds each resolver with its arguments, made when first needed; `shared` what stands in many places;
    `awaited` the answers still to come.
    """

    context: Any
    variables: Variables
    shared: dict[tuple[int, int], tuple[dict[str, Any], Any]] = field(default_factory=dict)
    calls: dict[int, Callable[[Any], Any]] = field(default_factory=dict)
    awaited: list[tuple[dict[str, Any], str, Coroutine[Any, Any, Any], Complete]] = field(default_factory=list)

    async def settle(self) -> None:
        """Awaits level by level, all of a level together, so that loads of the same kind become one statement.

        Others have their turn between two parts of a long answer. Raises NotCompilable when anything fails; nothing is
        left running then.
        """
        began = time.perf_counter()
        while self.awaited:
            level, self.awaited = self.awaited, []
            if len(level) == 1:
                found = [await level[0][2]]
            else:
                found = await asyncio.gather(*(coroutine for _, _, coroutine, _ in level), return_exceptions=True)
            for (answer, key, _, complete), value in zip(level, found, strict=True):
                if isinstance(value, BaseException):
                    raise NotCompilable from value
                answer[key] = complete(value, self)
                if time.perf_counter() - began > _LONGEST_TURN:
                    await asyncio.sleep(0)
                    began = time.perf_counter()

    def abandon(self) -> None:
        """Nothing that was begun is left to be awaited."""
        for _, _, coroutine, _ in self.awaited:
            coroutine.close()
        self.awaited = []
