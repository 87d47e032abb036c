"""Tables are what people and their spreadsheets make of them; what cannot be read is named by its row."""

from __future__ import annotations

import io
import zipfile
from contextlib import nullcontext, suppress
from itertools import product

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]

from api.downloads.csv_table import csv_table
from application.tables.decoding import mended, text_of
from application.tables.encodings import EncodingInDoubt
from application.tables.reader import Columns, read_table
from domain.kernel.errors import DomainError

COLUMNS = Columns(
    {"name": ("nom", "intitulé"), "email": ("courriel", "adresse électronique"), "organisation": ("structure",)},
    mandatory=("name",),
    expected="première ligne attendue : nom;courriel.",
    instead={"organisation": "name"},
)
ROWS = [
    ("Intitulé", "ADRESSE  électronique", "Téléphone"),
    ("Le « Café » d’Élise", "é@exemple.fr", "06"),
    ("Œuvre", "", ""),
]
EXPECTED = [(2, {"name": "Le « Café » d’Élise", "email": "é@exemple.fr"}), (3, {"name": "Œuvre"})]


UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
OF_ONE_BYTE = ["cp1252", "iso8859-15", "mac_roman", "cp850", "cp858"]


def writable(text: str, encoding: str) -> str:
    """Return the text with what people write in the place of marks that an encoding has not."""
    instead = {"’": "'", "œ": "oe", "Œ": "OE", "€": "euros"}
    return "".join(instead.get(char, char) if not char.encode(encoding, "ignore") else char for char in text)


def read(text: str, most: int = 100) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(row.cells)) for row in read_table(text, COLUMNS, most).rows]


def refusal(text: str) -> str:
    with pytest.raises(DomainError) as refused:
        read(text)
    return refused.value.problems[0].message


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", [*UNICODE, *OF_ONE_BYTE])
def test_any_delimiter_encoding_quoting_and_line_end_gives_the_same_rows(delimiter, encoding):
    for end, quote in product(("\n", "\r\n", "\r"), ("", '"')):
        lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in ROWS]
        content = writable(end.join(lines) + end, encoding).encode(encoding)
        expected = [(row, {name: writable(cell, encoding) for name, cell in cells.items()}) for row, cells in EXPECTED]
        assert read(text_of(content)) == expected, (end, quote)


#: As they stand in tables of schools, associations and parents.
FRENCH = [
    *("Élise Noël", "Françoise Lefèvre", "Zoé Müller", "Thérèse", "Benoît Lhôte", "Jérôme Crépin", "Anaïs Cœuret"),
    *("LYCÉE AMPÈRE", "COLLÈGE DE L'ÉTANG", "École Jean Jaurès", "À l’Œuvre", "Association « Élan »", "Crèche"),
    *("Maison de quartier n° 3", "Mairie de Besançon", "Cœur de ville", "Participation : 5 €", "Où aller ?", "José"),
    *("Médiathèque Lévi-Strauss", "Saint-Étienne", "être parent", "sûr", "Dîner", "Ève Dupré", "Pâques", "août"),
]


@for_all(
    st.lists(st.sampled_from(FRENCH), min_size=1, max_size=12),
    st.sampled_from([*UNICODE, *OF_ONE_BYTE]),
    st.sampled_from(";,\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_french_is_read_as_it_was_written_or_refused_and_never_garbled(names, encoding, delimiter, end):
    names = [writable(name, encoding).replace(delimiter, " ") for name in names]
    lines = ["nom" + delimiter + "courriel", *(name + delimiter + "a@exemple.fr" for name in names)]
    content = (end.join(lines) + end).encode(encoding)
    # One accent or two may be as good in two encodings.
    few = encoding in OF_ONE_BYTE and sum(not char.isascii() for char in "".join(names)) < 8
    with suppress(EncodingInDoubt) if few else nullcontext():
        assert [cells["name"] for _, cells in read(text_of(content))] == names


def test_what_stays_in_doubt_is_shown_in_both_readings():
    with pytest.raises(EncodingInDoubt) as refused:
        text_of("nom\nFaûl\n".encode("mac_roman"))
    assert refused.value.problems[0].message.startswith("« Fažl » ou « Faûl » ?")
    assert refused.value.problems[0].field == ("csv",)


@pytest.mark.parametrize("title", ["Café œ", "Café des parents œ€", "Œ, café"])
def test_a_lone_ligature_is_read_as_windows_wrote_it(title):
    assert read(text_of(f"nom;courriel\n{title};a\n".encode("cp1252")))[0][1]["name"] == title


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photo.txt", "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "un PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "une image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "une image"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><p>nom</p>", "une page HTML"),
        (_zip(), "une archive ZIP"),
    ],
)
def test_another_file_than_a_table_is_named(content, kind):
    with pytest.raises(DomainError) as refused:
        text_of(content)
    assert refused.value.problems[0].message.startswith(f"ce fichier est {kind}")
    if content.startswith(b"%PDF"):
        assert f"ce fichier est {kind}" in refusal(content.decode("latin-1"))


def test_what_was_read_in_the_wrong_encoding_already_is_put_right():
    text = "nom;courriel\nÉlise Noël;é@exemple.fr\n"
    for encoding in ("cp1252", "mac_roman", "cp850"):
        assert read(text.encode().decode(encoding)) == read(text)
    assert read("nom\nÃ la fois Ã‰lise et é\n") == [(2, {"name": "Ã la fois Ã‰lise et é"})], (
        "both at once is no mistake"
    )


def test_a_workbook_is_read_as_it_is_shown():
    book = Workbook()
    for row in (*ROWS, (), ("=1+1", None), (12.0, 3.5)):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    assert read(text_of(file.getvalue()))[:2] == EXPECTED
    assert read(text_of(file.getvalue()))[-1] == (6, {"name": "12", "email": "3.5"})


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe\x00", b"\x00" * 50, b""]
)
def test_what_is_no_table_is_refused_in_words(content):
    with pytest.raises(DomainError) as refused:
        read(text_of(content))
    assert refused.value.problems[0].field[0] == "csv"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('nom;courriel\nA;a\n"B;b\nC;c\n', "ligne 3 : un guillemet n'est pas refermé"),
        ('nom;courriel\nA;a\n"B;b\nC";c\nD;d\n', "ligne 3 : un guillemet ouvert avale les lignes"),
        ("courriel\na\n", "ligne 1 : colonne « nom » attendue"),
        ("nom;Intitulé\na;b\n", "ligne 1 : une colonne est nommée deux fois : « nom »"),
        ('nom\n"A\nB"\n\nC;de trop\n', "ligne 4 : 1 cellule de trop"),
        ("nom\n" + "A\n" * 101, "100 lignes au plus."),
    ],
)
def test_what_cannot_be_read_is_named_by_the_row_that_a_spreadsheet_shows(text, words):
    assert words in refusal(text)


def test_columns_that_are_not_kept_are_told_and_one_may_stand_for_another():
    assert read_table("Téléphone;nom;Âge\n;A;3\n", COLUMNS, 9).ignored == ["Téléphone", "Âge"]
    assert read("structure\nA\n") == [(2, {"name": "A"})]
    assert read_table("structure;nom\nA;B\n", COLUMNS, 9).ignored == ["structure"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_table_may_stand_below_a_title_and_free_rows(delimiter):
    above = ["", f"Contacts du centre, 2026 ; à jour{delimiter}{delimiter}", f"{delimiter}{delimiter}"]
    text = "\n".join([*above, *(delimiter.join(row) for row in ROWS)])
    assert read(text) == [(number + 3, cells) for number, cells in EXPECTED]
    assert refusal("\n".join([*above, "a;b"])).startswith("ligne 1 : colonne « nom » attendue")


def test_the_line_that_names_the_delimiter_is_no_row():
    assert read("sep=,\nnom,courriel\nA,a\n") == [(2, {"name": "A", "email": "a"})]


@pytest.mark.parametrize("text", ["Les parents de l’école", "LE CAFÉ…", "« THÉ »", "Â¡"])
def test_what_is_right_stays_though_it_could_be_read_otherwise(text):
    assert text_of(f"nom\n{text}\n".encode()) == f"nom\n{text}\n"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("CafÃ©", "Café"),
        ("NÂ°5", "N°5"),
        ("10 â‚¬", "10 €"),
        ("l‚Äô√©cole", "l’école"),
        ("Caf├®", "Café"),
        ("voilÃ\xa0", "voilà"),
    ],
)
def test_what_was_read_as_another_encoding_is_put_right(text, meant):
    assert text_of(f"nom\n{text}\n".encode()) == f"nom\n{meant}\n"


#: But for an apostrophe before a sign, which is how the sign itself is written.
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
    .map(str.strip)
    .filter(lambda text: not text.startswith("'") and not any(map(str.isspace, text[:1])))
)


@for_all(
    st.lists(st.tuples(TEXTS | st.sampled_from(["02691", "=1+1", "3-4", "+33 6", "a;b", 'a"b']), TEXTS), max_size=5)
)
def test_a_table_that_is_exported_is_read_again_as_it_was(rows):
    file = b"".join(csv_table(["Nom", "Courriel"], rows))
    # What looks like UTF-8 that was mistaken is put right.
    assume(mended(text := file.decode("utf-8-sig")) == text)
    held = [{name: cell for name, cell in zip(("name", "email"), row, strict=True) if cell} for row in rows]
    assert [cells for _, cells in read(text_of(file))] == [cells for cells in held if cells]


def test_importers_see_no_mark_that_was_pasted_with_a_text():
    (row,) = read_table("nom;courriel\nCa\u00adfé\u200b;\u202a\u202c\n", COLUMNS, 10).rows
    assert row.seen == {"name": "Café"}


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("Caf? des parents", "Caf?"),
        ("?cole Jaurès", "?cole"),
        ("Lire à l'?cole", "l'?cole"),
        ("Les c?urs", "c?urs"),
        ("Et alors ?", None),
        ("Et alors? Venez", None),
        ("Comment lire? avec eux", None),
        ("https://exemple.fr/page?id=3", None),
    ],
)
def test_a_mark_in_the_place_of_a_letter_is_warned_of_and_read(cell, word):
    table = read_table(f"nom;courriel\n{cell};a\n", COLUMNS, 9)
    assert table.rows[0].cells["name"] == cell
    assert [warning.split(" : ")[:2] for warning in table.warnings] == (
        [["ligne 2, nom", f"« {word} »"]] if word else []
    )
