"""Days and hours are read as people write them, and nothing is guessed."""

from __future__ import annotations

from datetime import date, time

import pytest

from application.animations.times_in_words import NotATime, moment_of

DAY, EVENING = date(2027, 3, 12), time(18, 30)


@pytest.mark.parametrize(
    "text",
    [
        *("12/03/2027 18h30", "12/03/2027 18:30", "12/03/27 à 18 h 30", "le 12.03.2027, 18h30", "2027-03-12 18:30:00"),
        *("vendredi 12 mars 2027 à 18h30", "Ven. 12 MARS 2027 – 18 h 30", "2027-03-12T18:30", "12-3-2027 18H30"),
        "12/03/2027\u00a018\u202fh\u202f30",
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str):
    moment = moment_of(text)
    assert (moment.day, moment.hour) == (DAY, EVENING)


def test_hours_stand_alone_or_in_pairs_and_a_day_alone():
    assert moment_of("18h").hour == time(18)
    assert moment_of("de 18h30 à 20h").hours == [EVENING, time(20)]
    assert moment_of("18:30-20:30").hours == [EVENING, time(20, 30)]
    assert moment_of("midi").hour == time(12)
    assert moment_of("1er août 2027").day == date(2027, 8, 1)


def test_numbers_of_a_spreadsheet_are_the_times_that_they_stand_for():
    assert [moment_of(text).hour for text in ("0.75", "0,75", "0.770833333333333")] == [time(18), time(18), EVENING]
    assert (moment_of("46458").day, moment_of("46458").hour) == (DAY, None)
    assert (moment_of("46458.7708333333").day, moment_of("46458.7708333333").hour) == (DAY, EVENING)


@pytest.mark.parametrize(
    "text",
    [
        "demain",
        "0",
        "0.75.2",
        "99999.5",
        "18",
        "12 mars",
        "31/02/2027",
        "12/13/2027",
        "25h00",
        "12/03/2027 vers 18h",
        "12/03/2027/18",
        "2027-03-12T18:30:00Z",
        "12 m 2027",
    ],
)
def test_what_is_no_moment_is_never_guessed(text: str):
    with pytest.raises(NotATime):
        moment_of(text)
