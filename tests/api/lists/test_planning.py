"""Pages whose rows an index has in order are planned once; others for what is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql

from domain.kernel.actors import PUBLIC
from eventstore.connections import reading_pool
from projections.animations.conditions import Conditions
from projections.animations.queries import coming_first, listed, listing, planned
from projections.engine.planning import ONCE, Planning
from projections.engine.reading import Snapshot, snapshot
from projections.registry import relations
from tests.api.lists.plans import many_animations, nodes_of
from tests.support.api.reading import Reader, executed
from tests.support.api.written import numbered

LISTING = """query ($where: AnimationWhere) {
  animations(where: $where, first: 20, orderBy: [{field: STARTS_AT, direction: ASC}]) { totalCount nodes { id } } }"""
NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    with many_animations(server_url, f"api_planning_{worker_id}", founded_name) as reader:
        yield reader


@pytest.mark.parametrize(
    ("conditions", "planning"),
    [
        ({}, Planning.ONCE),
        ({"upcoming": True}, Planning.ONCE),
        ({"starts_from": NOW, "starts_before": NOW, "territory": ["34"]}, Planning.ONCE),
        ({"territory": ["34", "971"], "upcoming": True}, Planning.BY_VALUES),
        ({"type": ["seminaire"], "territory": ["34"]}, Planning.CHOSEN),
        ({"type": ["seminaire"], "starts_from": NOW}, Planning.CHOSEN),
        ({"type": ["seminaire"], "starts_from": NOW, "starts_before": NOW}, Planning.BY_VALUES),
        ({"type": ["seminaire", "atelier-parents"]}, Planning.BY_VALUES),
        ({"text": "parents"}, Planning.BY_VALUES),
        ({"theme": ["jeux-video"]}, Planning.BY_VALUES),
        ({"seats_left": True}, Planning.BY_VALUES),
    ],
)
def test_a_list_is_planned_once_only_where_one_plan_is_right_for_all_values(
    conditions: dict[str, Any], planning: Planning
):
    chosen = Conditions(**conditions)
    by_start = listing([("STARTS_AT", False)], only_published=True)
    assert planned(listed(chosen, NOW), chosen, by_start.orders).planning is planning


def test_what_is_to_come_first_is_planned_once_but_titles_are_not():
    first, filtered = coming_first(listed(Conditions()), NOW)
    assert planned(filtered, Conditions(), first.orders).planning is Planning.ONCE
    by_title = listing([("TITLE", False)], only_published=True)
    assert planned(listed(Conditions()), Conditions(), by_title.orders).planning is Planning.CHOSEN


@pytest.mark.parametrize("where", [{}, {"territory": ["34"]}])
def test_pages_of_any_period_share_one_plan_that_reads_them_in_order(season: Reader, where: dict[str, Any]):
    period = {"startsFrom": "2026-11-01", "startsBefore": "2027-06-01"}
    with executed() as statements:
        assert season.asks(LISTING, PUBLIC, where=where | period).data
    (page,) = (query.as_string(None) for query, _ in statements if "cursor_values" in query.as_string(None))
    with psycopg.connect(season.town.url, autocommit=True) as conn:
        conn.execute(ONCE)
        ((plans,),) = conn.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {numbered(page)}").fetchall()
    nodes = list(nodes_of(plans[0]["Plan"]))
    kinds = {node["Node Type"] for node in nodes if node.get("Relation Name", "").startswith("animations_g")}
    assert kinds
    assert kinds <= {"Index Scan", "Index Only Scan"}, "nothing is sorted that an index has in order"


async def _modes(read: Snapshot, *plannings: Planning) -> list[str]:
    """Return how the session plans what is asked in each of these ways."""
    show = sql.SQL("SHOW plan_cache_mode")
    return [(await read.rows(show, planning=planning))[0]["plan_cache_mode"] for planning in plannings]


def _in_turn(
    season: Reader, *transactions: tuple[Planning, ...], failing: Sequence[int] = (), aborted: Sequence[int] = ()
) -> list[list[str]]:
    """Return the modes within each of these transactions of one session.

    Some fail in the end. In those `aborted` a statement fails, as of one field, and the answer goes on without it.
    """

    async def run() -> list[list[str]]:
        modes = []
        async with reading_pool(season.town.url, 1) as pool:
            for number, plannings in enumerate(transactions):
                with suppress(LookupError):
                    async with snapshot(pool, relations()) as read:
                        modes.append(await _modes(read, *plannings))
                        if number in failing:
                            raise LookupError
                        if number in aborted:
                            with suppress(psycopg.DataError):
                                await read.rows(sql.SQL("SELECT 1 / 0"))
        return modes

    return season.runner.run(run())


def test_a_session_plans_once_what_is_to_be_planned_once_and_nothing_else(season: Reader):
    chosen, once, by_values = Planning.CHOSEN, Planning.ONCE, Planning.BY_VALUES
    shown = _in_turn(season, (chosen, once, by_values), (chosen,), (once, once), (once,), (by_values, once, chosen))
    forced = "force_generic_plan"
    assert shown == [["auto", forced, "auto"], ["auto"], [forced, forced], [forced], ["auto", forced, "auto"]]


@pytest.mark.parametrize("before", list(Planning))
@pytest.mark.parametrize("within", list(Planning))
@pytest.mark.parametrize("after", list(Planning))
def test_a_transaction_rolled_back_leaves_the_session_planning_as_it_should(
    season: Reader, before: Planning, within: Planning, after: Planning
):
    expected = "force_generic_plan" if after is Planning.ONCE else "auto"
    assert _in_turn(season, (before,), (within,), (after,), failing=[1])[-1] == [expected]
    assert _in_turn(season, (before,), (within,), (after,), aborted=[1])[-1] == [expected]
