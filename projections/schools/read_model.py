"""The read model of schools that are described: one row for each."""

from __future__ import annotations

from domain.kernel.places import places
from domain.schools.events import SchoolDescribed
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, by_fields
from projections.engine.words import without_accents


def derive(row: Row) -> Row:
    return {**row, **keys(row["name"], row["commune_code"])}


def keys(name: str, commune_code: str | None) -> Row:
    """Return what a school is sorted and searched by: its name, and the name of its commune."""
    commune = places().find(commune_code) if commune_code else None
    name_key = without_accents(name)
    return {"name_key": name_key, "search": f"{name_key} {without_accents(commune.name) if commune else ''}".strip()}


SCHOOLS = Projection(
    name="schools",
    table=Table(
        columns={
            "uai": "text NOT NULL",
            "name": "text NOT NULL",
            "commune_code": "text NOT NULL",
            "degree": "text NOT NULL",
            "name_key": 'text COLLATE "C" NOT NULL',
            "search": "text NOT NULL",
        },
        key=("uai",),
        indexes=(
            "(name_key, uai)",
            "(commune_code, name_key, uai)",
            # By territory: a UAI begins with it.
            "(left(uai, 3), name_key, uai)",
        ),
    ),
    key_of=by_fields("uai"),
    derive=derive,
)


@SCHOOLS.creates(SchoolDescribed)
def described(fact: SchoolDescribed, record: Recorded) -> Row:
    return {"name": fact.name, "commune_code": fact.commune_code, "degree": fact.degree.value}
