"""Dates, times and sums as a French reader expects them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from application.papers.french import LOCAL_TIMES, clock_time, date_and_time, euros, full_date, short_date, siret
from application.wording.times import hours
from domain.kernel.departments import DEPARTMENTS, clocks_of
from web.core import french as pages
from web.core.french import how_many, span, total


def plain(value: str) -> str:
    return value.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "0,00 €"),
        ("150", "150,00 €"),
        ("1350.5", "1 350,50 €"),
        ("1234567.89", "1 234 567,89 €"),
        ("150.000", "150,00 €"),
        ("-12.30", "-12,30 €"),
    ],
)
def test_a_sum_is_exact_and_has_its_cents(amount: str, words: str):
    assert plain(euros(Decimal(amount))) == words


def test_a_part_of_a_cent_is_a_mistake():
    with pytest.raises(ValueError, match="parts of a cent"):
        euros(Decimal("1.005"))


def test_dates_and_times_are_written_out():
    assert full_date(date(2026, 8, 1)) == "samedi 1er août 2026"
    assert full_date(date(2027, 12, 31)) == "vendredi 31 décembre 2027"
    assert short_date(date(2027, 2, 3)) == "03/02/2027"
    assert plain(clock_time(datetime(2027, 3, 1, 8, 5, tzinfo=UTC))) == "8 h 05"
    assert plain(date_and_time(datetime(2027, 3, 1, 8, 5, tzinfo=UTC))) == "01/03/2027 08:05"
    assert plain(siret("21020001000010")) == "210 200 010 00010"


PARIS, GUADELOUPE = "Europe/Paris", "America/Guadeloupe"


@pytest.mark.parametrize(
    ("start", "end", "zone", "words"),
    [
        (
            *("2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00", PARIS),
            "de 2 h 30 (heure d'été) à 2 h 30 (heure d'hiver)",
        ),
        ("2027-10-31T01:30:00+02:00", "2027-10-31T03:10:00+01:00", PARIS, "de 1 h 30 à 3 h 10"),
        ("2027-03-28T01:30:00+01:00", "2027-03-28T03:30:00+02:00", PARIS, "de 1 h 30 à 3 h 30"),
        (
            *("2027-10-31T02:30:00-04:00", "2027-10-31T04:30:00-04:00", GUADELOUPE),
            "de 2 h 30 à 4 h 30 (heure de la Guadeloupe)",
        ),
    ],
    ids=["the hour twice", "around it", "the hour that is left out", "elsewhere"],
)
def test_letters_and_pages_tell_which_hour_it_is(start: str, end: str, zone: str, words: str):
    assert plain(span(start, end, zone)).endswith(words)
    assert plain(hours(datetime.fromisoformat(start), datetime.fromisoformat(end), zone)) == words


@pytest.mark.parametrize(
    ("number", "is_exact", "beginning", "within"),
    [
        (0, True, "0 animation", "0"),
        (1, True, "1 animation", "1"),
        (1_234, True, "1 234 animations", "1 234"),
        (1_000, True, "1 000 animations", "1 000"),
        (1_000, False, "Plus de 1 000 animations", "plus de 1 000"),
    ],
)
def test_a_list_that_is_counted_to_a_thousand_has_more_than_that(
    number: int, is_exact: bool, beginning: str, within: str
):
    page = {"totalCount": number, "totalCountIsExact": is_exact}
    assert plain(total(page, "animation", "animations")).replace("\u202f", " ") == beginning
    assert plain(how_many(page)).replace("\u202f", " ") == within


#: Which clocks a commune has, by the beginning of its code; all others have those of Paris.
ISLANDS = {
    **{"971": GUADELOUPE, "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion"},
    **{"975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot"},
    **{"986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea"},
}
#: French Polynesia has two further times.
FURTHER = {"Pacific/Marquesas", "Pacific/Gambier"}
#: Without a town hall or a school.
UNINHABITED = {"984", "989"}


def test_papers_and_pages_name_the_time_of_every_department_alike():
    assert {code for code in DEPARTMENTS if len(code) == 3} - UNINHABITED == set(ISLANDS)
    assert set(LOCAL_TIMES) == set(ISLANDS.values()) | FURTHER
    assert {code: clocks_of(code)[0] for code in ISLANDS} == ISLANDS
    assert set(LOCAL_TIMES) == {zone for code in ISLANDS for zone in clocks_of(code)}
    assert clocks_of("2A") == (PARIS,)
    assert pages.LOCAL_TIMES == LOCAL_TIMES
