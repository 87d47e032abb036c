"""Fields that point back to a feature above their own: `strawberry.lazy` names the type, `later` what fills it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Any:
    """Return `name` of `module`, imported when first called for: the two features then import one way."""
    return getattr(import_module(module), name)
