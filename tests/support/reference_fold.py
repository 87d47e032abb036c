"""What the read models must hold: the log folded event by event, in memory, by the simplest loop there is."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from eventstore.log import read_after
from eventstore.vault import Vault
from projections.engine.generations import State, generations, identifier
from projections.engine.projection import Projection, Row
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections

Rows = dict[str, list[Row]]


def folded(conn: Connection[Any], vault: Vault) -> Rows:
    """The rows of every relation after the whole log, with the terms that each live generation was built with."""
    records = read_after(conn, 0, 1_000_000)
    opened = vault.open(conn, records)
    rows: Rows = {}
    for generation in generations(conn, State.LIVE):
        projection = _named(generation.name, generation.terms_in_force)
        state: dict[Any, Row | None] = {}
        for record in opened if projection.opens else records:
            if fold := projection.folds.get(type(record.event)):
                key = projection.key_of(record)
                state[key] = fold(state.get(key), record)
        derive = projection.derive or (lambda row: row)
        kept = [derive(row) for row in state.values() if row is not None]
        rows[projection.name] = kept
        rows |= _rolled_up(projection, kept)
    return rows


def _rolled_up(projection: Projection, kept: list[Row]) -> Rows:
    rolled_up: Rows = {}
    for rollup in projection.rollups:
        nothing = [0] * len(rollup.counters)
        totals: dict[Any, list[int]] = {}
        for row in kept:
            for key, counters in rollup.counts(row):
                totals[key] = [a + b for a, b in zip(totals.get(key, nothing), counters, strict=True)]
        rolled_up[rollup.name] = [
            dict(zip(rollup.table.columns, (*key, *total), strict=True)) for key, total in totals.items() if any(total)
        ]
    return rolled_up


def live(conn: Connection[Any]) -> Rows:
    """The rows of every relation as readers see them."""
    rows: Rows = {}
    for generation in generations(conn, State.LIVE):
        for relation in _named(generation.name, generation.terms_in_force).relations:
            with conn.cursor(row_factory=dict_row) as cursor:
                query = sql.SQL("SELECT * FROM {}").format(identifier(relation, generation.generation))
                rows[relation] = cursor.execute(query).fetchall()
    return rows


def comparable(rows: Rows) -> dict[str, list[str]]:
    """The rows so that equal ones look equal: sorted, instants in UTC, the words of a search vector in any order."""
    return {relation: sorted(_text(row) for row in table) for relation, table in sorted(rows.items())}


def _text(row: Row) -> str:
    return repr({name: _plain(name, value) for name, value in sorted(row.items())})


def _plain(name: str, value: Any) -> Any:
    if name == "search":
        # Words are in lower case; PostgreSQL leaves out the lowest weight, D.
        return sorted(value.replace("'", "").replace("D", "").split())
    if isinstance(value, list):
        return [_plain(name, item) for item in value]
    if isinstance(value, dict):
        # PostgreSQL keeps the keys of a jsonb in an order of its own.
        return {key: _plain(key, value[key]) for key in sorted(value)}
    return value.timestamp() if hasattr(value, "timestamp") else value


def _named(name: str, shown: TermsInForce) -> Projection:
    return next(projection for projection in projections(shown) if projection.name == name)


def shown_themes(conn: Connection[Any]) -> list[list[str]]:
    """Return the themes of each animation, as its live row shows them."""
    (generation,) = (g.generation for g in generations(conn, State.LIVE) if g.name == "animations")
    return [row[0] for row in conn.execute(f"SELECT themes FROM read_models.animations_g{generation}")]
