"""The programme's measures and a territory's coverage on a long season, one question after the other, nothing kept."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx
from psycopg import Connection, sql

from application.application import Application, open_application
from application.sign_in.local import issue_token
from application.strategies.commands import Objective, StakeholderEntry, StrategyValidate, StrategyWrite
from bench.graphql import live_tables, read_models
from bench.support.logs import SEASON_END, season_log
from bench.support.servers import TOKEN_SECRET, ours
from bench.support.stage import EVENT_KEYS, MASTER_KEY, Goal, about_the_machine, judge, server, show
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import department_of_school
from domain.kernel.schools import named_lycees
from projections.engine.catching_up import catch_up

#: A season of 200,000 animations.
EVENTS = 1_030_000
MOST_MS = 100.0
TIMES = 100
#: Of the page of 20; tells growth from a slow machine.
_MOST_TIMES = 10.0
STAKEHOLDER = "Académie"
_SCHOOLS = "SELECT territory, array_agg(DISTINCT school_uai) FROM {} GROUP BY 1 ORDER BY 1"
_COVERAGE = """query($territory: String!) { coverage(territory: $territory) {
    targetSchools reached unreached { uai } nextPlaces { commune { code } schools { uai } } } }"""
_PROGRAMME = "{ programme { targetSchools schoolsReached animations byTerritory { share schoolsReached animations } } }"
_PAGE = "{ animations(first: 20) { nodes { title startsAt structure { name } } } }"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"length of the log (default {EVENTS:,})")
    parser.add_argument("--times", type=int, default=TIMES, help=f"how often each is asked (default {TIMES})")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        url = season_log(server_url, arguments.events)
        with read_models(url) as conn, open_application(url, MASTER_KEY, EVENT_KEYS) as app:
            targets = _targets(conn)
            _adopt(app, targets)
            while catch_up(conn, app.vault):
                pass
            conn.execute("VACUUM ANALYZE")
        largest = max(targets, key=lambda code: len(targets[code]))
        now = datetime.now(UTC)
        token = issue_token(TOKEN_SECRET, Role.COORDONNATEUR, "coordonnateur", now, territories=[largest])
        with ours(url) as address:
            figures = {
                "page of 20": _milliseconds(address, {"query": _PAGE}, None, arguments.times),
                "coverage": _milliseconds(
                    address, {"query": _COVERAGE, "variables": {"territory": largest}}, token, arguments.times
                ),
                "programme": _milliseconds(address, {"query": _PROGRAMME}, None, arguments.times),
            }
    print(
        f"{sum(map(len, targets.values())):,} target schools, {len(targets[largest]):,} of them where coverage is asked"
    )
    rows = [(name, f"{median(times):.1f}", f"{_p95(times):.1f}") for name, times in figures.items()]
    show("One question after the other", ("", "median, ms", "p95, ms"), rows)
    page = median(figures.pop("page of 20"))
    judge(
        [
            goal
            for name, times in figures.items()
            for goal in (
                Goal(f"{name}: p95, ms", _p95(times), MOST_MS, at_least=False),
                Goal(
                    f"{name}: median, times the page of 20",
                    median(times) / page,
                    _MOST_TIMES,
                    at_least=False,
                    binds=False,
                ),
            )
        ]
    )


def _targets(conn: Connection[Any]) -> dict[str, list[str]]:
    """Return schools by territory: those with candidatures, and every lycée, most of which nothing reaches."""
    table = sql.Identifier("read_models", live_tables(conn)["candidatures"])
    rows = conn.execute(sql.SQL(_SCHOOLS).format(table)).fetchall()
    lycees = named_lycees()
    return {code: sorted({*own, *(uai for uai in lycees if department_of_school(uai) == code)}) for code, own in rows}


def _adopt(app: Application, targets: Mapping[str, list[str]]) -> None:
    """Have a strategy adopted in each territory; in another run, a further version of it."""
    for code, schools in targets.items():
        actor = Actor(role=Role.COORDONNATEUR, name="bench", territories=frozenset([code]))
        written = StrategyWrite(
            idempotency_key=uuid4(),
            territory=code,
            diagnosis="Des familles éloignées du numérique scolaire.",
            objectives=(Objective(label="Familles accompagnées", target=200),),
            target_schools=tuple(schools),
            stakeholders=(StakeholderEntry(name=STAKEHOLDER, kind="académie"),),
        )
        strategy_id = app.execute(written, actor, SEASON_END).subject_id
        validated = StrategyValidate(
            idempotency_key=uuid4(), strategy_id=strategy_id, stakeholder=STAKEHOLDER, on=SEASON_END.date()
        )
        app.execute(validated, actor, SEASON_END)


def _milliseconds(address: str, body: Mapping[str, Any], token: str | None, times: int) -> list[float]:
    # Requests with a cookie bypass the answer cache.
    headers = {"Authorization": f"Bearer {token}"} if token else {"Cookie": "bench=1"}
    taken = []
    with httpx.Client(headers=headers, timeout=30) as client:
        for number in range(times + 3):
            before = perf_counter()
            answer = client.post(address, json=body).json()
            if number >= 3:
                taken.append(1_000 * (perf_counter() - before))
            if "errors" in answer or not any(answer["data"].values()):
                raise SystemExit(f"{address} answers {answer}")
    return taken


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
