"""Preview of a rebuild: the number of animations that each change of the typology affects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection, sql

from domain.typology.typology import TermKind
from projections.engine.generations import State, generations, identifier, terms_in_force
from projections.engine.terms_in_force import Change

Conn = Connection[Any]

#: The columns of an animation that show each kind of term: one, or several.
_ONE = {TermKind.ANIMATION_TYPE: "type", TermKind.VENUE_TYPE: "venue_type", TermKind.AUDIENCE: "audience"}
_SEVERAL = {TermKind.THEME: "themes", TermKind.ACCESSIBILITY: "accessibility"}
#: The same as an array, and whether any of `%(codes)s` is among them, as an index finds it.
SHOWN_CODES = {**{kind: f"ARRAY[{column}]" for kind, column in _ONE.items()}, **_SEVERAL}
SHOWS = {
    **{kind: f"{column} = ANY(%(codes)s)" for kind, column in _ONE.items()},
    **{kind: f"{column} && %(codes)s" for kind, column in _SEVERAL.items()},
}
_COUNTS = "SELECT type, day, count(*) FROM {animations} WHERE {shows} GROUP BY type, day"


@dataclass(frozen=True, slots=True)
class Touched:
    """The number of animations now shown under `code` that will be shown under `into`."""

    kind: TermKind
    code: str
    into: str
    animations: int


def preview(conn: Conn) -> list[Touched]:
    """Return the effects of the typology's changes since the live generation of animations was built, in their order.

    The live rows are counted: an animation that two pending changes affect in turn counts under the first.
    """
    live = next((g for g in generations(conn, State.LIVE) if g.name == "animations"), None)
    if live is None:
        return []
    pending = terms_in_force(conn).since(live.terms_in_force)
    return [touched for change in pending for touched in _touched(conn, live.generation, change)]


def _touched(conn: Conn, generation: int, change: Change) -> Iterator[Touched]:
    query = sql.SQL(_COUNTS).format(animations=identifier("animations", generation), shows=sql.SQL(SHOWS[change.kind]))
    rows: list[tuple[str, date, int]] = conn.execute(query, {"codes": [change.code]}).fetchall()
    counted: Counter[str] = Counter()
    for animation_type, day, animations in rows:
        counted[change.shown(animation_type, day)] += animations
    for into, animations in sorted(counted.items()):
        if into != change.code:
            yield Touched(change.kind, change.code, into, animations)
