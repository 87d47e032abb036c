"""The attendance sheet of a published animation, to be printed, signed and attached afterwards.

Its rows are empty, or begin with the names of the registrants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from application.papers.french import clock_time, full_date, siret
from application.papers.typesetting import qr_code, typeset

#: Four pages; larger audiences print the sheet again.
MAX_ROWS = 100


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
    registrants: tuple[str, ...] = ()


def blank_sheet(sheet: BlankSheet) -> bytes:
    """Typeset A4 pages with a numbered row for each seat, at most `MAX_ROWS`, 20 to a page."""
    return typeset(
        "blank_sheet.typ",
        {
            "title": sheet.title,
            "kind": sheet.kind,
            "when": _when(sheet.starts_at, sheet.ends_at),
            "venue": sheet.venue,
            "address": sheet.address,
            "structure": sheet.structure,
            "siret": siret(sheet.structure_siret),
            "territory": sheet.territory,
            "rows": min(sheet.seats, MAX_ROWS),
            "names": sheet.registrants[:MAX_ROWS],
            "url": sheet.url,
            "qr": qr_code(sheet.url),
        },
    )


def _when(starts_at: datetime, ends_at: datetime) -> list[str]:
    if starts_at.date() == ends_at.date():
        return [full_date(starts_at), f"de {clock_time(starts_at)} à {clock_time(ends_at)}"]
    return [
        f"du {full_date(starts_at)}, {clock_time(starts_at)}",
        f"au {full_date(ends_at)}, {clock_time(ends_at)}",
    ]
