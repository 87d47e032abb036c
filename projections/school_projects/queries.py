"""Pages of school projects, what schools' projects say now, and the share of target schools as of any moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from projections.engine.paging import Filter, Listing, Order, Source

SOURCE = Source(table="school_projects", alias="p")
#: The last school year first.
ORDERS = (
    Order("year", "p.school_year", "text", True),
    Order("uai", "p.uai", "text", True),
    Order("id", "p.project_id", "uuid", True),
)
LISTING = Listing(SOURCE, ORDERS)
#: Of those that a filter admits.
BY_ID = f"SELECT p.* FROM {SOURCE.rows} WHERE p.project_id = %(id)s AND "
OF_SCHOOLS = "SELECT * FROM {school_projects} WHERE uai = ANY(%(uais)s) ORDER BY uai, school_year DESC"
#: The last record of each school, for a school year that has begun.
HAVING_PART = """
SELECT DISTINCT ON (uai) uai, has_part FROM {school_projects}
WHERE uai = ANY(%(uais)s) AND school_year <= %(school_year)s ORDER BY uai, school_year DESC"""

#: Of each territory: how many schools the strategy in force targeted at a moment, and what was recorded of them until
#: then for a school year. `position` and `before` bound what counts; null sets no bound.
SHARES = """
WITH bounds AS (
    SELECT coalesce(%(position)s::bigint, 9223372036854775807) AS position,
        coalesce(%(before)s::timestamptz, 'infinity') AS before
), targets AS (
    SELECT g.territory, school.uai FROM {strategies} g CROSS JOIN bounds b
    CROSS JOIN LATERAL unnest(g.target_schools) AS school(uai)
    WHERE g.adopted_position <= b.position AND g.adopted_at < b.before AND NOT EXISTS (
        SELECT FROM {strategies} later WHERE later.territory = g.territory AND later.edition > g.edition
            AND later.adopted_position <= b.position AND later.adopted_at < b.before)
), records AS (
    SELECT DISTINCT ON (r.uai) r.uai, r.has_part FROM {school_project_records} r CROSS JOIN bounds b
    WHERE r.school_year = %(school_year)s AND r.position <= b.position AND r.recorded_at < b.before
    ORDER BY r.uai, r.position DESC
)
SELECT targets.territory, count(*) AS target_schools, count(records.uai) AS recorded,
    count(*) FILTER (WHERE records.has_part) AS with_part
FROM targets LEFT JOIN records ON records.uai = targets.uai GROUP BY targets.territory ORDER BY targets.territory"""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of school projects; None or empty: no filter."""

    territory: Collection[str] | None = None
    uai: Collection[str] | None = None
    school_year: Collection[str] | None = None
    has_part: bool | None = None


def narrowed(filtered: Filter, conditions: Conditions) -> Filter:
    for name in ("territory", "uai", "school_year"):
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"p.{name}", name, chosen)
    if conditions.has_part is not None:
        filtered = filtered.where("p.has_part = %(has_part)s", has_part=conditions.has_part)
    return filtered
