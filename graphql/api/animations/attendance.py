"""The people expected at an animation and those who came, by its list, and the attestation proposed from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry


@strawberry.type(
    description="The list of an animation: who registered, who was ticked on the day, who just came. For its structure,"
    " the coordonnateur of its territory, the national team and auditors; null for others."
)
class ExpectedAttendance:
    registered: int = strawberry.field(description="Parents on the list: with a seat, or ticked.")
    registered_children: int = strawberry.field(description="Children who were to come along.")
    ticked: int = strawberry.field(description="How many of the list were ticked, as present or absent.")
    present: int = strawberry.field(description="How many of the list were ticked as present.")
    present_children: int = strawberry.field(description="How many children came with them.")
    walk_ins: int | None = strawberry.field(
        description="Parents who came without registering; null until they are counted."
    )
    walk_in_children: int | None = strawberry.field(description="Children who came with those; null as above.")
    proposed_parents: int | None = strawberry.field(
        description="What `animationAttest` may declare as `parents`: the present and those who just came; null while"
        " nobody is ticked or counted."
    )
    proposed_children: int | None = strawberry.field(
        description="What it may declare as `children`: none where the type admits none; null as above."
    )


def came_by(row: Mapping[str, Any]) -> int | None:
    """Return how many parents were ticked as present or counted; None while nobody was."""
    walk_ins = row.get("walk_in_parents")
    # Rows of what is only compared have no list.
    return row["present"] + (walk_ins or 0) if row.get("ticked") or walk_ins is not None else None


def expected_of(row: Mapping[str, Any], admits_children: bool) -> ExpectedAttendance:
    """Return what the list says, for a row of `queries.SELECT`."""
    parents = came_by(row)
    children = row["present_children"] + (row["walk_in_children"] or 0) if admits_children else 0
    return ExpectedAttendance(
        registered=row["listed"],
        registered_children=row["listed_children"],
        ticked=row["ticked"],
        present=row["present"],
        present_children=row["present_children"],
        walk_ins=row["walk_in_parents"],
        walk_in_children=row["walk_in_children"],
        proposed_parents=parents,
        proposed_children=None if parents is None else children,
    )
