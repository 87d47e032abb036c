"""The attendance sheet of a published animation, to be printed, signed and attached afterwards.

Its rows are empty, or begin with the names of the registrants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from application.papers.breaking import breakable
from application.papers.french import clock_time, full_date, in_zone, siret, zone_of
from application.papers.logos import NO_LOGOS, Logos
from application.papers.typesetting import made_on, qr_code, typeset
from application.papers.writable import BY_HAND, is_readable, written

#: The notice on names and signatures (RGPD, article 13), on every sheet.
NOTICE = (
    "Vos nom et signature servent à prouver que l'animation a eu lieu, pour son paiement par des fonds publics et son"
    " contrôle (mission d'intérêt public). Ils sont lus par la structure, le coordonnateur départemental, le GIP"
    " Trousse à projets, responsable du traitement, et les organismes de contrôle, puis supprimés au terme de la"
    " conservation comptable. Vous pouvez y accéder, les faire rectifier ou vous y opposer auprès de la structure ;"
    " réclamation : cnil.fr."
)
#: Seats beyond these have a row once they are taken: the names of those registered all have one, however many.
MOST_EMPTY_SEATS = 400
#: For those who come without registering.
FURTHER_ROWS = 5


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """`starts_at` and `ends_at` in the territory's local time; `url` is the animation's page on the site.

    `registrants`: names to print in the first rows.
    """

    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    address: str | None
    structure: str
    structure_siret: str
    territory: str
    seats: int
    url: str
    made_on: date
    themes: tuple[str, ...] = ()
    #: The convention that pays it, such as « signée le 01/09/2025 avec Coordination 18 ».
    convention: str | None = None
    registrants: tuple[str, ...] = ()
    #: The person to call about it.
    contact: str | None = None
    #: The word for one of those counted beside the children.
    adult: str = "parent"
    #: Whether children take part, and are counted apart.
    children: bool = False


def blank_sheet(sheet: BlankSheet, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset A4 pages with a numbered row for each registrant and each further seat, and five more.

    What no font can write is marked as to be written by hand: nobody is left without a sheet, and no row is blank.
    """
    return typeset("blank_sheet.typ", _content(sheet), logos=logos, accessible=True)


def rows_for(seats: int, registrants: int = 0) -> int:
    return max(registrants, min(seats, MOST_EMPTY_SEATS)) + FURTHER_ROWS


def _name(number: int, name: str) -> str:
    return breakable(name) if is_readable(name) else f"{BY_HAND} : n° {number} des inscrits"


def _content(sheet: BlankSheet) -> dict[str, Any]:
    return {
        "made_on": made_on(sheet.made_on),
        "title": written(sheet.title),
        "kind": " – ".join(map(written, (sheet.kind, *sheet.themes))),
        "when": _when(sheet.starts_at, sheet.ends_at),
        "venue": breakable(written(sheet.venue)),
        "address": sheet.address and breakable(written(sheet.address)),
        "structure": breakable(written(sheet.structure)),
        "siret": siret(sheet.structure_siret),
        "territory": sheet.territory,
        "convention": sheet.convention and written(sheet.convention),
        "contact": sheet.contact and breakable(written(sheet.contact)),
        "people": [sheet.adult.capitalize(), *(["Enfant"] if sheet.children else [])],
        "rows": rows_for(sheet.seats, len(sheet.registrants)),
        "names": [_name(number, name) for number, name in enumerate(sheet.registrants, 1)],
        "url": sheet.url,
        "qr": qr_code(sheet.url),
        "notice": NOTICE,
    }


def _when(starts_at: datetime, ends_at: datetime) -> list[str]:
    if starts_at.date() == ends_at.date():
        hours = f"de {clock_time(starts_at)} à {clock_time(ends_at)}"
        return [full_date(starts_at), in_zone(hours, zone_of(starts_at))]
    return [
        f"du {full_date(starts_at)}, {clock_time(starts_at)}",
        in_zone(f"au {full_date(ends_at)}, {clock_time(ends_at)}", zone_of(starts_at)),
    ]
