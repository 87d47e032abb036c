"""A period without an offset is one of the clocks of each territory, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from projections.animations.conditions import Conditions
from projections.animations.queries import narrowed
from projections.engine.paging import Filter

_ZONES = ("Europe/Paris", "America/Guadeloupe", "Indian/Reunion", "Pacific/Noumea", "Pacific/Marquesas", "Africa/Cairo")
_STARTS = """
SELECT a.starts_at FROM (SELECT starts_at, time_zone, (starts_at AT TIME ZONE time_zone)::date AS day
FROM unnest(%(starts)s::timestamptz[]) AS each(starts_at), (SELECT %(zone)s::text AS time_zone) zone) a WHERE """
_MOMENTS = st.one_of(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    st.dates(datetime(2024, 1, 1).date(), datetime(2030, 1, 1).date()).map(lambda day: datetime.combine(day, time.min)),
)


@pytest.fixture(scope="module")
def conn(server_url: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(server_url, autocommit=True) as conn:
        yield conn


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shown=_MOMENTS,
    zone=st.sampled_from(_ZONES),
    others=st.sets(st.sampled_from(_ZONES)),
    named=st.sampled_from(("starts_from", "starts_before")),
)
# Clocks show it twice; never; at midnight, when Cairo's clocks go forward and back; at the ends of the calendar.
@example(shown=datetime(2026, 10, 25, 2, 30), zone="Europe/Paris", others=set(), named="starts_from")
@example(shown=datetime(2026, 10, 25, 2, 30), zone="Europe/Paris", others=set(), named="starts_before")
@example(shown=datetime(2026, 3, 29, 2, 30), zone="Europe/Paris", others=set(), named="starts_from")
@example(shown=datetime(2026, 4, 24), zone="Africa/Cairo", others=set(), named="starts_from")
@example(shown=datetime(2026, 10, 30), zone="Africa/Cairo", others=set(), named="starts_before")
@example(shown=datetime.min, zone="Europe/Paris", others=set(), named="starts_from")
@example(shown=datetime(9999, 12, 31, 23), zone="America/Guadeloupe", others=set(), named="starts_before")
def test_a_start_is_within_a_period_just_when_the_clocks_of_its_territory_say_so(
    conn: Connection[Any], shown: datetime, zone: str, others: set[str], named: str
):
    near = min(max(shown, datetime(2, 1, 1)), datetime(9998, 1, 1)).replace(tzinfo=UTC)
    starts = [near + timedelta(minutes=30 * each) for each in range(-32, 33)]
    by_clocks = [start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for start in starts]
    expected = [
        start
        for start, clock in zip(starts, by_clocks, strict=True)
        if (clock >= shown if named == "starts_from" else clock < shown)
    ]
    for zones in ({zone, *others}, ()):
        filtered = narrowed(Filter(), Conditions(**{named: shown}, time_zones=zones))  # type: ignore[arg-type]
        params = {**filtered.params, "starts": starts, "zone": zone}
        rows = conn.execute(_STARTS + filtered.clause + " ORDER BY 1", params).fetchall()
        assert [start.astimezone(UTC) for (start,) in rows] == expected
