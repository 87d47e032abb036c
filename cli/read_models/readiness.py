"""Whether the live read models were built by this code and with the typology in force."""

from __future__ import annotations

from collections.abc import Mapping

from cli.composition import Conn
from cli.console import Refused, warn
from projections.engine import generations as engine
from projections.engine.generations import State, generations, terms_in_force
from projections.engine.projection import Projection
from projections.engine.terms_in_force import TermsInForce
from projections.readiness import is_outdated
from projections.registry import projections


def known_read_models() -> Mapping[str, Projection]:
    """Return this code's read models, by name."""
    return {projection.name: projection for projection in projections(TermsInForce())}


def built_by_other_code(conn: Conn) -> list[str]:
    """Return this code's read models whose tables it cannot read or write: other code built them, or none did."""
    return engine.built_by_other_code(conn, projections)


def built_with_an_older_typology(conn: Conn) -> list[str]:
    """Return the live read models that show terms as before the typology last changed."""
    now = terms_in_force(conn)
    return [live.name for live in generations(conn, State.LIVE) if is_outdated(live, now)]


def check_read_models(conn: Conn, *, waits: bool = False) -> None:
    """Before projecting or serving, raise Refused if a rebuild is needed, and tell what the projector will renew.

    Who `waits` for the rebuild is told so.
    """
    if others := built_by_other_code(conn):
        what = (
            f"built by other code than this: {', '.join(others)}. Bring them up to date with: "
            f"parentalite rebuild {' '.join(others)}"
        )
        if not waits:
            raise Refused(what)
        warn(f"{what}; /ready is 503 until then")
    if older := built_with_an_older_typology(conn):
        warn(
            f"these do not show the latest change of the typology yet: {', '.join(older)}. The projector shows it, or "
            "fills them anew, by itself"
        )
