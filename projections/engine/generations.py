"""Generations of read models: the tables of each, its position in the log, and the folds and terms it was built with.

A projection's tables have the generation's number in their names. One generation of each projection is `live`: readers
read it and the projector feeds it. A rebuild fills a `building` one beside it, then switches: `building` becomes
`live`, and `live` becomes `previous`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from domain.kernel.identifiers import TYPOLOGY_ID
from eventstore.locks import Lock, acquire_in_transaction
from eventstore.log import LAST_POSITION, head, read_stream
from projections.engine.projection import Projection, Table
from projections.engine.registry import views
from projections.engine.terms_in_force import TermsInForce

Conn = Connection[Any]
SCHEMA = "read_models"
#: Types whose values are of one length, the widest first: none leaves a gap before the next.
_OF_ONE_LENGTH = ("uuid", "timestamptz", "bigint", "integer", "date", "boolean")

DDL = """
CREATE SCHEMA IF NOT EXISTS read_models;
CREATE TABLE IF NOT EXISTS read_models.generations (
    name text NOT NULL,
    generation integer NOT NULL,
    state text NOT NULL,
    position bigint NOT NULL,
    fingerprint text NOT NULL,
    terms_in_force jsonb NOT NULL,
    failed_position bigint,
    failed_event text,
    failed_reason text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, generation)
);
CREATE SEQUENCE IF NOT EXISTS read_models.generation_numbers START 2;
CREATE UNIQUE INDEX IF NOT EXISTS one_live_generation ON read_models.generations (name) WHERE state = 'live';
"""


class State(StrEnum):
    """The use of a generation: read and fed, being filled by a rebuild, or replaced by one."""

    LIVE = "live"
    BUILDING = "building"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of one projection. `failed_*` tell which event stopped it and why, or are None."""

    name: str
    generation: int
    state: str
    position: int
    fingerprint: str
    terms_in_force: TermsInForce
    failed_position: int | None
    failed_event: str | None
    failed_reason: str | None

    @classmethod
    def of_row(cls, **columns: Any) -> Generation:
        return cls(**{**columns, "terms_in_force": TermsInForce.from_json(columns["terms_in_force"])})


_COLUMNS = (
    "name, generation, state, position, fingerprint, terms_in_force::text, failed_position, failed_event, failed_reason"
)


def table_name(relation: str, generation: int) -> str:
    return f"{relation}_g{generation}"


def identifier(relation: str, generation: int) -> sql.Identifier:
    return sql.Identifier(SCHEMA, table_name(relation, generation))


def column_list(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def live_tables(conn: Conn) -> dict[str, sql.Identifier]:
    """Return the live table of each projection, to be put into SQL. For work beside the answering of requests."""
    return {live.name: identifier(live.name, live.generation) for live in generations(conn, State.LIVE)}


def fingerprint(projection: Projection) -> str:
    """Return a digest of the tables and the events taken: where it differs, other code built the generation."""
    tables = [(name, list(table.columns.items()), table.indexes) for name, table in projection.relations.items()]
    taken = sorted((event.topic, event.schema_version()) for event in projection.folds)
    return sha256(repr((tables, taken, projection.revision)).encode()).hexdigest()[:16]


def generations(conn: Conn, *states: State) -> list[Generation]:
    """Return the generations in these states (all when none is given), by name."""
    query = (
        f"SELECT {_COLUMNS} FROM read_models.generations"
        " WHERE %(all)s OR state = ANY(%(states)s) ORDER BY name, generation"
    )
    with conn.cursor(row_factory=kwargs_row(Generation.of_row)) as cursor:
        params = {"all": not states, "states": [state.value for state in states]}
        return cursor.execute(query, params).fetchall()


def terms_in_force(conn: Conn, until: int = LAST_POSITION) -> TermsInForce:
    """Return the typology as it stands in the log now, or stood at position `until`."""
    return TermsInForce.from_history(r for r in read_stream(conn, TYPOLOGY_ID) if r.position <= until)


def built_by_other_code(conn: Conn, registry: Callable[[TermsInForce], Sequence[Projection]]) -> list[str]:
    """Return this code's read models whose tables it cannot read or write: other code built them, or none did."""
    built = {live.name: live.fingerprint for live in generations(conn, State.LIVE)}
    return sorted(p.name for p in registry(TermsInForce()) if built.get(p.name) != fingerprint(p))


def prepare(conn: Conn, registry: Callable[[TermsInForce], Sequence[Projection]]) -> None:
    """Create the register, and in a new database a first, empty, live generation of each projection.

    Where something was projected before, a projection that is new waits for its rebuild: live at position 0 it would
    hold back all that wait for a position, in servers of older code too.
    """
    with conn.transaction():
        acquire_in_transaction(conn, Lock.READ_MODELS)
        conn.execute(DDL)
        known = {generation.name for generation in generations(conn)}
        shown = terms_in_force(conn)
        is_new = not known or head(conn) == 0
        for projection in registry(shown):
            if is_new and projection.name not in known:
                add_generation(conn, projection, 1, State.LIVE, shown)
                create_indexes(conn, projection, 1)


def retire(conn: Conn, registry: Callable[[TermsInForce], Sequence[Projection]]) -> None:
    """Drop the tables of read models that are views now, unless servers of other code still read and feed theirs."""
    outlived = [generation for generation in generations(conn) if generation.name in views()]
    if outlived and not built_by_other_code(conn, registry):
        for generation in outlived:
            with conn.transaction():
                drop_generation(conn, generation.name, [generation.name], generation.generation)


def add_generation(conn: Conn, projection: Projection, number: int, state: State, shown: TermsInForce) -> None:
    """Register a generation at position 0 and create its tables; rows have no key and no index yet.

    What is being built is left alone by autovacuum until `let_autovacuum_come`.
    """
    for relation, table in projection.relations.items():
        conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(identifier(relation, number)))
        conn.execute(_create_table(relation, table, number, with_key=relation != projection.name))
        if state is State.BUILDING:
            # Indexes would wait a second before PostgreSQL ends what autovacuum has begun of a table half full.
            alter = sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)")
            conn.execute(alter.format(identifier(relation, number)))
    for column in _words_without_statistics(projection):
        conn.execute(
            sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET STATISTICS 0").format(
                identifier(projection.name, number), sql.Identifier(column)
            )
        )
    conn.execute(
        "INSERT INTO read_models.generations (name, generation, state, position, fingerprint, terms_in_force)"
        " VALUES (%s, %s, %s, 0, %s, %s)",
        (projection.name, number, state.value, fingerprint(projection), Jsonb(shown.as_json())),
    )


def let_autovacuum_come(conn: Conn, projections: Iterable[Projection], number: int) -> None:
    """Leave the tables of a generation to autovacuum from now on."""
    with conn.transaction():
        for projection in projections:
            for relation in projection.relations:
                alter = sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)")
                conn.execute(alter.format(identifier(relation, number)))


def _words_without_statistics(projection: Projection) -> list[str]:
    """Return the columns of people's texts that the planner needs no sample of: ANALYZE keeps samples in clear."""
    if not projection.opens:
        return []
    indexed = " ".join(projection.table.indexes)
    return [
        name
        for name, kind in projection.table.columns.items()
        if kind.startswith(("text", "jsonb")) and not re.search(rf"\b{name}\b", indexed)
    ]


def create_indexes(conn: Conn, projection: Projection, number: int) -> None:
    for statement in index_statements(projection, number):
        conn.execute(statement)


def index_statements(projection: Projection, number: int) -> Iterable[sql.Composed]:
    """Yield the primary key of the rows and every index.

    Rollups have their keys from the start: they add up by them.
    """
    yield sql.SQL("ALTER TABLE {} ADD {}").format(identifier(projection.name, number), _primary_key(projection.table))
    for relation, table in projection.relations.items():
        for place, index in enumerate(table.indexes, start=1):
            # Named here: two that are made at once on the same columns may be given the same name by PostgreSQL.
            name = sql.Identifier(f"{table_name(relation, number)}_index_{place}")
            yield sql.SQL("CREATE INDEX {} ON {} {}").format(name, identifier(relation, number), sql.SQL(index))


def drop_generation(conn: Conn, projection_name: str, relations: Iterable[str], number: int) -> None:
    for relation in relations:
        conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(identifier(relation, number)))
    conn.execute("DELETE FROM read_models.generations WHERE name = %s AND generation = %s", (projection_name, number))


def _create_table(relation: str, table: Table, number: int, with_key: bool) -> sql.Composed:
    # A rollup's columns stay in the order in which `summed` selects them.
    stored = table.columns if with_key else _as_stored(table)
    columns = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(table.columns[name])) for name in stored]
    if with_key:
        columns.append(_primary_key(table))
    return sql.SQL("CREATE TABLE {} ({})").format(identifier(relation, number), sql.SQL(", ").join(columns))


def _as_stored(table: Table) -> list[str]:
    """Return the columns in the order in which PostgreSQL soonest finds what is looked for.

    It walks over all columns before one, but over none that are of one length and never null: these come first. Then
    comes what indexes name.
    """
    indexed = " ".join(table.indexes)

    def place(name: str) -> tuple[bool, int]:
        kind = table.columns[name].split()[0]
        if kind in _OF_ONE_LENGTH and "NOT NULL" in table.columns[name]:
            return False, _OF_ONE_LENGTH.index(kind)
        return True, kind == "tsvector" or not re.search(rf"\b{name}\b", indexed)

    return sorted(table.columns, key=place)


def _primary_key(table: Table) -> sql.Composed:
    return sql.SQL("PRIMARY KEY ({})").format(column_list(table.key))
