"""CSV for French spreadsheets, read back by Python's own reader."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.downloads.csv_table import csv_table
from application.tables.guard import without_guard
from application.tables.reader import Columns, read_table

#: A text that a spreadsheet shows as it stands: a constant, which computes nothing.
CONSTANT = re.compile('="([^"]*)"')


def shown(cell: str) -> str:
    constant = CONSTANT.fullmatch(cell)
    return cell if constant is None else constant[1]


def written(*rows) -> bytes:
    return b"".join(csv_table(["Titre"], rows))


def read_again(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_file_is_byte_for_byte_what_a_french_spreadsheet_opens():
    rows = [("Café; thé", 12, Decimal("150.00"), date(2027, 3, 5), None)]
    expected = '\ufeffTitre\r\n"Café; thé";12;150,00;05/03/2027;\r\n'
    assert written(*rows) == expected.encode()


def test_a_table_without_rows_has_its_headers():
    assert written() == "\ufeffTitre\r\n".encode()


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 6", "-2", "@SUM(A1)", "\t=1", "＝1+1", "⁺33", "'+33 6", "''=1", '=HYPERLINK("x";"y")']
)
def test_a_text_that_begins_like_a_formula_is_defused_and_imported_again_as_it_was(text):
    assert read_again(written([text]))[1] == [f"'{text}"]
    columns = Columns({"title": ["Titre"]}, ["title"], "")
    (row,) = read_table(written([text]).decode(), columns, 9).rows
    assert row.cells == {"title": text}


def test_a_line_end_before_a_formula_is_no_way_around():
    assert read_again(written(["\r=1"]))[1] == ["'\r=1"]


@pytest.mark.parametrize(("number", "shown"), [(-3, "-3"), (Decimal("-1.50"), "-1,50"), (Decimal("1E+3"), "1000")])
def test_numbers_stay_numbers(number, shown):
    assert read_again(written([number]))[1] == [shown]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_every_text_is_read_again_as_it_was_but_for_its_guard(row):
    _, again = read_again(written(row))
    assert [without_guard(shown(cell)) for cell in again] == row
    texts = [cell for cell in again if CONSTANT.fullmatch(cell) is None]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in texts)


@pytest.mark.parametrize(
    "text",
    [
        *("21180033900999", "02691", "01234567", "0612345678", "06 12 34 56 78", "123456789012", "007"),
        *("1E5", "12e+3", "3-4", "12/10", "12.10.2027", "10:30", "18h", "50 %", "12,50", "(12)", ".5", "1 200 €"),
        *("mars 2027", "15 mars 2027", "2 mai", "déc. 2026", "VRAI", "faux", "true"),
    ],
)
def test_what_a_spreadsheet_would_take_for_something_else_stays_what_it_is(text):
    ((cell,),) = read_again(written([text]))[1:]
    assert (cell, shown(cell)) == (f'="{text}"', text)


@pytest.mark.parametrize(
    "text",
    [
        "2A004",
        "0180001A",
        "2027",
        "0",
        "Mars attaque",
        "10 conseils",
        "12 rue des Lilas",
        "1er mai",
        "Mai",
        "12-14 ans",
    ],
)
def test_what_a_spreadsheet_leaves_alone_stands_as_it_is(text):
    assert read_again(written([text]))[1] == [text]


def test_a_long_table_comes_in_pieces_and_loses_no_row():
    pieces = list(csv_table(["n"], ([number] for number in range(1_200))))
    assert len(pieces) == 4
    assert read_again(b"".join(pieces)) == [["n"], *([str(number)] for number in range(1_200))]


@pytest.mark.parametrize("sign", ["＝", "＋", "－", "＠"])
def test_full_width_signs_are_read_as_plain_ones_by_some_spreadsheets(sign):
    assert f"'{sign}1+1".encode() in written([f"{sign}1+1"])
