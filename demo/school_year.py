"""When things happen: the days of the school year that animations favour, and the hours at which people act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)

#: How busy a month is, January first. Summer is quiet, the weeks after la rentrée are not.
_MONTHS = (1.0, 0.8, 1.2, 0.8, 1.2, 1.0, 0.12, 0.05, 1.3, 1.1, 1.3, 0.8)
#: Monday first. Nobody invites parents on a Sunday.
_WEEKDAYS = (0.8, 1.2, 0.9, 1.2, 0.8, 0.5, 0.0)
_PUBLIC_HOLIDAYS = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
#: First and last day, as (month, day): the weeks that are holidays everywhere, and how busy they still are.
_HOLIDAYS = (((10, 20), (10, 31), 0.4), ((12, 20), (12, 31), 0.1), ((1, 1), (1, 4), 0.1), ((2, 15), (3, 1), 0.6))

#: An animation is declared this many days ahead, most often two weeks or so.
LEADS = range(2, 71)
_LEAD_WEIGHTS = tuple(lead * 0.92**lead for lead in LEADS)

#: How far back a season reaches at least, so that there is always a past to attest.
_SHORTEST_PAST = timedelta(days=120)
#: Conventions are signed before the first day, from this long ahead on.
SIGNING_TIME = timedelta(days=60)
#: From so long before the first day on, animations are declared.
DECLARING_AHEAD = timedelta(days=20)


def busyness(day: date) -> float:
    """How likely an animation is on that day; 0 when there is none."""
    month_day = (day.month, day.day)
    if month_day in _PUBLIC_HOLIDAYS:
        return 0.0
    quiet = next((share for first, last, share in _HOLIDAYS if first <= month_day <= last), 1.0)
    return _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * quiet


def open_day(day: date, step: timedelta = DAY) -> date:
    """That day, or the next (with a negative `step`: the last before it) on which animations are held."""
    while not busyness(day):
        day += step
    return day


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """The time that a season spans, seen from `now`: from a 1 September, some months back at least, to the future."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(UTC).date()

    @property
    def first_day(self) -> date:
        latest = self.today - _SHORTEST_PAST
        return date(latest.year if latest >= date(latest.year, 9, 1) else latest.year - 1, 9, 1)

    @property
    def founded_at(self) -> datetime:
        return datetime.combine(self.first_day - SIGNING_TIME, time(6), UTC)

    @property
    def last_day(self) -> date:
        """Until when conventions are signed: the 31 August after everything that may be declared by now."""
        horizon = self.today + timedelta(days=2 * LEADS[-1])
        return date(horizon.year + (horizon > date(horizon.year, 8, 31)), 8, 31)

    def declaring_days(self) -> list[date]:
        """The days on which animations are declared: the last is yesterday, over by now in every time zone we know."""
        first = self.first_day - DECLARING_AHEAD
        return [first + DAY * n for n in range((self.today - first).days)]

    def leads_from(self, day: date) -> list[float]:
        """For each of `LEADS`, how likely an animation declared on `day` is held so many days later."""
        first_day = self.first_day
        return [
            weight * busyness(held) if (held := day + DAY * lead) >= first_day else 0.0
            for lead, weight in zip(LEADS, _LEAD_WEIGHTS, strict=True)
        ]


def at_clock(day: date, hour: float, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in `zone` show that hour."""
    return datetime.combine(day, time(), zone) + timedelta(hours=hour)


def some_time(rng: Random, day: date, first: float, last: float, zone: ZoneInfo) -> datetime:
    """An instant of that day between two hours, in UTC, to the microsecond: people do not act on the minute."""
    return at_clock(day, rng.uniform(first, last), zone).astimezone(UTC)


def office_hours(rng: Random, after: datetime, zone: ZoneInfo, fewest_days: float, most_days: float) -> datetime:
    """So many days later, when offices are open."""
    local = (after + timedelta(days=rng.uniform(fewest_days, most_days))).astimezone(zone)
    if local.weekday() < 5 and 8 <= local.hour < 18:
        return local.astimezone(UTC)
    day = local.date() if local.hour < 8 else local.date() + DAY
    while day.weekday() >= 5:
        day += DAY
    return some_time(rng, day, 8.5, 11.5, zone)


def waking_hours(rng: Random, wanted: datetime, zone: ZoneInfo) -> datetime:
    """That instant, or the morning after a night."""
    local = wanted.astimezone(zone)
    if 8 <= local.hour < 21:
        return local.astimezone(UTC)
    return some_time(rng, local.date() if local.hour < 8 else local.date() + DAY, 8, 10, zone)
