"""Animations as rows of a table: the public columns, and those for the people who answer for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from api.core.context import Context
from api.core.scalars import local
from api.schools.labels import SCHOOL_COLUMNS, school_label
from api.typology.territories_and_terms import Lists
from application.animations.animation_file import COLUMNS as IMPORTED
from application.papers.french import repeated_hour
from domain.kernel.languages import language_name
from domain.typology.typology import TermKind
from projections.typology.queries import FORMS

HEADERS = (
    "Date",
    "Début",
    "Date de fin",
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
    "Téléphone",
    "Courriel",
    "Horaires d'appel",
    "Accessibilité",
    "Langues",
    "Établissement",
    "Identifiant",
)
OWN_HEADERS = (
    *HEADERS,
    *("État", "Attestée", "Parents présents", "Enfants présents", "Déclarée après son début", "Description"),
)
#: The columns read by `line`, and those read by `own_line`.
COLUMNS = frozenset(
    {
        *("animation_id", "starts_at", "ends_at", "time_zone", "day", "title", "structure_name", "structure_siret"),
        *("territory", "type", "audience", "themes", "venue_type", "venue_name", "address", "commune_code"),
        *("seats", "seats_left", "shown_phone", "shown_email", "shown_hours", "accessibility", "languages"),
        *SCHOOL_COLUMNS,
    }
)
OWN_COLUMNS = COLUMNS | {
    *("status", "attested", "parents", "children", "declared_late", "description", "form_version", "answers"),
}
_STATUSES = {"SUBMITTED": "à publier", "PUBLISHED": "publiée", "REFUSED": "refusée", "CANCELLED": "annulée"}


def _clock(instant: datetime) -> time | str:
    """Return the time of day; of an hour that clocks show twice, with the word that tells which."""
    which = repeated_hour(instant)
    return f"{instant:%H:%M} ({which})" if which else instant.time()


def line(row: dict[str, Any], lists: Lists) -> tuple[Any, ...]:
    """Return the public cells of a row of `queries.SOURCE`."""
    starts_at, ends_at = (local(row[name], row["time_zone"]) for name in ("starts_at", "ends_at"))

    def term(kind: TermKind, code: str) -> str:
        return lists.term(kind, code, row["day"]).label

    return (
        starts_at.date(),
        _clock(starts_at),
        ends_at.date(),
        _clock(ends_at),
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
        row["shown_phone"],
        row["shown_email"],
        row["shown_hours"],
        ", ".join(term(TermKind.ACCESSIBILITY, offer) for offer in row["accessibility"]),
        ", ".join(map(language_name, row["languages"])),
        school_label(row),
        str(row["animation_id"]),
    )


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions that attestations have answered, as columns: each once, whatever the version of its form."""

    by_version: Mapping[int, Sequence[str]]

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(map(_header, self._questions))

    @property
    def _questions(self) -> Sequence[str]:
        return list(dict.fromkeys(question for version in self.by_version.values() for question in version))

    def answers(self, row: dict[str, Any]) -> tuple[str | None, ...]:
        questions = self.by_version.get(row["form_version"] or 0, ())
        answers = dict(zip(questions, row["answers"] or (), strict=False))
        return tuple(answers.get(question) for question in self._questions)


def _header(question: str) -> str:
    """Return a question as a header that an import takes for no column of its own."""
    return question if IMPORTED.named(question) is None else f"Question : {question}"


NO_QUESTIONS = Questions({})


async def questions_of(context: Context) -> Questions:
    read = await context.read()
    rows = await read.rows(read.sql(FORMS))
    return Questions({row["version"]: row["questions"] for row in rows})


def own_line(row: dict[str, Any], lists: Lists, questions: Questions) -> tuple[Any, ...]:
    return (
        *line(row, lists),
        _STATUSES[row["status"]],
        "oui" if row["attested"] else "non",
        row["parents"],
        row["children"],
        "oui" if row["declared_late"] else "non",
        row["description"],
        *questions.answers(row),
    )
