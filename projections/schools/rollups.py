"""Which schools are named by candidatures, and by the people bound to them: known schools, though not by a name."""

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


SCHOOL_CANDIDATURES = Rollup("school_candidatures", CANDIDATES, _count_candidatures)
SCHOOL_STAFF = Rollup("school_staff", STAFF, _count_staff)
