"""What is declared is a local time: the offset of clocks there, or none. Everything else is refused in words."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.animations.animation import declare, modify
from domain.animations.copying import clone
from domain.animations.events import AnimationCreated, AnimationModified
from domain.catalogue import ANIMATION
from domain.kernel.errors import DomainError, ErrorCode
from domain.typology.local_time import CLOCKS_OF_UTC, NotShown
from domain.typology.territory import Territory
from tests.support.domain.builders import (
    GUADELOUPE,
    HERAULT,
    NOW,
    OURS,
    STRUCTURE,
    around,
    content,
    convention,
    created,
)
from tests.support.domain.story import given

MIQUELON = Territory("975", "Saint-Pierre-et-Miquelon", "America/Miquelon", False)
TERRITORIES = (
    *(HERAULT, GUADELOUPE, MIQUELON),
    *(Territory(zone, zone, zone, False) for zone in ("Indian/Reunion", "Pacific/Tahiti", "Pacific/Noumea")),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("territory", "text", "local"),
    [
        (HERAULT, "2027-01-15T18:00", "2027-01-15T18:00:00+01:00"),
        (HERAULT, "2027-07-15T18:00", "2027-07-15T18:00:00+02:00"),
        (HERAULT, "2027-01-15T18:00:00+01:00", "2027-01-15T18:00:00+01:00"),
        (HERAULT, "2027-01-15T17:00:00Z", "2027-01-15T18:00:00+01:00"),
        (GUADELOUPE, "2027-07-15T18:00", "2027-07-15T18:00:00-04:00"),
        (GUADELOUPE, "2027-01-01T02:00:00Z", "2026-12-31T22:00:00-04:00"),
        (MIQUELON, "2027-01-15T18:00", "2027-01-15T18:00:00-03:00"),
        (MIQUELON, "2027-07-15T18:00", "2027-07-15T18:00:00-02:00"),
        # The hour that comes twice, by its offset.
        (HERAULT, "2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+02:00"),
        (HERAULT, "2027-10-31T02:30:00+01:00", "2027-10-31T02:30:00+01:00"),
    ],
)
def test_a_time_that_clocks_show_is_taken(territory, text, local):
    assert territory.declared_time(at(text)).isoformat() == local


@pytest.mark.parametrize(
    ("territory", "text", "words"),
    [
        (HERAULT, "2027-01-15T18:00:00+02:00", "le 15 janvier 2027 (Hérault), l'heure est +01:00, et non +02:00"),
        (HERAULT, "2027-07-15T18:00:00+01:00", "le 15 juillet 2027 (Hérault), l'heure est +02:00, et non +01:00"),
        (HERAULT, "2027-08-01T18:00:00-04:00", "le 1er août 2027 (Hérault), l'heure est +02:00, et non -04:00"),
        (
            GUADELOUPE,
            "2027-01-15T18:00:00+01:00",
            "écrivez 18:00, l'heure que montrent les horloges, sans décalage ou avec -04",
        ),
        (MIQUELON, "2027-07-15T18:00:00-03:00", "l'heure est -02:00"),
        (HERAULT, "2027-10-31T02:30:00+03:00", "l'heure est +02:00 ou +01:00, et non +03:00"),
        (
            HERAULT,
            "2027-10-31T02:30",
            "il est deux fois 2 h 30 : avant le changement d'heure (+02:00), et après (+01:00)",
        ),
        (HERAULT, "2027-03-28T02:30", "le 28 mars 2027 (Hérault), 2 h 30 n'existe pas : les horloges avancent"),
        (HERAULT, "2027-03-28T02:30:00+01:00", "2 h 30 n'existe pas"),
        (MIQUELON, "2027-03-14T02:00", "Donnez 3 h"),
    ],
)
def test_a_time_that_clocks_do_not_show_is_refused_with_the_right_one(territory, text, words):
    with pytest.raises(NotShown) as refusal:
        territory.declared_time(at(text))
    assert words in str(refusal.value)


def test_that_clocks_show_utc_is_a_statement_where_z_is_none():
    with pytest.raises(NotShown, match=r"l'heure est \+01:00, et non \+00:00"):
        HERAULT.declared_time(datetime(2027, 1, 15, 18, tzinfo=CLOCKS_OF_UTC))


@for_all(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.sampled_from(TERRITORIES))
def test_every_instant_is_taken_on_the_clocks_of_its_territory_and_on_no_others(clock, territory):
    local = clock.replace(tzinfo=UTC).astimezone(ZoneInfo(territory.time_zone))
    offset = local.utcoffset() or timedelta()
    fixed = local.replace(tzinfo=timezone(offset))
    assert territory.declared_time(fixed).astimezone(UTC) == local.astimezone(UTC)
    with pytest.raises(NotShown):
        territory.declared_time(fixed.replace(tzinfo=timezone(offset + timedelta(minutes=30))))
    # The hour that comes twice needs its offset.
    with suppress(NotShown):
        assert territory.declared_time(local.replace(tzinfo=None, fold=0)).astimezone(UTC) == local.astimezone(UTC)


WRONG = {"starts_at": at("2027-01-15T18:00:00-04:00"), "ends_at": at("2027-01-15T20:00:00-04:00")}


def test_whoever_declares_changes_or_copies_hears_of_each_wrong_time():
    def refused(decide: Any) -> list[tuple[ErrorCode, tuple[str, ...]]]:
        with pytest.raises(DomainError) as refusal:
            decide()
        assert [problem.message[:8] for problem in refusal.value.problems] == ["Début : ", "Fin : le"]
        return [(problem.code, problem.field) for problem in refusal.value.problems]

    there = around(territory=HERAULT, conventions=[convention()])
    state = given(ANIMATION, created()).state
    each = [(ErrorCode.INVALID, ("starts_at",)), (ErrorCode.INVALID, ("ends_at",))]
    assert refused(lambda: declare(content(**WRONG), OURS, STRUCTURE, lambda: there, NOW)) == each
    assert refused(lambda: modify(state, STRUCTURE, WRONG, there, NOW)) == each
    assert refused(lambda: clone(state, STRUCTURE, WRONG["starts_at"], WRONG["ends_at"], there, NOW)) == each


def test_local_times_are_declared_changed_and_copied():
    there = around(territory=HERAULT, conventions=[convention()])
    start, end = datetime(2027, 3, 16, 22), datetime(2027, 3, 17, 0, 0)
    (first,) = declare(content(starts_at=start, ends_at=end), OURS, STRUCTURE, lambda: there, NOW)
    state = given(ANIMATION, created()).state
    (changed,) = modify(state, STRUCTURE, {"starts_at": start, "ends_at": end}, there, NOW)
    (copy,) = clone(state, STRUCTURE, start, end, there, NOW)
    for event in (first, changed, copy):
        assert isinstance(event, AnimationCreated | AnimationModified)
        assert (event.starts_at.isoformat(), event.ends_at.isoformat()) == (
            "2027-03-16T22:00:00+01:00",
            "2027-03-17T00:00:00+01:00",
        )


def test_what_was_declared_long_ago_with_another_offset_stays_until_it_is_changed():
    odd = created(starts_at=at("2027-03-15T19:00:00+02:00"), ends_at=at("2027-03-15T21:00:00+02:00"))
    there = around(territory=HERAULT, conventions=[convention()])
    (changed,) = modify(given(ANIMATION, odd).state, STRUCTURE, {"seats": 40}, there, NOW)
    assert isinstance(changed, AnimationModified)
    assert (changed.changed, changed.starts_at.isoformat()) == (("seats",), "2027-03-15T18:00:00+01:00")


@pytest.mark.parametrize("name", ["starts_at", "ends_at"])
def test_a_day_is_no_time(name):
    given(ANIMATION, created()).when(modify, STRUCTURE, {name: date(2027, 3, 15)}, around(), NOW).then_refused(
        ErrorCode.INVALID, name, "date et heure attendues, par exemple 2027-01-15T18:00"
    )
