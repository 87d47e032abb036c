"""What people declare is a local time of a territory: with the offset that clocks have there, or without any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

#: `Z`: an instant that says nothing of the clocks anywhere (RFC 9557, section 2).
_UTC = "UTC"
#: `+00:00`: clocks that show the time of UTC.
CLOCKS_OF_UTC = timezone(timedelta(), "+00:00")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


class NotShown(Exception):
    """Clocks do not show that time, show it twice, or have another offset. Says so, in French."""


def declared(value: datetime, zone: ZoneInfo, place: str) -> datetime:
    """Return the instant that is meant on the clocks of `place`. Raise NotShown."""
    if value.tzname() == _UTC:
        return value.astimezone(zone)
    clock = value.replace(tzinfo=None, fold=0)
    passes = _passes(clock, zone)
    if not passes:
        raise NotShown(_skipped(clock, zone, place))
    if value.tzinfo is None:
        if len(passes) > 1:
            raise NotShown(_repeated(clock, passes, place))
        return passes[0]
    for local in passes:
        if local.utcoffset() == value.utcoffset():
            return local
    offsets = " ou ".join(_offset(local) for local in passes)
    raise NotShown(
        f"{_day(clock)} ({place}), l'heure est {offsets}, et non {_offset(value)} : écrivez"
        f" {clock:%H:%M}, l'heure que montrent les horloges, sans décalage ou avec {offsets}."
    )


def _passes(clock: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the instants at which clocks show this: none in a skipped hour, two in a repeated one."""
    first, second = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return [first]
    return [local for local in (first, second) if _shown(local) == clock]


def _shown(local: datetime) -> datetime:
    """Return what clocks show at that instant, without the offset."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None, fold=0)


def _skipped(clock: datetime, zone: ZoneInfo, place: str) -> str:
    before, after = (clock.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    later = clock + abs(after - before)
    return (
        f"{_day(clock)} ({place}), {_hour(clock)} n'existe pas : les horloges avancent"
        f" ce jour-là. Donnez {_hour(later)}, ou une heure d'avant le changement."
    )


def _repeated(clock: datetime, passes: list[datetime], place: str) -> str:
    first, second = (_offset(local) for local in passes)
    return (
        f"{_day(clock)} ({place}), il est deux fois {_hour(clock)} : avant le changement d'heure ({first}), et après"
        f" ({second}). Indiquez laquelle, ou choisissez une autre heure."
    )


def _day(clock: datetime) -> str:
    return f"le {'1er' if clock.day == 1 else clock.day} {_MONTHS[clock.month - 1]} {clock.year}"


def _hour(clock: datetime) -> str:
    return f"{clock.hour} h {clock.minute:02}" if clock.minute else f"{clock.hour} h"


def _offset(instant: datetime) -> str:
    return f"{instant:%z}"[:3] + ":" + f"{instant:%z}"[3:5]
