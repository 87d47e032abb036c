"""Cells as French spreadsheets read them, and none that they would calculate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from api.exports.csv_writer import cell, csv_text


@pytest.mark.parametrize("text", ["=1+1", "+33 6", "-5", "@SUM(A1)", "\tx", "\r=1"])
def test_a_text_that_would_be_a_formula_gets_an_apostrophe(text):
    assert cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-5, "-5"),
        (Decimal("-1250.50"), "-1250,50"),
        (Decimal("1E+3"), "1000"),
        (None, ""),
        (True, "oui"),
        (date(2027, 1, 15), "2027-01-15"),
        ("Café ; thé", "Café ; thé"),
        ("", ""),
    ],
)
def test_numbers_stay_numbers_and_the_rest_stays_as_it_is(value, shown):
    assert cell(value) == shown


def test_separators_quotes_and_line_ends_stay_inside_their_cell():
    assert csv_text([("a;b", 'dit « "non" »', "deux\nlignes", 3)]) == '"a;b";"dit « ""non"" »";"deux\nlignes";3\r\n'
