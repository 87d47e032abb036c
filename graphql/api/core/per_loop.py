"""Objects that belong to an event loop: one for each, made on first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from anyio.lowlevel import RunVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Call it for the object of the running event loop."""

    def __init__(self, name: str, make: Callable[[], T]) -> None:
        self._variable: RunVar[T] = RunVar(name)
        self._make = make

    def __call__(self) -> T:
        try:
            return self._variable.get()
        except LookupError:
            made = self._make()
            self._variable.set(made)
            return made
