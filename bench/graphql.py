"""Our GraphQL server compared with PostGraphile 5 on the same tables, one process each, in turn."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import Connection, sql
from psycopg.rows import dict_row

from application.sign_in.local import issue_token
from bench.support import graphql_documents as documents
from bench.support.beside_postgraphile import postgraphile
from bench.support.graphql_documents import Question
from bench.support.logs import season_log
from bench.support.servers import TOKEN_SECRET, Pace, ask, ours, pace
from bench.support.stage import MASTER_KEY, Goal, about_the_machine, judge, server, show
from domain.kernel.actors import Role
from projections.audit.entries import ENTRIES
from projections.engine.generations import State, generations, prepare, table_name
from projections.engine.rebuild import rebuild
from projections.registry import projections, relations

EVENTS = 200_000
UNCACHED_TIMES, CACHED_TIMES, P99_TIMES = 1.0, 3.0, 1.0
#: For documents never seen before.
COLD_TIMES, COLD_P99_TIMES = 0.9, 1.0

#: The slowest inputs: the filters with the most animations, and the structure with the longest history.
_BUSIEST = """
SELECT territory, type, audience FROM {animations} WHERE status = 'PUBLISHED'
GROUP BY 1, 2, 3 ORDER BY count(*) DESC LIMIT 1"""
_EXTREMES = """
SELECT mode() WITHIN GROUP (ORDER BY theme) AS theme,
    (SELECT venue_type FROM {animations} WHERE status = 'PUBLISHED' AND territory = %(territory)s
     GROUP BY 1 ORDER BY count(*), 1 LIMIT 1) AS venue_type
FROM {animations}, unnest(themes) AS theme WHERE status = 'PUBLISHED' AND territory = %(territory)s"""
_LONGEST = """
SELECT structure_id FROM {audit_trail} WHERE structure_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Run:
    """One question put to both: ours without and with the answer cache (None: not public), and PostGraphile's."""

    question: Question
    uncached: Pace
    cached: Pace | None
    beside: Pace
    new: Pace
    new_beside: Pace

    def goals(self) -> Iterator[Goal]:
        name, beside = self.question.name, self.beside
        yield Goal(f"{name}: uncached / PostGraphile", self.uncached.per_second / beside.per_second, UNCACHED_TIMES)
        yield Goal(f"{name}: p99 / PostGraphile's", self.uncached.p99_ms / beside.p99_ms, P99_TIMES, at_least=False)
        if self.cached is not None:
            yield Goal(f"{name}: cached / PostGraphile", self.cached.per_second / beside.per_second, CACHED_TIMES)
        new, new_beside = self.new, self.new_beside
        yield Goal(f"{name}: cold / PostGraphile", new.per_second / new_beside.per_second, COLD_TIMES)
        yield Goal(f"{name}: cold p99 / PostGraphile's", new.p99_ms / new_beside.p99_ms, COLD_P99_TIMES, at_least=False)

    def rows(self) -> Iterator[tuple[str, ...]]:
        paces = {
            "uncached": self.uncached,
            "cached": self.cached,
            "PostGraphile": self.beside,
            "cold: a new document each time": self.new,
            "cold: PostGraphile": self.new_beside,
        }
        for name, measure in paces.items():
            if measure is not None:
                figures = (f"{measure.per_second:,.0f}", f"{measure.median_ms:.2f}", f"{measure.p99_ms:.2f}")
                yield (f"{self.question.name}, {name}", *figures)


#: PostGraphile has a narrow table of the audit trail, where ours is the log itself.
_TRAIL = f"""
DROP TABLE IF EXISTS read_models.audit_trail_beside CASCADE;
CREATE TABLE read_models.audit_trail_beside AS
    SELECT position, recorded_at, type, subject_id, structure_id, territory FROM {ENTRIES} AS t;
ALTER TABLE read_models.audit_trail_beside ADD PRIMARY KEY (position);
CREATE INDEX ON read_models.audit_trail_beside (structure_id, position);
ANALYZE read_models.audit_trail_beside"""


@contextmanager
def read_models(url: str) -> Iterator[Connection[Any]]:
    """Yield a connection to the database, its read models filled."""
    with psycopg.connect(url, autocommit=True) as conn:
        prepare(conn, projections)
        if any(live.position == 0 for live in generations(conn, State.LIVE)):
            rebuild(url, MASTER_KEY)
            conn.execute("VACUUM ANALYZE")
        conn.execute(_TRAIL)
        yield conn


def live_tables(conn: Connection[Any]) -> dict[str, str]:
    live = {live.name: live.generation for live in generations(conn, State.LIVE)}
    tables = {relation: table_name(relation, live[name]) for relation, name in relations().items()}
    return {**tables, "audit_trail": "audit_trail_beside"}


def questions(conn: Connection[Any], tables: Mapping[str, str]) -> list[Question]:
    return documents.questions(busiest(conn, tables), str(_first_row(conn, tables, _LONGEST)["structure_id"]))


def busiest(conn: Connection[Any], tables: Mapping[str, str]) -> dict[str, str]:
    """Return the territory, type and audience with the longest public listing."""
    return _first_row(conn, tables, _BUSIEST)


def extremes(conn: Connection[Any], tables: Mapping[str, str], territory: str) -> tuple[str, str]:
    """Return the usual theme and the rarest kind of place of a territory's public animations."""
    row = _first_row(conn, tables, _EXTREMES, {"territory": territory})
    return row["theme"], row["venue_type"]


def _first_row(
    conn: Connection[Any], tables: Mapping[str, str], query: LiteralString, params: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    identifiers = {relation: sql.Identifier("read_models", table) for relation, table in tables.items()}
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql.SQL(query).format(**identifiers), params).fetchone()
    assert row is not None
    return row


def same_answers(question: Question, here: str, there: str, token: str | None) -> None:
    """Raise SystemExit unless both return the same things: otherwise the paces are not comparable."""
    our_result = question.our_result(ask(here, question.ours, token))
    their_result = question.their_result(ask(there, question.theirs))
    if our_result != their_result:
        raise SystemExit(f"{question.name}: {our_result} here, {their_result} beside")


def run(question: Question, here: str, there: str, auditor: str, seconds: int) -> Run:
    token = None if question.public else auditor
    same_answers(question, here, there, token)
    for address, body, asker in ((here, question.ours, token), (there, question.theirs, None)):
        pace(address, body, max(1, seconds // 4), asker)
    return Run(
        question,
        uncached=pace(here, question.ours, seconds, token),
        beside=pace(there, question.theirs, seconds),
        cached=pace(here, question.ours, seconds, cached=True) if question.public else None,
        new=pace(here, question.ours, seconds, token, new_each_time=True),
        new_beside=pace(there, question.theirs, seconds, new_each_time=True),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"length of the log (default {EVENTS:,})")
    parser.add_argument("--seconds", type=int, default=10, help="length of each measure (default 10)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    token = issue_token(TOKEN_SECRET, Role.AUDITOR, "auditor", datetime.now(UTC))
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        url = season_log(server_url, arguments.events)
        with read_models(url) as conn:
            tables = live_tables(conn)
            to_ask = questions(conn, tables)
        with ours(url) as here, postgraphile(url, tables) as there:
            runs = [run(question, here, there, token, arguments.seconds) for question in to_ask]
    rows = [row for result in runs for row in result.rows()]
    show("Answers to 8 connections", ("", "a second", "median, ms", "p99, ms"), rows)
    judge([goal for result in runs for goal in result.goals()])


if __name__ == "__main__":
    main()
