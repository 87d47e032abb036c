"""Time zones for calendars, as rules (RFC 5545, section 3.6.5).

The library's own definitions list transitions one by one, and place those in spring an hour late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

#: A last Sunday that is always the fourth too would be taken for either: eleven years tell them apart.
_YEARS = 11
_WEEK = 7
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SECOND = timedelta(seconds=1)
_Observance: TypeAlias = TimezoneStandard | TimezoneDaylight


@dataclass(frozen=True, slots=True)
class _Change:
    """Clocks are put from `before` to `after` at `at`, told on the clocks before it."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=64)
def time_zone(name: str, first: int) -> Timezone:
    """Return the definition of the zone, true from the beginning of the year `first` on."""
    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    changes = list(_changes(zone, first - 1, first - 1 + _YEARS))
    if not changes or changes[0].at.year >= first:
        component.add_component(_unchanging(zone, first - 1))
    for _, alike in groupby(sorted(changes, key=_kind), key=_kind):
        component.add_component(_observance(list(alike), first - 1))
    return component


def unambiguous(instant: datetime) -> datetime:
    """Return both passes of a repeated hour in UTC: on the clocks, programs take them for the first or the second."""
    is_repeated = instant.utcoffset() != instant.replace(fold=1 - instant.fold).utcoffset()
    return instant.astimezone(UTC) if is_repeated else instant


def _kind(change: _Change) -> tuple[timedelta, timedelta]:
    return change.before, change.after


def _changes(zone: ZoneInfo, first: int, last: int) -> Iterator[_Change]:
    day, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=1)
        if _offset(zone, day) != _offset(zone, following):
            yield _change(zone, day, following)
        day = following


def _change(zone: ZoneInfo, early: datetime, late: datetime) -> _Change:
    before = _offset(zone, early)
    while late - early > _SECOND:
        middle = early + timedelta(seconds=(late - early) // _SECOND // 2)
        early, late = (middle, late) if _offset(zone, middle) == before else (early, middle)
    local = late.astimezone(zone)
    at = (late + before).replace(tzinfo=None)
    return _Change(at, before, _offset(zone, late), local.tzname() or "", bool(local.dst()))


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _unchanging(zone: ZoneInfo, year: int) -> _Observance:
    start = datetime(year, 1, 1, tzinfo=zone)
    offset = start.utcoffset() or timedelta()
    always = _Change(start.replace(tzinfo=None), offset, offset, start.tzname() or "", summer=False)
    return _written(TimezoneStandard(), always)


def _observance(changes: Sequence[_Change], first: int) -> _Observance:
    component = _written(TimezoneDaylight() if changes[0].summer else TimezoneStandard(), changes[0])
    rule = _rule([change.at for change in changes], first)
    if rule is not None:
        component.add("rrule", rule)
    elif changes[1:]:
        component.add("rdate", [change.at for change in changes[1:]])
    return component


def _written(component: _Observance, change: _Change) -> _Observance:
    component.add("dtstart", change.at)
    component.add("tzoffsetfrom", change.before)
    component.add("tzoffsetto", change.after)
    component.add("tzname", change.name)
    return component


def _rule(changes: Sequence[datetime], first: int) -> vRecur | None:
    """Return the yearly rule that these follow, or None if they follow none."""
    yearly = [change.year for change in changes] == list(range(first, first + _YEARS))
    if not yearly or len({(change.month, change.weekday(), change.time()) for change in changes}) > 1:
        return None
    if all(_is_last_of_its_kind(change) for change in changes):
        week = -1
    elif len({(change.day - 1) // _WEEK for change in changes}) == 1:
        week = (changes[0].day - 1) // _WEEK + 1
    else:
        return None
    return vRecur({"FREQ": "YEARLY", "BYMONTH": changes[0].month, "BYDAY": f"{week}{_DAYS[changes[0].weekday()]}"})


def _is_last_of_its_kind(day: date) -> bool:
    return (day + timedelta(days=_WEEK)).month != day.month
