"""A month of the public listing as a calendar: weeks from Monday to Sunday."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from web.core.pages import namesakes


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month. `animations` are the first of its day, `total` counts all of them."""

    date: date
    animations: Sequence[Mapping[str, Any]]
    total: int
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` have seven days each: None where a day is of another month."""

    first: date
    weeks: Sequence[Sequence[Day | None]]
    total: int

    @classmethod
    def of(cls, first: date, days: Sequence[Mapping[str, Any]], today: date) -> Month:
        """Return the month with what the API says of its days."""
        by_date = {each["date"]: each for each in days}

        def day(each: date) -> Day | None:
            if each.month != first.month:
                return None
            shown = by_date.get(each.isoformat(), {"animations": (), "totalCount": 0})
            return Day(each, shown["animations"], shown["totalCount"], each == today)

        weeks = Calendar().monthdatescalendar(first.year, first.month)
        return cls(first, [[day(each) for each in week] for week in weeks], sum(each["totalCount"] for each in days))

    @property
    def namesakes(self) -> frozenset[tuple[Any, ...]]:
        """Return the titles that several of the animations shown have."""
        days = (day for week in self.weeks for day in week if day)
        return namesakes((animation for day in days for animation in day.animations), "title")

    @property
    def around(self) -> tuple[date, date]:
        """Return the first days of the months before and after."""
        return (self.first - timedelta(days=1)).replace(day=1), (self.first + timedelta(days=31)).replace(day=1)
