"""What a rebuild sends to a table is, value for value, what stands there afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row

from projections.engine.bulk import COPY_ROWS, row_encoder
from projections.engine.projection import Row, Table

TABLE = Table(
    columns={
        "place": "integer NOT NULL",
        "id": "uuid",
        "words": "text",
        "answers": "text[]",
        "counted": "bigint",
        "yes": "boolean",
        "day": "date",
        "instant": "timestamptz",
        "euros": "numeric(9, 2)",
        "found_by": "tsvector",
    },
    key=("place",),
)
FULL: Row = {
    "place": 0,
    "id": UUID("3f0c9a52-0d0e-4d6e-9a5e-5f1f5f3f0a01"),
    "words": "Café",
    "answers": ["oui", "non"],
    "counted": 1 << 40,
    "yes": True,
    "day": date(2027, 3, 15),
    "instant": datetime(2027, 3, 15, 18, 0, 0, 123456, timezone(timedelta(hours=-4))),
    "euros": Decimal("150.50"),
    "found_by": "'cafe' 'parents'",
}
#: What one of the two formats writes in a way of its own.
TRICKY = [
    "",
    "null",
    "NULL",
    '"',
    "\\",
    "\\n",
    "\\\\n",
    "\\.",
    "\\N",
    "deux\nlignes",
    "deux\r\nlignes",
    "une\ttabulation",
    'il dit : "oui, \\ non"',
    "{a,b}",
    " bords ",
    "\u0001\u001f\u007f\u2028",
    "\b\f",
    "été 🎉",
]


@pytest.fixture
def conn(database_url: str):
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as conn:
        columns = ", ".join(f"{name} {kind}" for name, kind in TABLE.columns.items())
        conn.execute(sql.SQL("CREATE TABLE written ({})").format(sql.SQL(columns)))
        yield conn


def written(conn, rows: list[Row]) -> list[Row]:
    encode = row_encoder(TABLE)
    conn.execute("TRUNCATE written")
    with conn.cursor() as cursor, cursor.copy(sql.SQL(COPY_ROWS).format(sql.Identifier("written"))) as copy:
        copy.write(b"".join(encode(row) + b"\n" for row in rows))
    read_back: list[Row] = conn.execute("SELECT * FROM written ORDER BY place").fetchall()
    return read_back


def test_every_kind_of_column_comes_back_as_it_was(conn) -> None:
    assert written(conn, [FULL]) == [FULL]


def test_nothing_is_told_from_an_empty_text_and_an_empty_list(conn) -> None:
    nothing: Row = {**dict.fromkeys(TABLE.columns), "place": 1}
    empty: Row = {**nothing, "place": 2, "words": "", "answers": [], "found_by": ""}
    assert written(conn, [nothing, empty]) == [nothing, empty]


@pytest.mark.parametrize("text", TRICKY)
def test_a_text_is_taken_literally_whatever_it_holds(conn, text: str) -> None:
    row = {**FULL, "words": text, "answers": [text, "et", text]}
    assert written(conn, [row, {**row, "place": 1}]) == [row, {**row, "place": 1}]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=6))
def test_any_text_comes_back_as_it_was(conn, texts: list[str]) -> None:
    rows = [{**FULL, "place": place, "words": text, "answers": texts} for place, text in enumerate(texts)]
    assert written(conn, rows) == rows


def test_instants_are_the_same_moment_in_any_offset(conn) -> None:
    (row,) = written(conn, [FULL])
    assert row["instant"].astimezone(UTC) == datetime(2027, 3, 15, 22, 0, 0, 123456, UTC)
