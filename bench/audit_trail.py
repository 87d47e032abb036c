"""Pages of the audit trail under each filter: the time of the first page, and the ratio of page 1,000 to it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.rows import dict_row

from bench.support.logs import season_log
from bench.support.stage import MASTER_KEY, Goal, about_the_machine, judge, server, show
from projections.audit import queries as audit
from projections.audit.queries import Conditions
from projections.engine.generations import State, generations, identifier, prepare
from projections.engine.paging import Page, page_statement
from projections.engine.rebuild import rebuild
from projections.engine.registry import views
from projections.registry import projections, relations

EVENTS = 1_000_000
FIRST_PAGE_MS, FAR_PAGE_TIMES = 20.0, 1.5
#: Differences below this are noise.
NOISE_MS = 2.0
PAGE, FAR = 20, 1_000
ROUNDS = 15

_SAMPLES = """
SELECT
    (SELECT structure_id FROM {trail} t WHERE structure_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)
        AS largest,
    (SELECT structure_id FROM {trail} t WHERE structure_id IS NOT NULL GROUP BY 1 ORDER BY count(*) LIMIT 1)
        AS smallest,
    (SELECT subject_id FROM {trail} t WHERE type = 'animation.attestation_corrected' LIMIT 1) AS animation,
    (SELECT subject_id FROM {trail} t WHERE type = 'convention.amended' LIMIT 1) AS convention,
    (SELECT subject_id FROM {trail} t WHERE type = 'candidature.validated' LIMIT 1) AS candidature,
    (SELECT territory FROM {trail} t WHERE territory <> '' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) AS territory,
    (SELECT territory FROM {trail} t WHERE territory <> '' EXCEPT
        SELECT territory FROM {trail} t WHERE type = 'candidature.submitted' ORDER BY 1 LIMIT 1)
        AS without_candidatures,
    (SELECT min(recorded_at) FROM {trail} t) AS since, (SELECT max(recorded_at) FROM {trail} t) AS until,
    (SELECT max(position) FROM {trail} t) AS head"""


class Trail:
    """The audit trail of one database, queried as the API does."""

    def __init__(self, conn: Connection[Any]) -> None:
        self._conn = conn
        owner = relations()
        live = {live.name: live.generation for live in generations(conn, State.LIVE)}
        tables = {relation: identifier(relation, live[name]) for relation, name in owner.items()}
        self._tables = {**tables, **{name: sql.SQL(view) for name, view in views().items()}}

    def samples(self) -> dict[str, Any]:
        with self._conn.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(sql.SQL(_SAMPLES).format(trail=self._tables["audit_trail"])).fetchone()
        assert row is not None
        return row

    def page(self, conditions: Conditions, after: int | None) -> tuple[float, int]:
        """Return the milliseconds of a page, the median of several rounds, and its number of rows."""
        page = Page(PAGE, None if after is None else (after,))
        statement, params = page_statement(audit.SOURCE, audit.narrowed(conditions), audit.ORDERS, page)
        query, times, rows = sql.SQL(statement).format(**self._tables), [], []
        with self._conn.cursor(binary=True) as cursor:
            for _ in range(ROUNDS):
                started = time.perf_counter()
                rows = cursor.execute(query, params, prepare=True).fetchall()
                times.append((time.perf_counter() - started) * 1_000)
        return median(times), len(rows)

    def far(self, conditions: Conditions) -> tuple[int, int]:
        """Return the number of the last full page, at most 1,000, and the position after which it starts."""
        filtered = audit.narrowed(conditions)
        query = sql.SQL(
            f"SELECT t.position FROM {audit.SOURCE.rows} WHERE {filtered.clause} ORDER BY 1 LIMIT {PAGE * FAR}"
        ).format(**self._tables)
        positions = [row[0] for row in self._conn.execute(query, filtered.params).fetchall()]
        number = max(1, len(positions) // PAGE)
        return number, positions[(number - 1) * PAGE - 1] if number > 1 else 0


def filters(samples: dict[str, Any]) -> Iterator[tuple[str, Conditions]]:
    """Yield each filter with frequent and with rare values, and the usual pairs."""
    late, early = samples["until"] - timedelta(hours=1), samples["since"] + timedelta(days=30)
    month = {
        "recorded_from": samples["until"] - timedelta(days=120),
        "recorded_before": samples["until"] - timedelta(days=90),
    }
    usual, gone, rare = ["animation.modified"], ["typology.term_added"], ["convention.terminated"]
    bound = Conditions(territories=[samples["territory"]])
    yield "everything", Conditions()
    yield "the largest structure", Conditions(structure_id=samples["largest"])
    yield "the smallest structure", Conditions(structure_id=samples["smallest"])
    yield "structure and a type", Conditions(structure_id=samples["largest"], type=["animation.refused"])
    yield "structure and a type it never had", Conditions(structure_id=samples["largest"], type=gone)
    yield "structure and a period", Conditions(structure_id=samples["largest"], **month)
    yield "one's own structure", Conditions(structures=[samples["largest"]], structure_id=samples["largest"])
    yield "convention", Conditions(subject_ids=[samples["convention"]])
    yield "animation", Conditions(subject_ids=[samples["animation"]])
    yield "candidature", Conditions(subject_ids=[samples["candidature"]])
    yield "dossier", Conditions(dossier_id=samples["animation"])
    yield "a usual type", Conditions(type=usual)
    yield "a rare type", Conditions(type=rare)
    yield "a type that stopped long ago", Conditions(type=gone)
    yield "rare and gone types", Conditions(type=[*rare, *gone])
    yield "usual and rare types", Conditions(type=[*usual, *rare])
    yield "a type and its last hour", Conditions(type=usual, recorded_from=late)
    yield "a gone type, late positions", Conditions(type=gone, position_from=samples["head"] // 2)
    yield "the first month", Conditions(recorded_before=early)
    yield "a month", Conditions(**month)
    yield "all but the first month", Conditions(recorded_from=early)
    yield "the last hour", Conditions(recorded_from=late)
    yield "late positions", Conditions(position_from=samples["head"] - 30_000)
    yield "a territory", bound
    yield (
        "three territories",
        replace(bound, territories=[samples["territory"], samples["without_candidatures"] or "02", "971"]),
    )
    yield "a territory and a rare type", replace(bound, type=rare)
    yield "a territory and a usual type", replace(bound, type=usual)
    yield (
        "a territory, a type it never had",
        Conditions(territories=[samples["without_candidatures"] or "02"], type=["candidature.submitted"]),
    )
    yield "a territory and a month", replace(bound, **month)
    yield "a territory and the last hour", replace(bound, recorded_from=late)
    yield "a territory and a structure", replace(bound, structure_id=samples["largest"])


@contextmanager
def trail_of(url: str) -> Iterator[Trail]:
    with psycopg.connect(url, autocommit=True) as conn:
        prepare(conn, projections)
        if any(live.position == 0 for live in generations(conn, State.LIVE)):
            rebuild(url, MASTER_KEY)
            conn.execute("VACUUM ANALYZE")
        yield Trail(conn)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"length of the log (default {EVENTS:,})")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    rows, goals = [], []
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        with trail_of(season_log(server_url, arguments.events)) as trail:
            for name, conditions in filters(trail.samples()):
                first, size = trail.page(conditions, None)
                number, start = trail.far(conditions)
                far, _ = trail.page(conditions, start) if number > 1 else (first, size)
                times = max(far, NOISE_MS) / max(first, NOISE_MS)
                rows.append((name, f"{first:.2f}", f"{number:,}", f"{far:.2f}", f"{times:.2f}"))
                goals.append(Goal(f"{name}: first page, ms", first, FIRST_PAGE_MS, at_least=False))
                goals.append(Goal(f"{name}: far page / first page", times, FAR_PAGE_TIMES, at_least=False))
    show("Pages of the audit trail", ("", "first, ms", "far page", "far, ms", "times"), rows)
    judge([goal for goal in goals if not goal.met] or goals[:1])


if __name__ == "__main__":
    main()
