"""The read models that the engine runs. Importing the package `projections` declares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from projections.engine.projection import Projection
from projections.engine.terms_in_force import TermsInForce

#: The read models for a typology in force. The tests put broken ones in its place.
Registry = Callable[[TermsInForce], Sequence[Projection]]

_declared: list[Registry] = []


def declare(registry: Registry) -> None:
    """Let the engine run the read models of `registry`, in every process that imports `projections`."""
    _declared[:] = [registry]


def projections(shown: TermsInForce) -> Sequence[Projection]:
    """Return the declared read models, with recorded terms shown as `shown` says."""
    return _declared[0](shown)
