"""Animations as rows of a table: the public columns, and those for the people who answer for them."""

from __future__ import annotations

from typing import Any

from api.core.scalars import local
from api.typology.territories_and_terms import Lists
from domain.typology.typology import TermKind

HEADERS = (
    "Date",
    "Début",
    "Fin",
    "Titre",
    "Structure",
    "SIRET",
    "Territoire",
    "Type",
    "Public",
    "Thèmes",
    "Type de lieu",
    "Lieu",
    "Adresse",
    "Commune (INSEE)",
    "Places",
    "Places restantes",
    "Identifiant",
)
OWN_HEADERS = (*HEADERS, "État", "Attestée", "Parents présents", "Enfants présents", "Déclarée après son début")
#: The columns read by `line`, and those read by `own_line`.
COLUMNS = frozenset(
    {
        *("animation_id", "starts_at", "ends_at", "time_zone", "day", "title", "structure_name", "structure_siret"),
        *("territory", "type", "audience", "themes", "venue_type", "venue_name", "address", "commune_code"),
        *("seats", "seats_left"),
    }
)
OWN_COLUMNS = COLUMNS | {"status", "attested", "parents", "children", "declared_late"}
_STATUSES = {"SUBMITTED": "à publier", "PUBLISHED": "publiée", "REFUSED": "refusée", "CANCELLED": "annulée"}


def line(row: dict[str, Any], lists: Lists) -> tuple[Any, ...]:
    """Return the public cells of a row of `queries.SOURCE`."""
    starts_at, ends_at = (local(row[name], row["time_zone"]) for name in ("starts_at", "ends_at"))

    def term(kind: TermKind, code: str) -> str:
        return lists.term(kind, code, row["day"]).label

    return (
        starts_at.date(),
        starts_at.time(),
        ends_at.time(),
        row["title"],
        row["structure_name"],
        row["structure_siret"],
        lists.territories[row["territory"]].name,
        term(TermKind.ANIMATION_TYPE, row["type"]),
        term(TermKind.AUDIENCE, row["audience"]),
        ", ".join(term(TermKind.THEME, theme) for theme in row["themes"]),
        term(TermKind.VENUE_TYPE, row["venue_type"]),
        row["venue_name"],
        row["address"],
        row["commune_code"],
        row["seats"],
        row["seats_left"],
        str(row["animation_id"]),
    )


def own_line(row: dict[str, Any], lists: Lists) -> tuple[Any, ...]:
    return (
        *line(row, lists),
        _STATUSES[row["status"]],
        "oui" if row["attested"] else "non",
        row["parents"],
        row["children"],
        "oui" if row["declared_late"] else "non",
    )
