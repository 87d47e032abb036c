"""How the fields of an animation follow from its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from api.core.lists.lazily import Identifier
from api.core.scalars import local
from api.schools.labels import SCHOOL_COLUMNS, place_with_school
from api.structures.types import structure_beside
from application.wording.markdown import markdown_html
from domain.animations.transitions import AnimationStatus
from domain.kernel.languages import language_name
from domain.typology.typology import TermKind

#: Fields that are no column of `queries.SELECT`: how to build each, and the columns that it needs.
SHOWN: dict[str, tuple[Callable[[Any], Any], Sequence[str]]] = {
    "id": (Identifier("animation_id"), ("animation_id",)),
    "status": (lambda animation: AnimationStatus(animation.row["status"]), ("status",)),
    "structure": (
        lambda animation: structure_beside(animation.row),
        ("structure_id", "structure_siret", "structure_name", "structure_territories"),
    ),
    "territory": (lambda animation: animation.lists.territories[animation.row["territory"]], ("territory",)),
    "starts_at": (
        lambda animation: local(animation.row["starts_at"], animation.row["time_zone"]),
        ("starts_at", "time_zone"),
    ),
    "ends_at": (
        lambda animation: local(animation.row["ends_at"], animation.row["time_zone"]),
        ("ends_at", "time_zone"),
    ),
    "venue_type": (
        lambda animation: animation.lists.term(TermKind.VENUE_TYPE, animation.row["venue_type"], animation.row["day"]),
        ("venue_type", "day"),
    ),
    "audience": (
        lambda animation: animation.lists.term(TermKind.AUDIENCE, animation.row["audience"], animation.row["day"]),
        ("audience", "day"),
    ),
    "type": (
        lambda animation: animation.lists.term(TermKind.ANIMATION_TYPE, animation.row["type"], animation.row["day"]),
        ("type", "day"),
    ),
    "themes": (
        lambda animation: [
            animation.lists.term(TermKind.THEME, theme, animation.row["day"]) for theme in animation.row["themes"]
        ],
        ("day", "themes"),
    ),
    "place": (lambda animation: place_with_school(animation.row), ("venue_name", *SCHOOL_COLUMNS)),
    "suspended": (lambda animation: animation.row["uncovered"], ("uncovered",)),
    "description_html": (lambda animation: markdown_html(animation.row["description"]), ("description",)),
    "accessibility": (
        lambda animation: [
            animation.lists.term(TermKind.ACCESSIBILITY, offer, animation.row["day"])
            for offer in animation.row["accessibility"]
        ],
        ("accessibility", "day"),
    ),
    "language_names": (
        lambda animation: [language_name(code) for code in animation.row["languages"]],
        ("languages",),
    ),
    "published_at": (
        lambda animation: (
            local(animation.row["published_at"], animation.row["time_zone"]) if animation.row["published_at"] else None
        ),
        ("published_at", "time_zone"),
    ),
}
