"""Territories and their clocks: Guadeloupe is not Paris, and clocks go back one night a year."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.animations.animation import declare, modify
from domain.animations.events import AnimationCreated, AnimationModified, AnimationPublished
from domain.animations.transitions import allowed_actions
from domain.catalogue import ANIMATION, TERRITORY
from domain.kernel.actors import SYSTEM, Role
from domain.kernel.errors import ErrorCode
from domain.typology.territory import CandidaturesOpened, Territory, TerritoryJoined, join, open_candidatures
from tests.support.domain.builders import (
    GUADELOUPE,
    HERAULT,
    NATIONAL,
    NOW,
    OURS,
    PARIS,
    STRUCTURE,
    actor,
    around,
    content,
    convention,
)
from tests.support.domain.story import fold, given

JOINED = TerritoryJoined(code="34", name="Hérault", time_zone="Europe/Paris", runs_candidatures=False)
HOURS = timedelta(hours=1)


def declared(starts_at, ends_at, territory=HERAULT, **conventions):
    there = around(territory=territory, conventions=[convention(territory=territory.code, **conventions)])
    return given().when(declare, content(starts_at=starts_at, ends_at=ends_at), OURS, STRUCTURE, lambda: there, NOW)


def first(outcome) -> AnimationCreated:
    (event,) = outcome.then_accepted()
    assert isinstance(event, AnimationCreated)
    return event


LATE_EVENING_IN_GUADELOUPE = datetime(2027, 8, 31, 22, 30, tzinfo=ZoneInfo("America/Guadeloupe"))


def test_guadeloupe_is_not_paris():
    # 22:30 on the last day of the convention there; already the next day in Paris and in UTC.
    start = LATE_EVENING_IN_GUADELOUPE
    for clock in (start, start.astimezone(UTC), start.replace(tzinfo=None)):
        declared(clock, clock + HOURS, GUADELOUPE).then_accepted()
    for clock in (start.astimezone(PARIS), start.astimezone(UTC)):
        declared(clock, clock + HOURS, HERAULT).then_refused(
            ErrorCode.RULE_BROKEN, "starts_at", "ne couvre le 01/09/2027"
        )


def test_the_first_day_is_a_local_day_too():
    just_after_midnight_in_paris = datetime(2026, 9, 1, 0, 30, tzinfo=PARIS)
    declared(just_after_midnight_in_paris, just_after_midnight_in_paris + HOURS, HERAULT).then_accepted()
    there = just_after_midnight_in_paris.astimezone(ZoneInfo(GUADELOUPE.time_zone))
    declared(there, there + HOURS, GUADELOUPE).then_refused(
        ErrorCode.RULE_BROKEN, "starts_at", "ne couvre le 31/08/2026"
    )


def test_an_animation_past_midnight_counts_on_the_day_it_starts():
    start = datetime(2027, 8, 31, 23, 0, tzinfo=PARIS)
    declared(start, start + 2 * HOURS).then_accepted()


@pytest.mark.parametrize(
    ("territory", "day", "offset"),
    [
        (HERAULT, date(2027, 1, 15), 1),
        (HERAULT, date(2027, 7, 15), 2),
        (GUADELOUPE, date(2027, 1, 15), -4),
        (GUADELOUPE, date(2027, 7, 15), -4),
    ],
)
def test_the_log_keeps_the_local_time_with_its_offset(territory, day, offset):
    noon = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    event = first(declared(noon, noon + HOURS, territory))
    assert event.starts_at.isoformat() == (noon + offset * HOURS).replace(tzinfo=timezone(offset * HOURS)).isoformat()
    assert event.ends_at.utcoffset() == offset * HOURS
    assert event.time_zone == territory.time_zone


def test_an_animation_through_the_night_when_clocks_go_back_ends_after_it_starts():
    # 02:30 summer time to 02:15 winter time: 45 minutes, though the clock shows an earlier time.
    start = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=0)
    end = datetime(2026, 10, 25, 2, 15, tzinfo=PARIS, fold=1)
    event = first(declared(start.astimezone(UTC), end.astimezone(UTC)))
    assert event.ends_at - event.starts_at == timedelta(minutes=45)
    assert (event.starts_at.isoformat(), event.ends_at.isoformat()) == (
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:15:00+01:00",
    )
    (modified,) = modify(fold(ANIMATION, event), STRUCTURE, {"seats": 20}, around(), NOW)
    assert isinstance(modified, AnimationModified)
    assert modified.changed == ("seats",)


def test_an_animation_is_over_at_the_instant_it_ends_whatever_the_clock():
    # 02:15 after clocks went back is later than 02:30 before.
    event = first(
        declared(
            datetime(2026, 10, 25, 0, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 15, tzinfo=UTC),
        )
    )
    state = given(ANIMATION, event, AnimationPublished()).state

    def attestable(now: datetime) -> bool:
        return {action.action: action.allowed for action in allowed_actions(state, None, STRUCTURE, now)}[
            "animationAttest"
        ]

    assert not attestable(datetime(2026, 10, 25, 0, 45, tzinfo=UTC))  # 02:45 on the clock, for the first time
    assert not attestable(datetime(2026, 10, 25, 2, 45, tzinfo=PARIS, fold=0))
    assert attestable(datetime(2026, 10, 25, 1, 15, tzinfo=UTC))  # 02:15 on the clock, for the second time
    assert attestable(datetime(2026, 10, 25, 2, 15, tzinfo=PARIS, fold=1))


@for_all(
    st.datetimes(datetime(2026, 9, 2), datetime(2027, 8, 30), timezones=st.just(UTC)),
    st.timedeltas(timedelta(seconds=1), timedelta(hours=20)),
    st.sampled_from([HERAULT, GUADELOUPE]),
)
def test_local_time_changes_the_clock_and_never_the_instant(start, lasting, territory):
    event = first(declared(start, start + lasting, territory))
    zone = ZoneInfo(territory.time_zone)
    assert event.starts_at.astimezone(UTC) == start
    assert event.ends_at.astimezone(UTC) == start + lasting
    assert event.starts_at.replace(tzinfo=None) == start.astimezone(zone).replace(tzinfo=None)
    assert AnimationCreated.model_validate_json(event.model_dump_json()).starts_at.isoformat() == (
        event.starts_at.isoformat()
    )


def test_the_national_team_brings_a_territory_in():
    state = given(TERRITORY).when(join, NATIONAL, "34", "Hérault", "Europe/Paris", False).then(JOINED)
    assert state == Territory("34", "Hérault", "Europe/Paris", runs_candidatures=False)
    given(TERRITORY).when(join, SYSTEM, "34", "Hérault", "Europe/Paris", False).then(JOINED)


def test_a_territory_joins_once():
    given(TERRITORY, JOINED).when(join, NATIONAL, "34", "Hérault", "Europe/Paris", False).then_refused(
        ErrorCode.RULE_BROKEN, "code", "Hérault (34) participe déjà"
    )


@pytest.mark.parametrize("zone", ["Europe/Montpellier", "", "+01:00", "../../etc/passwd", "Europe/Paris\x00"])
def test_a_territorys_time_zone_exists(zone):
    given(TERRITORY).when(join, NATIONAL, "34", "Hérault", zone, False).then_refused(
        ErrorCode.INVALID, "time_zone", "par exemple Europe/Paris"
    )


def test_a_territory_opens_its_candidatures_once():
    opened = CandidaturesOpened(code="34")
    state = given(TERRITORY, JOINED).when(open_candidatures, NATIONAL).then(opened)
    assert state.runs_candidatures
    given(TERRITORY, JOINED, opened).when(open_candidatures, NATIONAL).then_refused(ErrorCode.RULE_BROKEN, "code")


@pytest.mark.parametrize("role", [Role.COORDONNATEUR, Role.STRUCTURE, Role.AUDITOR])
def test_nobody_else_decides_on_territories(role):
    given(TERRITORY).when(join, actor(role), "34", "Hérault", "Europe/Paris", False).then_refused(ErrorCode.FORBIDDEN)
    given(TERRITORY, JOINED).when(open_candidatures, actor(role)).then_refused(ErrorCode.FORBIDDEN)
