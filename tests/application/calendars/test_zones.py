"""The clocks of every territory there may be, as a calendar reads them from our file alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from application.calendars.zones import time_zone

#: Where departments and collectivities of France have clocks of their own.
ZONES = (
    *("Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne", "America/Miquelon"),
    *("Indian/Reunion", "Indian/Mayotte", "Pacific/Tahiti", "Pacific/Noumea", "Pacific/Wallis"),
)
#: Rules that no line of RRULE can hold: transitions one by one.
UNRULY = ("Africa/Casablanca",)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("name", [*ZONES, *UNRULY])
def test_every_hour_has_the_offset_that_clocks_have_there(name):
    zone = ZoneInfo(name)
    read = time_zone(name, 2027).to_tz(lookup_tzid=False)
    wrong = []
    instant = datetime(2027, 1, 1, tzinfo=UTC)
    while instant.year < 2030:
        local = instant.astimezone(zone)
        clock = local.replace(tzinfo=None, fold=0)
        # In the hour that clocks show twice both are right.
        if not local.fold and clock.replace(tzinfo=read).utcoffset() != local.utcoffset():
            wrong.append(local.isoformat())
        instant += HOUR
    assert wrong == []


@pytest.mark.parametrize("name", ZONES)
def test_clocks_are_told_by_rules_that_do_not_run_out(name):
    written = time_zone(name, 2027).to_ical().decode()
    assert "RDATE" not in written
    summer = name in ("Europe/Paris", "America/Miquelon")
    assert len(re.findall("RRULE:FREQ=YEARLY", written)) == (2 if summer else 0)


def test_changes_are_told_on_the_clocks_before_them():
    written = time_zone("Europe/Paris", 2027).to_ical().decode()
    assert "DTSTART:20260329T020000" in written
    assert "DTSTART:20261025T030000" in written
