"""Dates, times and sums as a French reader expects them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from application.papers.french import clock_time, date_and_time, euros, full_date, short_date, siret


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
