"""Rollups of animations: for a territory by local day, and by day and term; for the country by day and term; for lists
by their usual filters; which schools are named by published ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.animations.transitions import AnimationStatus
from projections.engine.projection import Key, Rollup, Row, Table

DAYS = Table(
    columns={
        "territory": "text NOT NULL",
        "day": "date NOT NULL",
        "animations": "bigint NOT NULL",
        "published": "bigint NOT NULL",
        "cancelled": "bigint NOT NULL",
        "attested": "bigint NOT NULL",
        "parents": "bigint NOT NULL",
    },
    key=("territory", "day"),
)
TERMS = Table(
    columns={
        "territory": "text NOT NULL",
        "day": "date NOT NULL",
        "kind": "text NOT NULL",
        "code": "text NOT NULL",
        "animations": "bigint NOT NULL",
        "parents": "bigint NOT NULL",
    },
    key=("territory", "day", "kind", "code"),
)
#: Figures of all territories: those by day and term grow with each of them.
COUNTRY = Table(
    columns={name: kind for name, kind in TERMS.columns.items() if name != "territory"},
    key=("day", "kind", "code"),
)
#: Low-cardinality columns only: one row per combination.
LISTED = Table(
    columns={
        "territory": "text NOT NULL",
        "type": "text NOT NULL",
        "audience": "text NOT NULL",
        "venue_type": "text NOT NULL",
        "status": "text NOT NULL",
        "attested": "boolean NOT NULL",
        "animations": "bigint NOT NULL",
    },
    key=("territory", "type", "audience", "venue_type", "status", "attested"),
)

SCHOOLS = Table(
    columns={"uai": "text NOT NULL", "animations": "bigint NOT NULL"},
    key=("uai",),
)


def _count_days(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    status = row["status"]
    yield (
        (row["territory"], row["day"]),
        (
            1,
            int(status == AnimationStatus.PUBLISHED),
            int(status == AnimationStatus.CANCELLED),
            int(row["attested"]),
            row["parents"] or 0,
        ),
    )


def _count_terms(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    counted = (1, row["parents"] or 0)
    yield (row["territory"], row["day"], "ANIMATION_TYPE", row["type"]), counted
    for theme in row["themes"]:
        yield (row["territory"], row["day"], "THEME", theme), counted


def _count_country(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    for (_, *key), counted in _count_terms(row):
        yield tuple(key), counted


def _count_listed(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    yield tuple(row[name] for name in LISTED.key), (1,)


def _count_schools(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    if row["school"] is not None and row["status"] == AnimationStatus.PUBLISHED:
        yield (row["school"],), (1,)


_SUMMED_DAYS = """
SELECT territory, day, count(*), count(*) FILTER (WHERE status = 'PUBLISHED'),
    count(*) FILTER (WHERE status = 'CANCELLED'), count(*) FILTER (WHERE attested), coalesce(sum(parents), 0)
FROM {rows} GROUP BY territory, day"""
_SUMMED_TERMS = """
SELECT territory, day, kind, code, count(*), coalesce(sum(parents), 0)
FROM {rows} CROSS JOIN LATERAL (
    SELECT 'ANIMATION_TYPE', type UNION ALL SELECT 'THEME', unnest(themes)
) AS term (kind, code)
GROUP BY territory, day, kind, code"""
_SUMMED_COUNTRY = """
SELECT day, kind, code, count(*), coalesce(sum(parents), 0)
FROM {rows} CROSS JOIN LATERAL (
    SELECT 'ANIMATION_TYPE', type UNION ALL SELECT 'THEME', unnest(themes)
) AS term (kind, code)
GROUP BY day, kind, code"""
_SUMMED_LISTED = """
SELECT territory, type, audience, venue_type, status, attested, count(*)
FROM {rows} GROUP BY territory, type, audience, venue_type, status, attested"""
_SUMMED_SCHOOLS = """
SELECT school, count(*) FROM {rows} WHERE school IS NOT NULL AND status = 'PUBLISHED' GROUP BY school"""

TERRITORY_DAYS = Rollup("territory_days", DAYS, _count_days, _SUMMED_DAYS)
TERRITORY_TERMS = Rollup("territory_terms", TERMS, _count_terms, _SUMMED_TERMS)
COUNTRY_TERMS = Rollup("country_terms", COUNTRY, _count_country, _SUMMED_COUNTRY)
LISTED_ANIMATIONS = Rollup("listed_animations", LISTED, _count_listed, _SUMMED_LISTED)
SCHOOL_ANIMATIONS = Rollup("school_animations", SCHOOLS, _count_schools, _SUMMED_SCHOOLS)
#: All that the animations' rows add up to.
ROLLUPS = (TERRITORY_DAYS, TERRITORY_TERMS, COUNTRY_TERMS, LISTED_ANIMATIONS, SCHOOL_ANIMATIONS)
