"""Pages for people beside the GraphQL page of 20, under wrk, nothing kept: each address is asked once."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from psycopg import Connection, sql

from bench.graphql import busiest, live_tables, read_models
from bench.support import graphql_documents as documents
from bench.support.logs import season_log
from bench.support.servers import Pace, ask_all, ours, pace, pace_of_each
from bench.support.stage import Goal, about_the_machine, judge, server, show

EVENTS = 1_000_000
LEAST_SHARE = 0.5
ROUNDS = 3
#: More addresses than are asked in a run, so that no answer is met again.
ADDRESSES = 6_000
_OF_PERIODS = "GraphQL page of 20, of periods"
SEASON_START, SEASON_DAYS = date(2025, 9, 1), 270


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"size of the log (default {EVENTS:,})")
    parser.add_argument("--seconds", type=int, default=4, help=f"length of each of {ROUNDS} measures (default 4)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        url = season_log(server_url, arguments.events)
        with read_models(url) as conn:
            body = documents.listings(busiest(conn, live_tables(conn)))["page of 20 with its count"]
            animations = [f"/animations/{id}" for id in _published(conn)]
        with ours(url) as address:
            site = address.removesuffix("/graphql")
            # What is prepared once, as templates and documents are, is no part of the measure.
            ask_all(site, [f"/animations?{_period(ROUNDS * ADDRESSES + each)}" for each in range(8)] + animations[-8:])
            paces: dict[str, list[Pace]] = {}
            for number in range(ROUNDS):
                # Other periods and animations in each round; each period has a full first page.
                numbers = range(number * ADDRESSES, (number + 1) * ADDRESSES)
                lists = [body | {"variables": {"where": _where(ROUNDS * ADDRESSES + each)}} for each in numbers]
                share = len(animations) // ROUNDS
                own = animations[number * share : (number + 1) * share]
                paces.setdefault("GraphQL page of 20", []).append(pace(address, body, arguments.seconds))
                # The lists that pages show, beside which a page tells what it takes itself.
                paces.setdefault(_OF_PERIODS, []).append(pace_of_each(address, lists, arguments.seconds))
                paces.setdefault("/animations", []).append(
                    pace_of_each(site, [f"/animations?{_period(each)}" for each in numbers], arguments.seconds)
                )
                paces.setdefault("/animations/ID", []).append(pace_of_each(site, own, arguments.seconds))
    figures = {
        name: Pace(
            median(each.per_second for each in rounds),
            median(each.median_ms for each in rounds),
            median(each.p99_ms for each in rounds),
        )
        for name, rounds in paces.items()
    }
    rows = [(n, f"{p.per_second:,.0f}", f"{p.median_ms:.1f}", f"{p.p99_ms:.1f}") for n, p in figures.items()]
    show("Answers to 8 connections, none kept", ("", "a second", "median, ms", "p99, ms"), rows)
    graphql, of_periods = figures.pop("GraphQL page of 20"), figures.pop(_OF_PERIODS)
    share = figures["/animations"].per_second / of_periods.per_second
    print(f"/animations: {share:.2f} of the rate of the GraphQL page of the same periods")
    judge(
        [
            goal
            for name, page in figures.items()
            for goal in (
                Goal(f"{name}: rate, of the GraphQL page's", page.per_second / graphql.per_second, LEAST_SHARE),
                Goal(f"{name}: p99, times the GraphQL page's", page.p99_ms / graphql.p99_ms, 1 / LEAST_SHARE, False),
            )
        ]
    )


def _days(number: int) -> tuple[date, date]:
    return SEASON_START + timedelta(days=number % SEASON_DAYS), date(2030, 1, 1) + timedelta(days=number)


def _period(number: int) -> str:
    since, until = _days(number)
    return f"startsFrom={since}&au={until}"


def _where(number: int) -> dict[str, str]:
    since, until = _days(number)
    return {"startsFrom": str(since), "startsBefore": str(until)}


def _published(conn: Connection) -> list[str]:
    table = sql.Identifier("read_models", live_tables(conn)["animations"])
    query = sql.SQL("SELECT animation_id FROM {} WHERE status = 'PUBLISHED' ORDER BY animation_id LIMIT %s").format(
        table
    )
    return [str(id) for (id,) in conn.execute(query, (ROUNDS * ADDRESSES,)).fetchall()]


if __name__ == "__main__":
    main()
