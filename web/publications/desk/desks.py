"""The desks at which people deal with publications, and who has each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Desk:
    """`path`: of the desk; `home`: what its first page is called; `role`: who sits there."""

    path: str
    home: str
    role: str
    title: str

    @property
    def publications(self) -> str:
        return f"{self.path}/publications"

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(self.path, self.home), (self.publications, self.title)]

    def admit(self, viewer: Mapping[str, Any]) -> None:
        """Raise Problem for whoever does not sit there: others find nothing here."""
        if viewer["role"] != self.role:
            raise Problem.missing()


STRUCTURE = Desk("/structure", "Mes événements", "STRUCTURE", "Actualités et ressources")
TERRITORY = Desk("/territoire", "Mon territoire", "COORDONNATEUR", "Actualités et ressources")
MODERATION = Desk("/moderation", "Animations à publier", "NATIONAL", "Publications à relire")
DESKS = (STRUCTURE, TERRITORY, MODERATION)
