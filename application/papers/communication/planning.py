"""The planning of a structure or of a territory: what is to come, day by day, as the planning's letter says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from application.papers.breaking import breakable
from application.papers.french import full_date
from application.papers.logos import NO_LOGOS, Logos
from application.papers.typesetting import made_on, qr_code, typeset
from application.papers.writable import written


@dataclass(frozen=True, slots=True)
class PlannedAnimation:
    """`day`: of its local start; `hours` and `seats`, which are left, in words; `contact`: whom to call."""

    day: date
    hours: str
    title: str
    kind: str
    themes: Sequence[str]
    place: str
    audience: str
    seats: str
    contact: str | None
    #: In a territory's planning.
    structure: str | None = None


@dataclass(frozen=True, slots=True)
class Planning:
    """`animations` are in the order of their starts; `left_out` more follow. `url`: where to register."""

    owner: str
    territory: str | None
    animations: Sequence[PlannedAnimation]
    left_out: int
    url: str
    made_on: date


def planning_pdf(planning: Planning, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset as many A4 pages as it takes.

    What no font can write is marked as to be written by hand: one title takes the planning from nobody.
    """
    return typeset("communication/planning.typ", _content(planning), logos=logos, accessible=True)


def _content(planning: Planning) -> dict[str, Any]:
    territory = planning.territory
    return {
        "title": f"Planning des animations – {written(planning.owner, 'nom')}",
        "subtitle": (f"Territoire numérique éducatif : {written(territory)}. " if territory else "")
        + f"État au {full_date(planning.made_on)}.",
        "made_on": made_on(planning.made_on),
        "days": [
            {"name": _capital(full_date(day)), "rows": [_row(animation) for animation in same_day]}
            for day, same_day in groupby(planning.animations, key=lambda animation: animation.day)
        ],
        "more": _more(planning),
        "qr": qr_code(planning.url),
        "qr_says": f"QR code de la liste des animations : {planning.url}",
    }


def _row(animation: PlannedAnimation) -> dict[str, Any]:
    return {
        "hours": animation.hours,
        "title": breakable(written(animation.title, "titre")),
        "about": f"{written(animation.kind)} : {', '.join(map(written, animation.themes))}",
        "by": animation.structure and written(animation.structure, "nom"),
        "place": breakable(written(animation.place, "lieu")),
        "audience": written(animation.audience),
        "seats": animation.seats,
        "contact": breakable(written(animation.contact or "–")),
    }


def _more(planning: Planning) -> str | None:
    if not planning.left_out:
        return None
    further = "1 autre animation suit" if planning.left_out == 1 else f"{planning.left_out} autres animations suivent"
    return f"{further} : {planning.url}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
