"""Count the schools that candidatures name, or that people are bound to: known schools, though not by a name."""

from __future__ import annotations

from collections.abc import Iterator

from projections.engine.projection import Key, Rollup, Row, Table

CANDIDATES = Table(
    columns={"uai": "text NOT NULL", "candidatures": "bigint NOT NULL"},
    key=("uai",),
)
STAFF = Table(
    columns={"uai": "text NOT NULL", "role": "text NOT NULL", "people": "bigint NOT NULL"},
    key=("uai", "role"),
)


def _count_candidatures(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    if row["repeats"] is None:
        yield (row["school_uai"],), (1,)


def _count_staff(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    for mandate in row["mandates"]:
        for uai in dict.fromkeys(mandate["schools"]):
            yield (uai, mandate["role"]), (1,)


_SUMMED_CANDIDATURES = "SELECT school_uai, count(*) FROM {rows} WHERE repeats IS NULL GROUP BY school_uai"
_SUMMED_STAFF = """
SELECT uai, mandate->>'role', count(*)
FROM {rows} CROSS JOIN jsonb_array_elements(mandates) AS mandate
    CROSS JOIN LATERAL (SELECT DISTINCT jsonb_array_elements_text(mandate->'schools')) AS school (uai)
GROUP BY 1, 2"""

SCHOOL_CANDIDATURES = Rollup("school_candidatures", CANDIDATES, _count_candidatures, _SUMMED_CANDIDATURES)
SCHOOL_STAFF = Rollup("school_staff", STAFF, _count_staff, _SUMMED_STAFF)
