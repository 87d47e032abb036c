"""Fields that refer to a feature above their own: `strawberry.lazy` names the type, `later` finds the loader."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Any:
    """Return `name` of `module`, imported on first use, so that the two features import one way."""
    return getattr(import_module(module), name)
