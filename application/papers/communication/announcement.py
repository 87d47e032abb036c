"""An animation as posters, flyers and slides announce it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from application.papers.breaking import breakable
from application.papers.french import NBSP, clock_time, full_date, in_zone, zone_of
from application.papers.typesetting import made_on, qr_code
from application.papers.writable import is_readable, written

_HOUR = re.compile(r"(\d) h\b")


@dataclass(frozen=True, slots=True)
class Announcement:
    """Instants in the territory's local time. `contact`: whom to call, each part a line. `url`: its page on the site.

    `kind`, `themes`, `audience` and what follows are labels; `draft` is not published, and so not to be put up.
    """

    title: str
    kind: str
    themes: Sequence[str]
    audience: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    address: str | None
    structure: str
    territory: str
    seats: int
    url: str
    made_on: date
    summary: str = ""
    contact: Sequence[str] = ()
    accessibility: Sequence[str] = ()
    languages: Sequence[str] = ()
    for_mediateurs: bool = False
    draft: bool = False

    def content(self, paper: str) -> dict[str, Any]:
        """Return what templates take."""
        return {
            "paper": paper,
            "made_on": made_on(self.made_on),
            "plain_title": self.title,
            # A place is left to write what no font can.
            "title": breakable(self.title) if is_readable(self.title) else None,
            "kind": written(self.kind),
            "themes": " · ".join(map(written, self.themes)),
            "when": when(self.starts_at, self.ends_at),
            "venue": breakable(written(self.venue, "lieu")),
            "address": self.address and breakable(written(self.address, "adresse")),
            "lines": list(self._lines()),
            "summary": breakable(self.summary) if is_readable(self.summary) else None,
            "structure": written(self.structure, "nom"),
            "territory": written(self.territory),
            "contact": [breakable(_HOUR.sub(rf"\1{NBSP}h", written(part))) for part in self.contact],
            "invitation": "Inscription gratuite",
            "how": self._how(),
            "draft": self.draft,
            "draft_words": "PROJET : animation non publiée, à ne pas diffuser",
            "qr": qr_code(self.url),
            "qr_says": f"QR code de la page de l'animation : {self.url}",
        }

    def _lines(self) -> Sequence[tuple[str, str]]:
        lines = (
            ("Pour qui", self.audience),
            ("Places", str(self.seats)),
            ("Accessibilité", ", ".join(self.accessibility)),
            ("Langues", ", ".join(self.languages)),
        )
        return [(caption, written(line)) for caption, line in lines if line]

    def _how(self) -> str:
        if self.for_mediateurs:
            return "Formation réservée aux médiateurs : inscription avec leur compte"
        return "Flashez ce code avec votre téléphone" + (", ou appelez-nous" if self.contact else "")


def when(starts_at: datetime, ends_at: datetime) -> list[str]:
    """Return the day and the hours, or both ends of what lasts longer than a day."""
    if starts_at.date() == ends_at.date():
        hours = f"de {clock_time(starts_at)} à {clock_time(ends_at)}"
        return [_capital(full_date(starts_at)), in_zone(hours, zone_of(starts_at))]
    return [
        f"Du {full_date(starts_at)}, {clock_time(starts_at)}",
        in_zone(f"au {full_date(ends_at)}, {clock_time(ends_at)}", zone_of(starts_at)),
    ]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
