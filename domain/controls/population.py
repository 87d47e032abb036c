"""The population of a control: dossiers whose certification stands, folded from the log, never from a read model.

Anybody with the events can fold it again: `Certifications` takes them in the order of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from domain.kernel.events import Event
from domain.service_dossiers.events import CertificationWithdrawn, DossierCertified

#: The events that a population follows from.
POPULATION_EVENTS: tuple[type[Event], ...] = (DossierCertified, CertificationWithdrawn)

#: Return the calendar day of an instant in a territory, by its code.
DayIn = Callable[[str, datetime], date]


class Certification(NamedTuple):
    """A dossier's certification, or its end (`stands` is false), at a position of the log."""

    position: int
    dossier_id: UUID
    territory: str
    at: datetime
    stands: bool


@dataclass(slots=True)
class Certifications:
    """Every certification and every withdrawal, in the order of the log."""

    _entries: list[Certification] = field(default_factory=list)

    def take(self, position: int, dossier_id: UUID, fact: Event, territory: str, at: datetime) -> None:
        """Add an event of POPULATION_EVENTS; every other one changes nothing."""
        if isinstance(fact, POPULATION_EVENTS):
            stands = isinstance(fact, DossierCertified)
            self._entries.append(Certification(position, dossier_id, territory, at, stands))

    def population(
        self, as_of: int, period: tuple[date, date], territory: str | None, day_in: DayIn
    ) -> tuple[UUID, ...]:
        """Return the dossiers, sorted, whose last certification as of a position stands and was in the period.

        Both days of the period are included, in each dossier's own territory; `territory` None: the whole country.
        """
        last = {entry.dossier_id: entry for entry in self._entries if entry.position <= as_of}
        return tuple(sorted(_in_period(last.values(), period, territory, day_in)))


def _in_period(
    entries: Iterable[Certification], period: tuple[date, date], territory: str | None, day_in: DayIn
) -> Iterable[UUID]:
    for entry in entries:
        here = entry.stands and territory in (None, entry.territory)
        if here and period[0] <= day_in(entry.territory, entry.at) <= period[1]:
            yield entry.dossier_id
