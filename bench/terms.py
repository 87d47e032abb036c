"""From a recorded change of the typology until every list and figure shows it, by the share of animations touched."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from application.application import Application, open_application
from application.hosting.database import with_database
from application.typology import TermMerge
from bench.support.logs import SEASON_END, season_log
from bench.support.stage import EVENT_KEYS, MASTER_KEY, Goal, about_the_machine, judge, server, show
from domain.kernel.actors import Actor, Role
from domain.typology.typology import TermKind
from projections.engine.generations import State, generations, live_tables, terms_in_force
from projections.engine.rebuild import rebuild
from projections.engine.runner import projecting
from projections.readiness import is_outdated
from projections.typology.renewing import renewing

EVENTS = 1_000_000
AT_ONCE_SECONDS, ANEW_SECONDS = 1.0, 8.0
NATIONAL = Actor(Role.NATIONAL, "national")
LONGEST_WAIT, PAUSE = 600.0, 0.02


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that touches about this share of the animations: it holds from a day on that is chosen for that."""

    share: float
    kind: TermKind
    code: str
    into: str
    goal: float


MERGES = (
    Merge(0.01, TermKind.THEME, "temps-ecran", "jeux-video", AT_ONCE_SECONDS),
    Merge(0.10, TermKind.ANIMATION_TYPE, "cafe-des-parents", "seminaire", ANEW_SECONDS),
    Merge(0.40, TermKind.ANIMATION_TYPE, "atelier-parents", "seminaire", ANEW_SECONDS),
)
_COLUMNS = {
    TermKind.THEME: sql.SQL("themes @> ARRAY[%s]"),
    TermKind.ANIMATION_TYPE: sql.SQL("type = %s"),
}
_DAYS = "SELECT day, count(*) FROM {} WHERE {} GROUP BY day ORDER BY day DESC"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a merge came to be shown: the animations that it touches, in how many seconds, and whether filled anew."""

    merge: Merge
    animations: int
    seconds: float
    anew: bool


def since(conn: Connection[Any], merge: Merge) -> tuple[date, int]:
    """Return the first day that the merge holds for, and the animations that it touches."""
    table, wanted, touched = live_tables(conn)["animations"], _animations(conn) * merge.share, 0
    days = conn.execute(sql.SQL(_DAYS).format(table, _COLUMNS[merge.kind]), (merge.code,)).fetchall()
    for day, animations in days:
        touched += animations
        if touched >= wanted:
            return day, touched
    return days[-1][0], touched


def measure(app: Application, conn: Connection[Any], merge: Merge) -> Shown:
    """Merge while the projector works, and wait for it to show."""
    day, animations = since(conn, merge)
    before = _generation(conn)
    command = TermMerge(kind=merge.kind, source=merge.code, into=merge.into, since=day)
    outcome = app.execute(command, NATIONAL, SEASON_END + timedelta(days=1))
    recorded = time.perf_counter()
    now = terms_in_force(conn)
    while not all(
        live.position >= outcome.position and not is_outdated(live, now) for live in generations(conn, State.LIVE)
    ):
        if time.perf_counter() - recorded > LONGEST_WAIT:
            raise SystemExit("the change never showed")
        time.sleep(PAUSE)
    return Shown(merge, animations, time.perf_counter() - recorded, _generation(conn) != before)


def _generation(conn: Connection[Any]) -> int:
    return next(live.generation for live in generations(conn, State.LIVE) if live.name == "animations")


def _animations(conn: Connection[Any]) -> int:
    row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(live_tables(conn)["animations"])).fetchone()
    return int(row[0]) if row else 0


def report(results: Sequence[Shown], total: int, rebuilt: float) -> None:
    rows = [
        (
            f"{each.merge.share:.0%}: {each.merge.kind} {each.merge.code}",
            f"{each.animations:,}",
            "filled anew" if each.anew else "refolded",
            f"{each.seconds:,.2f}",
        )
        for each in results
    ]
    rows.append(("for comparison: all read models rebuilt", f"{total:,}", "", f"{rebuilt:,.2f}"))
    show("From recorded to shown", ("share touched", "animations", "how", "seconds"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="events of the log (default 1,000,000)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        template = season_log(server_url, arguments.events)
        url = _copied(server_url, template)
        started = time.perf_counter()
        rebuild(url, MASTER_KEY)
        rebuilt = time.perf_counter() - started
        with (
            open_application(url, MASTER_KEY, EVENT_KEYS) as app,
            psycopg.connect(url, autocommit=True) as conn,
            projecting(url, app.vault),
            renewing(url, MASTER_KEY),
        ):
            total, results = _animations(conn), [measure(app, conn, merge) for merge in MERGES]
    report(results, total, rebuilt)
    judge(
        [
            Goal(f"seconds until shown, {each.merge.share:.0%} touched", each.seconds, each.merge.goal, at_least=False)
            for each in results
        ]
    )


def _copied(server_url: str, template: str) -> str:
    """Return a database of its own: a term is merged once only."""
    name = psycopg.conninfo.conninfo_to_dict(template)["dbname"]
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute("DROP DATABASE IF EXISTS terms_change")
        # A database in use cannot be copied, and autovacuum uses it after a rebuild.
        conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        conn.execute(sql.SQL("CREATE DATABASE terms_change TEMPLATE {}").format(sql.Identifier(str(name))))
    return with_database(server_url, "terms_change")


if __name__ == "__main__":
    main()
