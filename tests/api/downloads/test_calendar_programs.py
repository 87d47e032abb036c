"""Our calendar, read by six programs that are not ours: each finds the same animations at the same instants."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from api.animations.formats.calendar import calendar
from api.animations.formats.entries import Entry, More
from tests.application.calendars.test_zones import ZONES
from tests.support.network.npm import installed

Read = dict[str, tuple[datetime, datetime]]
SITE = "https://parentalite.example.org"
CLOCKS = (
    *((datetime(2027, 1, 15, 18), 2), (datetime(2027, 7, 14, 18), 2), (datetime(2027, 3, 28, 3), 1)),
    # Around the changes of Paris and of Saint-Pierre-et-Miquelon, over midnight, and over several days.
    *((datetime(2027, 3, 28, 0, 30), 1), (datetime(2027, 3, 14, 3, 30), 2), (datetime(2027, 11, 7, 0, 15), 3)),
    *((datetime(2027, 10, 31, 1, 30), 4), (datetime(2027, 5, 31, 22), 2), (datetime(2027, 6, 1, 9), 56)),
)
TEXT = "Lire ; écrire, \\ « voir »\nDeuxième ligne : l'élève, " + "très " * 40


def entry(number: int, name: str, clock: datetime, hours: int) -> Entry:
    starts_at = clock.replace(tzinfo=ZoneInfo(name))
    return Entry(
        id=UUID(int=number),
        version=3,
        url=f"{SITE}/animations/{UUID(int=number)}",
        cancelled=False,
        cancellation_reason=None,
        name="Café des parents",
        description=TEXT,
        structure="Centre social",
        siret="21020001000010",
        territory="Cher",
        time_zone=name,
        starts_at=starts_at,
        ends_at=(starts_at.astimezone(UTC) + timedelta(hours=hours)).astimezone(ZoneInfo(name)),
        online=False,
        venue="École",
        address="1 rue de l'École, 18000 Bourges",
        audience="Parents",
        type="Café",
        themes=["Écrans"],
        seats=12,
        seats_left=12,
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        changed_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


ENTRIES = [
    entry(1 + place * len(CLOCKS) + number, name, clock, hours)
    for place, name in enumerate(ZONES)
    for number, (clock, hours) in enumerate(CLOCKS)
]
FILE = calendar(ENTRIES, f"{SITE}/animations.ics", None).decode()


def _events(file: bytes | str) -> list[Any]:
    return Calendar.from_ical(file).walk("VEVENT")


def _icalendar(text: str) -> Iterator[tuple[Any, Any, Any]]:
    for event in _events(text):
        yield event["uid"], event.start, event.end


def _ics(text: str) -> Iterator[tuple[Any, Any, Any]]:
    from ics import Calendar as Parsed

    for event in Parsed(text).events:
        yield event.uid, event.begin.datetime, event.end.datetime


def _vobject(text: str) -> Iterator[tuple[Any, Any, Any]]:
    from vobject import readOne

    for event in readOne(text).vevent_list:
        yield event.uid.value, event.dtstart.value, event.dtend.value


def _ical(text: str) -> Iterator[tuple[Any, Any, Any]]:
    from ical.calendar_stream import IcsCalendarStream

    for event in IcsCalendarStream.calendar_from_ics(text).events:
        yield event.uid, event.dtstart, event.dtend


def _recurring(text: str) -> Iterator[tuple[Any, Any, Any]]:
    from recurring_ical_events import of

    for event in of(Calendar.from_ical(text)).between((2026, 1, 1), (2028, 1, 1)):
        yield event["uid"], event["dtstart"].dt, event["dtend"].dt


_READ_BY_ICAL_JS = """
import ICAL from "ical.js";
import { readFileSync } from "node:fs";
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf-8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const events = calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component));
const instant = (time) => time.toUnixTime();
console.log(JSON.stringify(events.map((event) => [event.uid, instant(event.startDate), instant(event.endDate)])));
"""


def _ical_js(text: str) -> Iterator[tuple[Any, Any, Any]]:
    """The one of Thunderbird and Nextcloud."""
    folder = installed("ical.js-2.2.1", "ical.js@2.2.1")
    command = ["node", "--input-type=module", "-e", _READ_BY_ICAL_JS]
    done = subprocess.run(command, cwd=folder, input=text, capture_output=True, text=True, timeout=60, check=True)
    for uid, start, end in json.loads(done.stdout):
        yield uid, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)


PROGRAMS = (_icalendar, _ics, _vobject, _ical, _recurring, _ical_js)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_animation_is_found_at_its_instant(program: Callable[[str], Iterator[tuple[Any, Any, Any]]]):
    read: Read = {str(uid): (start.astimezone(UTC), end.astimezone(UTC)) for uid, start, end in program(FILE)}
    assert read == {str(each.id): (each.starts_at.astimezone(UTC), each.ends_at.astimezone(UTC)) for each in ENTRIES}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_note_that_more_is_left_out_is_an_entry_of_the_day_after(program):
    last = ENTRIES[0]
    more = More(UUID(int=9), 4, f"{SITE}/animations", last.starts_at, last.changed_at)
    days = {str(uid): start for uid, start, _ in program(calendar([last], f"{SITE}/animations.ics", more).decode())}
    start = days[str(more.id)]
    assert (start.date() if isinstance(start, datetime) else start) == date(2027, 1, 16)


def test_clocks_and_marks_of_the_language_come_back_as_they_were():
    (event,) = _events(calendar([ENTRIES[0]], f"{SITE}/animations.ics", None))
    assert str(event["description"]) == TEXT
    assert event["dtstart"].params["TZID"] == "Europe/Paris"
    assert event["dtstart"].dt.replace(tzinfo=None) == CLOCKS[0][0]


def test_both_of_two_equal_hours_are_told_in_utc():
    paris = ZoneInfo("Europe/Paris")
    first, second = (datetime(2027, 10, 31, 2, 30, tzinfo=paris, fold=fold) for fold in (0, 1))
    twice = [entry(number, "Europe/Paris", instant, 1) for number, instant in ((1, first), (2, second))]
    for program in PROGRAMS:
        starts = {str(uid): start.astimezone(UTC) for uid, start, _ in program(calendar(twice, SITE, None).decode())}
        assert starts == {str(UUID(int=1)): first.astimezone(UTC), str(UUID(int=2)): second.astimezone(UTC)}, program
