"""When things happen: how likely each day of the school year is, and the hours at which people act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)

#: How busy each month is, from January. Summer is quiet, the weeks after la rentrée are not.
_MONTHS = (1.0, 0.8, 1.2, 0.8, 1.2, 1.0, 0.12, 0.05, 1.3, 1.1, 1.3, 0.8)
#: How busy each weekday is, from Monday. Nobody invites parents on a Sunday.
_WEEKDAYS = (0.8, 1.2, 0.9, 1.2, 0.8, 0.5, 0.0)
_PUBLIC_HOLIDAYS = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
#: School holidays common to all zones: first and last day as (month, day), and how busy they still are.
_HOLIDAYS = (((10, 20), (10, 31), 0.4), ((12, 20), (12, 31), 0.1), ((1, 1), (1, 4), 0.1), ((2, 15), (3, 1), 0.6))

#: Days between declaration and animation, most often about two weeks.
LEADS = range(2, 71)
_LEAD_WEIGHTS = tuple(lead * 0.92**lead for lead in LEADS)

#: How far back a season reaches at least, so that there are animations to attest.
_MIN_PAST = timedelta(days=120)
#: Conventions are signed from this long before the first day.
SIGNING_TIME = timedelta(days=60)
#: Animations are declared from this long before the first day.
DECLARING_AHEAD = timedelta(days=20)


def busyness(day: date) -> float:
    """Return how likely an animation is on that day: 0 if there is none."""
    month_day = (day.month, day.day)
    if month_day in _PUBLIC_HOLIDAYS:
        return 0.0
    quiet = next((share for first, last, share in _HOLIDAYS if first <= month_day <= last), 1.0)
    return _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * quiet


def open_day(day: date, step: timedelta = DAY) -> date:
    """Return that day, or the nearest in the direction of `step` on which animations are held."""
    while not busyness(day):
        day += step
    return day


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """The time that a season spans: from a 1 September, at least some months before `now`, into the future."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(UTC).date()

    @property
    def first_day(self) -> date:
        latest = self.today - _MIN_PAST
        return date(latest.year if latest >= date(latest.year, 9, 1) else latest.year - 1, 9, 1)

    @property
    def founded_at(self) -> datetime:
        return datetime.combine(self.first_day - SIGNING_TIME, time(6), UTC)

    @property
    def last_day(self) -> date:
        """The end of conventions: the 31 August after everything that may be declared by now."""
        horizon = self.today + timedelta(days=2 * LEADS[-1])
        return date(horizon.year + (horizon > date(horizon.year, 8, 31)), 8, 31)

    def declaring_days(self) -> list[date]:
        """Return the days on which animations are declared, up to yesterday, which is over in every time zone."""
        first = self.first_day - DECLARING_AHEAD
        return [first + DAY * n for n in range((self.today - first).days)]

    def leads_from(self, day: date) -> list[float]:
        """Return, for each of `LEADS`, how likely an animation declared on `day` is held that many days later."""
        first_day = self.first_day
        return [
            weight * busyness(held_on) if (held_on := day + DAY * lead) >= first_day else 0.0
            for lead, weight in zip(LEADS, _LEAD_WEIGHTS, strict=True)
        ]


def at_clock(day: date, hour: float, zone: ZoneInfo) -> datetime:
    """Return the instant at which clocks in `zone` show that hour."""
    return datetime.combine(day, time(), zone) + timedelta(hours=hour)


def some_time(rng: Random, day: date, first: float, last: float, zone: ZoneInfo) -> datetime:
    """Return an instant of that day between two hours, in UTC, to the microsecond: people do not act on the minute."""
    return at_clock(day, rng.uniform(first, last), zone).astimezone(UTC)


def office_hours(rng: Random, after: datetime, zone: ZoneInfo, min_days: float, max_days: float) -> datetime:
    """Return an instant this many days later, when offices are open."""
    local = (after + timedelta(days=rng.uniform(min_days, max_days))).astimezone(zone)
    if local.weekday() < 5 and 8 <= local.hour < 18:
        return local.astimezone(UTC)
    day = local.date() if local.hour < 8 else local.date() + DAY
    while day.weekday() >= 5:
        day += DAY
    return some_time(rng, day, 8.5, 11.5, zone)


def waking_hours(rng: Random, instant: datetime, zone: ZoneInfo) -> datetime:
    """Return that instant, or the next morning if it falls in the night."""
    local = instant.astimezone(zone)
    if 8 <= local.hour < 21:
        return local.astimezone(UTC)
    return some_time(rng, local.date() if local.hour < 8 else local.date() + DAY, 8, 10, zone)
