"""The adults that an animation counts beside the children: parents or, at a training of médiateurs, these."""

from __future__ import annotations

from collections.abc import Mapping

_BY_AUDIENCE: Mapping[str, str] = {"mediateurs": "médiateur"}


def adult(audience: str) -> str:
    """Return what such a person is called, by the code of the audience."""
    return _BY_AUDIENCE.get(audience, "parent")
