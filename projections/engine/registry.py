"""The read models that the engine runs. Importing the package `projections` declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import LiteralString

from projections.engine.projection import Projection
from projections.engine.terms_in_force import TermsInForce

#: The read models for a typology in force. The tests put broken ones in its place.
Registry = Callable[[TermsInForce], Sequence[Projection]]

_declared: list[Registry] = []
_views: dict[str, LiteralString] = {}


def declare(registry: Registry, views: Mapping[str, LiteralString]) -> None:
    """Let the engine run the read models of `registry`, in every process that imports `projections`.

    `views` are read models without tables of their own: what stands in the place of a table in queries.
    """
    _declared[:] = [registry]
    _views.update(views)


def views() -> Mapping[str, LiteralString]:
    """Return the declared views."""
    return _views


def projections(shown: TermsInForce) -> Sequence[Projection]:
    """Return the declared read models, with recorded terms shown as `shown` says."""
    return _declared[0](shown)
