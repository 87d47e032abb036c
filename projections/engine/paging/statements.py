"""The statements that cut a page from a list, and count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from projections.engine.paging.cursors import Page
from projections.engine.paging.listings import OWED, TURN, Filter, Order, Source

#: How far the rows of a list are counted one by one: what a count costs must not grow with the list.
MOST_COUNTED = 1_000
#: Orders that no index has.
_OF_PARAMETERS = ("TURN", "RELEVANCE", OWED)


def page_statement(
    source: Source, filtered: Filter, orders: Sequence[Order], requested: Page, counting: str | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the statement for the page and one row more, and its parameters.

    Each row has its `cursor_values`, and the result of the statement `counting` as `list_total`.
    """
    cut, params = _cut(source, filtered, orders, requested)
    if counting is not None:
        source = replace(source, shown=f"{source.shown}, ({counting}) AS list_total")
    return _shown(source, f"({cut})", orders, requested), params


def pages_statement(
    source: Source, filtered: Filter, orders: Sequence[Order], requested: Page
) -> tuple[str, dict[str, Any]]:
    """Return `page_statement` for the same page of the lists of all `%(owners)s` (UUIDs) at once."""
    cut, params = _cut(source, filtered.where(f"{source.alias}.{source.owner} = owners.id"), orders, requested)
    return _shown(
        source, f"unnest(%(owners)s::uuid[]) AS owners(id) CROSS JOIN LATERAL ({cut})", orders, requested
    ), params


def count_statement(source: Source, filtered: Filter, orders: Sequence[Order]) -> str:
    """Return the statement for the number of rows in the whole list, as `total`; one beyond MOST_COUNTED means more.

    They are counted in the list's order: an index in that order is left once there are enough, where the bitmaps of
    other indexes would be read whole first.
    """
    by = ", ".join(order.expression for order in orders if order.name not in _OF_PARAMETERS)
    counted = f"SELECT FROM {source.rows} WHERE {filtered.clause} ORDER BY {by} LIMIT {MOST_COUNTED + 1}"
    return f"SELECT count(*) AS total FROM ({counted}) counted"


def counts_statement(source: Source, filtered: Filter, orders: Sequence[Order]) -> str:
    """Return `count_statement` for each list of `%(owners)s`, by `owner`."""
    own = filtered.where(f"{source.alias}.{source.owner} = owners.id")
    return (
        "SELECT owners.id AS owner, counted.total FROM unnest(%(owners)s::uuid[]) AS owners(id)"
        f" CROSS JOIN LATERAL ({count_statement(source, own, orders)}) counted"
    )


def _cut(source: Source, filtered: Filter, orders: Sequence[Order], requested: Page) -> tuple[str, dict[str, Any]]:
    if filtered.each:
        combinations, single = filtered.value_by_value()
        cut, params = _cut(source, single, orders, requested)
        merged = (
            f"SELECT {source.alias}.* FROM {combinations} CROSS JOIN LATERAL ({cut}) {source.alias}"
            f" ORDER BY {_directions(orders, requested)} LIMIT {requested.size + 1}"
        )
        return merged, params
    if orders[0].kind == TURN:
        return _cut_at_turn(source, filtered, orders, requested)
    return _cut_in_order(source, filtered, orders, requested, orders)


def _cut_at_turn(
    source: Source, filtered: Filter, orders: Sequence[Order], requested: Page
) -> tuple[str, dict[str, Any]]:
    """Cut the page from both sides of the turn; the second side is looked at only where the first does not fill it."""
    turn, *coming = orders
    gone = [replace(order, descending=not order.descending) for order in coming]
    sides = [(">=", coming), ("<", gone)]
    if requested.backwards:
        sides.reverse()
    # A cursor keeps its turn, and stands on one of the sides.
    kept = requested.start or requested.stop
    params = {} if kept is None else {"turn": kept[0]}
    start, stop = (None if cursor is None else cursor[1:] for cursor in (requested.start, requested.stop))
    begins, ends = (
        default if cursor is None else int((cursor[0] < params["turn"]) != (sides[0][0] == "<"))
        for cursor, default in ((start, 0), (stop, 1))
    )
    if ends < begins:
        filtered, stop = filtered.where("false"), None
    cuts = []
    for place, (comparison, by) in list(enumerate(sides))[begins : max(begins, ends) + 1]:
        side = filtered.where(f"{by[0].expression} {comparison} {turn.expression}")
        bounds = replace(requested, start=start if place == begins else None, stop=stop if place == ends else None)
        cut, side_params = _cut_in_order(source, side, by, bounds, orders)
        params = {**side_params, **params}
        cuts.append(cut)
    if len(cuts) == 1:
        return cuts[0], params
    first, second = cuts
    most = requested.size + 1
    both = (
        f"SELECT * FROM first_side UNION ALL"
        f" SELECT * FROM ({second}) second_side WHERE (SELECT count(*) FROM first_side) < {most}"
    )
    statement = (
        f"WITH first_side AS MATERIALIZED ({first}) SELECT {source.alias}.* FROM ({both}) {source.alias}"
        f" ORDER BY {_directions(orders, requested)} LIMIT {most}"
    )
    return statement, params


def _cut_in_order(
    source: Source, filtered: Filter, orders: Sequence[Order], requested: Page, cursor_orders: Sequence[Order]
) -> tuple[str, dict[str, Any]]:
    params = dict(filtered.params)
    conditions = [filtered.clause]
    if requested.start is not None:
        params |= {f"start{place}": value for place, value in enumerate(requested.start)}
        conditions.append(_beyond(orders, requested.backwards, "start"))
    if requested.stop is not None:
        params |= {f"stop{place}": value for place, value in enumerate(requested.stop)}
        conditions.append(_beyond(orders, not requested.backwards, "stop"))
    values = ", ".join(f"({order.expression})::text" for order in cursor_orders)
    statement = (
        f"SELECT {source.alias}.*, ARRAY[{values}] AS cursor_values FROM {source.rows}"
        f" WHERE {' AND '.join(conditions)} ORDER BY {_directions(orders, requested)} LIMIT {requested.size + 1}"
    )
    return statement, params


def _shown(source: Source, cut: str, orders: Sequence[Order], requested: Page) -> str:
    # Join after cutting the page, whatever the planner prefers.
    own = f"{source.own}, {source.alias}.cursor_values" if source.own else f"{source.alias}.*"
    by = _directions(orders, requested)
    return f"SELECT {own}{source.shown} FROM {cut} {source.alias} {source.joined} ORDER BY {by}"


def _directions(orders: Sequence[Order], requested: Page) -> str:
    if orders[0].kind == TURN:
        orders = _both_sides(orders)
    return ", ".join(
        f"{order.expression} {'DESC' if order.descending != requested.backwards else 'ASC'}" for order in orders
    )


def _both_sides(orders: Sequence[Order]) -> list[Order]:
    """Return the orders of a list that is split at a turn, as expressions that hold on both of its sides."""
    turn, by, *_ = orders
    is_gone = f"{by.expression} < {turn.expression}"
    coming = [replace(each, expression=f"CASE WHEN NOT {is_gone} THEN {each.expression} END") for each in orders[1:]]
    gone = [
        replace(each, expression=f"CASE WHEN {is_gone} THEN {each.expression} END", descending=not each.descending)
        for each in orders[1:]
    ]
    return [replace(turn, expression=f"({is_gone})"), *coming, *gone]


def _beyond(orders: Sequence[Order], backwards: bool, bound: str) -> str:
    """Return the condition for the rows beyond a bound, the parameters of whose values begin with its name."""
    descending = [order.descending != backwards for order in orders]
    starts = [f"%({bound}{place})s::{order.kind}" for place, order in enumerate(orders)]
    if len(set(descending)) == 1:
        # An index on the same columns answers a comparison of rows directly.
        expressions = ", ".join(order.expression for order in orders)
        return f"({expressions}) {'<' if descending[0] else '>'} ({', '.join(starts)})"
    alternatives = []
    for place, order in enumerate(orders):
        same = [f"{orders[before].expression} = {starts[before]}" for before in range(place)]
        further = f"{order.expression} {'<' if descending[place] else '>'} {starts[place]}"
        alternatives.append(" AND ".join([*same, further]))
    # Repeat the bound for the first order alone, so that an index on it can begin there.
    edge = f"{orders[0].expression} {'<=' if descending[0] else '>='} {starts[0]}"
    return edge + " AND (" + " OR ".join(f"({alternative})" for alternative in alternatives) + ")"
