"""The attendance sheet of a published animation, to be printed, signed, and attached afterwards.

Its rows are empty, or begin with those who registered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from application.papers.french import clock_time, full_date, siret
from application.papers.typesetting import qr_code, typeset

#: Four pages: who expects more people prints the sheet again.
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """`starts_at` and `ends_at` in the territory's local time; `url` is where the animation stands on the site.

    `registrants`: names to be printed in the first rows, the others stay empty for who comes without.
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
    """A PDF of A4 pages with a numbered row for each seat, `MOST_ROWS` at most; 20 rows fit on one page."""
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
            "rows": min(sheet.seats, MOST_ROWS),
            "names": sheet.registrants[:MOST_ROWS],
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
