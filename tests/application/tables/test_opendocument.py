"""A workbook of LibreOffice is read as it is shown, with the numbers of its rows; what is none is named."""

from __future__ import annotations

import io
import zipfile

import pytest

from application.tables.decoding import text_of
from domain.kernel.errors import DomainError

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
BLANKS = '<table:table-cell table:number-columns-repeated="16370"/>'
#: As the program ends every sheet.
END = f'<table:table-row table:number-rows-repeated="1048560">{BLANKS}</table:table-row>'


def workbook(*rows: str, mark: str = "", media_type: str = MEDIA_TYPE) -> bytes:
    sheet = f'<table:table table:name="Feuille1">{"".join(rows)}{END}</table:table>'
    other = f"<table:table><table:table-row>{text('autre feuille')}</table:table-row></table:table>"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{mark}<office:document-content {SPACES}><office:body>'
        f"<office:spreadsheet>{sheet}{other}</office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr("content.xml", content)
    return file.getvalue()


def row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}{BLANKS}</table:table-row>'


def text(words: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'


def value(kind: str, name: str, typed: str, shown: str) -> str:
    typed = f'office:value-type="{kind}" office:{name}="{typed}"'
    return f"<table:table-cell {typed}><text:p>{shown}</text:p></table:table-cell>"


def test_cells_are_read_as_they_are_typed_in_french_and_rows_keep_their_numbers():
    note = "<office:annotation><text:p>Une note</text:p></office:annotation>"
    content = workbook(
        f"<table:table-header-rows>{row(text('Titre'), text('Date'), text('Heure'))}</table:table-header-rows>",
        f"<table:table-row-group>{row(times=3)}</table:table-row-group>",
        row(
            f'<table:table-cell office:value-type="string">{note}<text:p>Café<text:s text:c="2"/>des '
            "<text:span>parents</text:span></text:p><text:p>suite</text:p></table:table-cell>",
            value("date", "date-value", "2027-03-12", "12/03/27"),
            value("time", "time-value", "PT18H30M00S", "18:30"),
            value("float", "value", "12", "12,00"),
            value("percentage", "value", "0.25", "25 %"),
            value("date", "date-value", "2027-03-12T09:05:00", "12/03/27 09:05"),
        ),
        row(text("fusion"), '<table:covered-table-cell table:number-columns-repeated="2"/>', text("après"), times=2),
    )
    assert text_of(content).split("\n") == [
        "Titre;Date;Heure",
        *[""] * 3,
        '"Café  des parents',
        'suite";12/03/2027;18:30;12;25 %;12/03/2027 09:05',
        *["fusion;;;après"] * 2,
        "",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (workbook(row(text("x")), mark='<!DOCTYPE x [<!ENTITY a "b">]>'), "ne peut pas être lu"),
        (workbook(row(value("date", "date-value", "hier", "hier"))), "ne peut pas être lu"),
        (workbook("<table:table-row>"), "ne peut pas être lu"),
        (workbook(row(text("x")), row(times=1_000_000), row(text("y"))), "classeur trop grand"),
        (workbook(row(text("x"), times=1_000_000)), "classeur trop grand"),
        (workbook(f"<table:table-row>{BLANKS}{text('x')}</table:table-row>"), "classeur trop grand"),
        (workbook(row(text("x")), media_type="application/vnd.oasis.opendocument.text"), "n'est pas un classeur"),
    ],
)
def test_what_is_damaged_or_too_large_or_no_workbook_is_refused(content: bytes, why: str):
    with pytest.raises(DomainError) as refused:
        text_of(content)
    assert why in refused.value.problems[0].message
