"""Tell which live read models show the terms in force."""

from __future__ import annotations

from projections.engine.generations import Generation
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections


def is_outdated(live: Generation, now: TermsInForce) -> bool:
    """Return whether the read model depends on the typology, and shows it as it was before a change."""
    return live.terms_in_force != now and live.name in _depending_on_typology(now)


def _depending_on_typology(now: TermsInForce) -> set[str]:
    """Return the read models that depend on the typology."""
    return {projection.name for projection in projections(now) if projection.terms.columns}
