"""Whether what is in use was built by this code and with the typology in force."""

from __future__ import annotations

from collections.abc import Mapping

from cli.composition import Conn
from cli.console import Refused, warn
from projections.engine.generations import Generation, State, fingerprint, generations, terms_in_force
from projections.engine.projection import Projection
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections


def known_read_models() -> Mapping[str, Projection]:
    """The read models that this code knows, by name."""
    return {projection.name: projection for projection in projections(TermsInForce())}


def built_by_other_code(conn: Conn) -> list[str]:
    """The live read models whose tables this code cannot feed or read."""
    known = known_read_models()
    return [
        live.name
        for live in generations(conn, State.LIVE)
        if live.name in known and live.fingerprint != fingerprint(known[live.name])
    ]


def built_with_an_older_typology(conn: Conn) -> list[str]:
    """The live read models that still show terms as they were shown before a merge."""
    now = terms_in_force(conn)
    return [live.name for live in generations(conn, State.LIVE) if is_outdated(live, now)]


def is_outdated(live: Generation, now: TermsInForce) -> bool:
    return live.terms_in_force != now and live.name in _shown_by_the_typology(now)


def _shown_by_the_typology(now: TermsInForce) -> set[str]:
    """What is the same object whatever the typology says does not depend on it."""
    return {p.name for p, q in zip(projections(TermsInForce()), projections(now), strict=True) if p is not q}


def check_read_models(conn: Conn) -> None:
    """Before projecting or serving: Refused when a rebuild is needed first, a warning when one would do good."""
    if others := built_by_other_code(conn):
        raise Refused(
            f"built by other code than this: {', '.join(others)}. Bring them up to date with: "
            f"parentalite rebuild {' '.join(others)}"
        )
    if older := built_with_an_older_typology(conn):
        warn(
            f"the typology has changed since these were built: {', '.join(older)}. Show today's terms with: "
            f"parentalite rebuild {' '.join(older)}"
        )
