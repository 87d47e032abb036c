"""An animation as posters, flyers and slides announce it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from application.papers.breaking import breakable
from application.papers.french import NBSP, clock_time, full_date, in_zone, zone_of
from application.papers.typesetting import qr_code

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
            "title": breakable(self.title),
            "kind": self.kind,
            "themes": " · ".join(self.themes),
            "when": when(self.starts_at, self.ends_at),
            "venue": breakable(self.venue),
            "address": self.address and breakable(self.address),
            "lines": list(self._lines()),
            "summary": breakable(self.summary) or None,
            "structure": self.structure,
            "territory": self.territory,
            "contact": [breakable(_HOUR.sub(rf"\1{NBSP}h", part)) for part in self.contact],
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
        return [line for line in lines if line[1]]

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


def made_on(day: date) -> dict[str, int]:
    """Return the date of a document as templates take it."""
    return {"year": day.year, "month": day.month, "day": day.day}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
