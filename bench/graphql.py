"""Our GraphQL server beside PostGraphile 5 on the same tables of the same database: one process each, in turn."""

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
from bench import graphql_documents as documents
from bench.beside_postgraphile import postgraphile
from bench.graphql_documents import Question
from bench.keys import MASTER_KEY
from bench.logs import season_log
from bench.servers import TOKEN_SECRET, Pace, ask, ours, pace
from bench.stage import Goal, about_the_machine, judge, server, show
from domain.kernel.actors import Role
from projections.engine.generations import State, generations, prepare, table_name
from projections.engine.rebuild import rebuild
from projections.registry import projections, relations

EVENTS = 200_000
UNCACHED_TIMES, CACHED_TIMES, P99_TIMES = 1.0, 3.0, 1.0

#: The filters with the most animations, and the structure with the longest history: what takes longest.
_BUSIEST = """
SELECT territory, type, audience FROM {animations} WHERE status = 'PUBLISHED'
GROUP BY 1, 2, 3 ORDER BY count(*) DESC LIMIT 1"""
_LONGEST = """
SELECT structure_id FROM {audit_trail} WHERE structure_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Run:
    """One question put to both: ours without the answer cache and with it (None: not public), and PostGraphile's."""

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

    def rows(self) -> Iterator[tuple[str, ...]]:
        told = {
            "uncached": self.uncached,
            "cached": self.cached,
            "PostGraphile": self.beside,
            "cold: a new document each time": self.new,
            "cold: PostGraphile": self.new_beside,
        }
        for name, one in told.items():
            if one is not None:
                figures = (f"{one.per_second:,.0f}", f"{one.median_ms:.2f}", f"{one.p99_ms:.2f}")
                yield (f"{self.question.name}, {name}", *figures)


@contextmanager
def read_models(url: str) -> Iterator[Connection[Any]]:
    """A connection to the database, its read models filled."""
    with psycopg.connect(url, autocommit=True) as conn:
        prepare(conn, projections)
        if any(one.position == 0 for one in generations(conn, State.LIVE)):
            rebuild(url, MASTER_KEY)
            conn.execute("VACUUM ANALYZE")
        yield conn


def live_tables(conn: Connection[Any]) -> dict[str, str]:
    live = {one.name: one.generation for one in generations(conn, State.LIVE)}
    return {relation: table_name(relation, live[name]) for relation, name in relations().items()}


def questions(conn: Connection[Any], tables: Mapping[str, str]) -> list[Question]:
    return documents.questions(busiest(conn, tables), str(_found(conn, tables, _LONGEST)["structure_id"]))


def busiest(conn: Connection[Any], tables: Mapping[str, str]) -> dict[str, str]:
    """The territory, type and audience that together leave the longest public listing."""
    return _found(conn, tables, _BUSIEST)


def _found(conn: Connection[Any], tables: Mapping[str, str], query: LiteralString) -> dict[str, Any]:
    named = {relation: sql.Identifier("read_models", table) for relation, table in tables.items()}
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(sql.SQL(query).format(**named)).fetchone()
    assert found is not None
    return found


def same_answers(question: Question, here: str, there: str, token: str | None) -> None:
    """Raises SystemExit unless both find the same things: otherwise their pace says nothing."""
    found, beside = ask(here, question.ours, token), ask(there, question.theirs)
    if question.ours_found(found) != question.theirs_found(beside):
        raise SystemExit(f"{question.name}: {question.ours_found(found)} here, {question.theirs_found(beside)} beside")


def run(question: Question, here: str, there: str, auditor: str, seconds: int) -> Run:
    token = None if question.public else auditor
    same_answers(question, here, there, token)
    for address, body, asker in ((here, question.ours, token), (there, question.theirs, None)):
        pace(address, body, max(1, seconds // 4), asker)
    return Run(
        question,
        uncached=pace(here, question.ours, seconds, token),
        beside=pace(there, question.theirs, seconds),
        cached=pace(here, question.ours, seconds, kept=True) if question.public else None,
        new=pace(here, question.ours, seconds, token, new_each_time=True),
        new_beside=pace(there, question.theirs, seconds, new_each_time=True),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"length of the log (default {EVENTS:,})")
    parser.add_argument("--seconds", type=int, default=10, help="length of each measure (default 10)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    given = parser.parse_args()
    token = issue_token(TOKEN_SECRET, Role.AUDITOR, "auditor", datetime.now(UTC))
    with server(given.keep) as server_url:
        print(about_the_machine(server_url))
        url = season_log(server_url, given.events)
        with read_models(url) as conn:
            tables = live_tables(conn)
            asked = questions(conn, tables)
        with ours(url) as here, postgraphile(url, tables) as there:
            runs = [run(question, here, there, token, given.seconds) for question in asked]
    rows = [row for one in runs for row in one.rows()]
    show("Answers to 8 connections", ("", "a second", "median, ms", "p99, ms"), rows)
    judge([goal for one in runs for goal in one.goals()])


if __name__ == "__main__":
    main()
