"""The public listing by local day: how many animations begin on each day, and the first of them."""

from __future__ import annotations

from typing import Any

from projections.animations.sources import SOURCE
from projections.engine.paging import Filter


def days_statement(filtered: Filter, most: int) -> tuple[str, dict[str, Any]]:
    """Return the statement for the days of a filtered list, and its parameters.

    A row has its `day`, the `total` of that day, and the `ids` of the first animations, `most` at most.
    """
    within = "PARTITION BY a.day"
    numbered = (
        f"SELECT a.animation_id, a.day, count(*) OVER ({within}) AS total,"
        f" row_number() OVER ({within} ORDER BY a.starts_at, a.animation_id) AS place"
        f" FROM {SOURCE.rows} WHERE {filtered.clause}"
    )
    statement = (
        f"SELECT day, total, array_agg(animation_id ORDER BY place) AS ids FROM ({numbered}) numbered"
        " WHERE place <= %(most)s GROUP BY day, total ORDER BY day"
    )
    return statement, {**filtered.params, "most": most}
