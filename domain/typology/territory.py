"""Territories: departments that take part. More may join: data, never an enum (docs/glossary.md, "Words")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field

from domain.kernel.actors import Actor
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event, event
from domain.kernel.rights import Action, Belongings, authorize
from domain.typology.local_time import declared


@event("territory.joined", "Territoire entré dans le programme")
class TerritoryJoined(Event):
    code: str = Field(title="code")
    name: str = Field(title="nom")
    time_zone: str
    runs_candidatures: bool = Field(title="recueille des candidatures")


@event("territory.candidatures_opened", "Candidatures ouvertes dans le territoire")
class CandidaturesOpened(Event):
    code: str


@dataclass(frozen=True, slots=True)
class Territory:
    code: str
    name: str
    time_zone: str
    runs_candidatures: bool

    def local_time(self, instant: datetime) -> datetime:
        """Return the instant in this territory's local time, with the offset of that moment, as the log stores it.

        The offset is fixed, since Python compares two times of one zone by their wall clocks: in the night when clocks
        go back an end would come before its start.
        """
        local = instant.astimezone(ZoneInfo(self.time_zone))
        return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))

    def declared_time(self, value: datetime) -> datetime:
        """Return what somebody declares, as `local_time` does: with the offset of clocks here, or without any.

        Raise NotShown where clocks here do not show that time, show it twice, or have another offset.
        """
        return self.local_time(declared(value, ZoneInfo(self.time_zone), self.name))

    def local_date(self, instant: datetime) -> date:
        """Return the calendar day in this territory: Guadeloupe is not Paris."""
        return self.local_time(instant).date()


def evolve(state: Territory | None, originator_id: UUID, fact: Event) -> Territory:
    if isinstance(fact, TerritoryJoined):
        return Territory(fact.code, fact.name, fact.time_zone, fact.runs_candidatures)
    assert state is not None
    return replace(state, runs_candidatures=True)


def join(
    state: Territory | None, actor: Actor, code: str, name: str, time_zone: str, runs_candidatures: bool
) -> list[Event]:
    authorize(actor, Action.TERRITORY_JOIN, Belongings())
    if state is not None:
        raise broken(f"Le territoire {state.name} ({code}) participe déjà.", "code")
    if time_zone not in available_timezones():
        raise invalid("fuseau horaire attendu, par exemple Europe/Paris.", "time_zone")
    return [TerritoryJoined(code=code, name=name, time_zone=time_zone, runs_candidatures=runs_candidatures)]


def open_candidatures(state: Territory, actor: Actor) -> list[Event]:
    authorize(actor, Action.TERRITORY_OPEN_CANDIDATURES, Belongings())
    if state.runs_candidatures:
        raise broken(f"Le territoire {state.name} recueille déjà des candidatures.", "code")
    return [CandidaturesOpened(code=state.code)]
