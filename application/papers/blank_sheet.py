"""The attendance sheet of a published animation, to be printed, signed and attached afterwards.

Its rows are empty, or begin with the names of the registrants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from application.papers.french import clock_time, full_date, siret
from application.papers.logos import NO_LOGOS, Logos
from application.papers.typesetting import qr_code, typeset
from application.papers.writable import check_writable

#: What becomes of names and signatures (RGPD, article 13), on every sheet.
NOTICE = (
    "Vos nom et signature servent à prouver que l'animation a eu lieu, pour son paiement par des fonds publics et son"
    " contrôle (mission d'intérêt public). Ils sont lus par la structure, le coordonnateur départemental, le GIP"
    " Trousse à projets, responsable du traitement, et les organismes de contrôle, puis supprimés au terme de la"
    " conservation comptable. Vous pouvez y accéder, les faire rectifier ou vous y opposer auprès de la structure ;"
    " réclamation : cnil.fr."
)
#: Four pages; larger audiences print the sheet again.
MAX_ROWS = 100
#: For those who come without registering: a fifth of the seats, at least as many.
FEWEST_FURTHER_ROWS = 5


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
    themes: tuple[str, ...] = ()
    #: What it is paid under, such as « signée le 01/09/2025 avec Coordination 18 ».
    convention: str | None = None
    registrants: tuple[str, ...] = ()


def blank_sheet(sheet: BlankSheet, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset A4 pages with a numbered row for each seat and some more, at most `MAX_ROWS`, 20 to a page or a few more.

    Raises Unwritable.
    """
    content = _content(sheet)
    check_writable(content)
    return typeset("blank_sheet.typ", content, logos=logos)


def rows_for(seats: int) -> int:
    return min(seats + max(FEWEST_FURTHER_ROWS, seats // 5), MAX_ROWS)


def _content(sheet: BlankSheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "kind": " – ".join((sheet.kind, *sheet.themes)),
        "when": _when(sheet.starts_at, sheet.ends_at),
        "venue": sheet.venue,
        "address": sheet.address,
        "structure": sheet.structure,
        "siret": siret(sheet.structure_siret),
        "territory": sheet.territory,
        "convention": sheet.convention,
        "rows": rows_for(sheet.seats),
        "names": sheet.registrants[:MAX_ROWS],
        "url": sheet.url,
        "qr": qr_code(sheet.url),
        "notice": NOTICE,
    }


def _when(starts_at: datetime, ends_at: datetime) -> list[str]:
    if starts_at.date() == ends_at.date():
        return [full_date(starts_at), f"de {clock_time(starts_at)} à {clock_time(ends_at)}"]
    return [
        f"du {full_date(starts_at)}, {clock_time(starts_at)}",
        f"au {full_date(ends_at)}, {clock_time(ends_at)}",
    ]
