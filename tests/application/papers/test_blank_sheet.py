"""The empty attendance sheet: what is on it, that it fits, that its QR code leads to the animation."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from application.papers.blank_sheet import MOST_EMPTY_SEATS, BlankSheet, blank_sheet
from application.papers.logos import Logo, Logos
from application.papers.typesetting import MANDATORY_SENTENCE
from application.papers.writable import is_readable
from tests.support.papers.pdf_text import DARK_BLUE, LIGHT_BLUE, page_texts, picture, qr_texts, share, text

PARIS = ZoneInfo("Europe/Paris")
URL = "https://parentalite.example.org/animations/3c8eac01-44e4-56e0-8573-15472246c570"
SHEET = BlankSheet(
    title="Café des parents : l'œuvre d'été, où ça mène ?",
    kind="Café des parents",
    starts_at=datetime(2027, 3, 1, 18, 0, tzinfo=PARIS),
    ends_at=datetime(2027, 3, 1, 20, 30, tzinfo=PARIS),
    venue="École Jean Jaurès",
    address="1 rue de l'École, 34000 Montpellier",
    structure="Centre social Les Tilleuls",
    structure_siret="21020001000010",
    territory="Hérault",
    seats=20,
    url=URL,
    made_on=date(2027, 2, 1),
    themes=("ENT - Pronote", "Temps d'écran"),
    convention="signée le 01/09/2026 avec Coordination 34",
)


def test_the_sheet_says_what_where_when_and_by_whom_in_selectable_text():
    words = text(blank_sheet(SHEET))
    for part in (
        "Liste d'émargement",
        SHEET.title,
        "lundi 1er mars 2027 de 18 h à 20 h 30",
        "École Jean Jaurès 1 rue de l'École, 34000 Montpellier",
        "Centre social Les Tilleuls SIRET 210 200 010 00010",
        "Territoire numérique éducatif : Hérault",
        "N° Nom et prénom Parent Signature 1 2 3",
        "Café des parents – ENT - Pronote – Temps d'écran",
        "Convention signée le 01/09/2026 avec Coordination 34",
        "Voir l’animation, s’y inscrire :",
        "Vous pouvez y accéder, les faire rectifier ou vous y opposer auprès de la structure",
        MANDATORY_SENTENCE,
    ):
        assert part in words
    assert "Place d" not in words, "nothing keeps the place of a logo that is not there"


def test_only_where_children_take_part_have_they_a_column_and_a_number():
    assert "nfant" not in text(blank_sheet(SHEET))
    words = text(blank_sheet(replace(SHEET, kind="Atelier parents-enfants", children=True)))
    assert "N° Nom et prénom Parent Enfant Signature 1 2 3" in words
    assert "Parents présents" in words
    assert "Enfants présents" in words


@pytest.mark.parametrize(("seats", "rows"), [(1, 6), (3, 8), (12, 17), (20, 25)])
def test_the_rows_of_twenty_seats_and_five_who_just_come_fit_on_one_page(seats: int, rows: int):
    (page,) = page_texts(blank_sheet(replace(SHEET, seats=seats)))
    assert f" {rows} Parents présents" in page
    assert "p. 1/1" in page


def test_the_rows_of_twenty_seats_fit_on_one_page_whatever_the_length_of_what_is_said_above():
    longest = replace(
        SHEET,
        title=("Atelier des grands-parents " * 10)[:200],
        venue=("Médiathèque départementale " * 10)[:200],
        address=("12 avenue de la République, " * 20)[:300],
        structure=("Association de parents " * 10)[:200],
        ends_at=datetime(2027, 3, 2, 1, 0, tzinfo=PARIS),
    )
    assert len(page_texts(blank_sheet(longest))) == 1


def test_more_rows_go_over_to_pages_that_tell_what_they_belong_to():
    pages = page_texts(blank_sheet(replace(SHEET, seats=64)))
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert f"p. {number}/{len(pages)}" in page
        assert SHEET.title in page
        assert "Nom et prénom" in page
        assert MANDATORY_SENTENCE in page
    assert " 69 Parents présents" in pages[-1]


def test_an_animation_of_a_thousand_seats_has_a_sheet_that_can_still_be_printed():
    pages = page_texts(blank_sheet(replace(SHEET, seats=1_000)))
    assert f" {MOST_EMPTY_SEATS + 5} Parents présents" in pages[-1]


def test_a_night_says_both_its_days():
    night = replace(SHEET, ends_at=datetime(2027, 3, 2, 1, 5, tzinfo=PARIS))
    assert "du lundi 1er mars 2027, 18 h au mardi 2 mars 2027, 1 h 05" in text(blank_sheet(night))


def test_without_an_address_the_place_is_its_name():
    words = text(blank_sheet(replace(SHEET, address=None)))
    assert "École Jean Jaurès Structure" in words or "École Jean Jaurès STRUCTURE" in words
    assert "None" not in words


def test_the_page_as_it_is_seen_has_the_charters_colours_and_a_code_that_leads_to_the_animation():
    image = picture(blank_sheet(SHEET))
    assert (image.width, image.height) == (1191, 1684)
    assert share(image, DARK_BLUE) > 0.05
    assert share(image, LIGHT_BLUE) > 0.0003
    assert share(image, (255, 255, 255)) > 0.4
    assert qr_texts(image) == [URL]


def test_the_same_sheet_is_the_same_bytes_in_every_thread_and_process():
    expected = blank_sheet(SHEET)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: blank_sheet(SHEET), range(12))) == {expected}
    code = (
        "from tests.application.papers.test_blank_sheet import SHEET, blank_sheet, sha256;"
        "print(sha256(blank_sheet(SHEET)).hexdigest())"
    )
    root = Path(__file__).parents[3]
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert other.stdout.strip() == sha256(expected).hexdigest()


def test_sheets_made_at_once_are_not_mixed_up():
    def title_is_its_own(number: int) -> bool:
        return f"Atelier {number} :" in text(blank_sheet(replace(SHEET, title=f"Atelier {number} : essai")))

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(title_is_its_own, range(30)))


@pytest.mark.parametrize(
    "title",
    [
        '#let x = 1 #panic("!")',
        "$ x^2 $ *gras* _penché_ `code`",
        '"guillemets" \\ \\u{41} \\"',
        "= Titre\n- liste\n+ liste",
        "<étiquette> @référence // commentaire /* autre */",
        "#image(\"/etc/passwd\") #read('charter.typ')",
        "Œuvre, cœur, naïve, « 100 % », €",
        "https://example.org",
    ],
)
def test_a_title_is_printed_as_it_was_written(title: str):
    # A break within the title may fall anywhere: what counts is the characters.
    assert "".join(title.split()) in "".join(text(blank_sheet(replace(SHEET, title=title))).split())


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
def test_any_title_makes_a_sheet(title: str):
    words = text(blank_sheet(replace(SHEET, title=title, venue=title, structure=title)))
    assert is_readable(title) or "(à écrire à la main)" in words


#: A font with every letter but these takes the place of whatever the machine has.
@pytest.mark.parametrize(
    "name", ["இளவரசி", "ខ្មែរ", "አማርኛ", "বাংলা", "한국어", "王秀英", "محمد", "Владимир", "🎉", "\u200b"]
)
def test_a_name_that_no_font_can_write_is_to_be_written_by_hand_and_no_row_is_blank(name: str, monkeypatch):
    monkeypatch.setattr("application.papers.writable._written", lambda: frozenset(map(ord, "ảâô")))
    words = text(blank_sheet(replace(SHEET, registrants=("Ngô Bảo Châu", f"{name}"))))
    assert "1 Ngô Bảo Châu 2 à écrire à la main : n° 2 des inscrits 3" in words


@pytest.mark.parametrize(
    "name",
    [
        *("Ngô Bảo Châu", "Ţepeş", "Владимир", "Ελένη", "e\u0301lodie", "Fête 🎉"),
        *("இளவரசி", "ខ្មែរ", "አማርኛ", "বাংলা", "محمد", "ქეთევან", "सीता", "สมหญิง"),
    ],
)
def test_names_that_the_fonts_at_hand_can_write_are_written(name: str):
    assert "à écrire" not in text(blank_sheet(replace(SHEET, registrants=(name,))))


def test_everybody_who_registered_has_a_row_however_many_and_rows_for_who_just_comes_follow():
    names = tuple(f"Inventé Prénom{number}" for number in range(1, 231))
    pages = page_texts(blank_sheet(replace(SHEET, seats=230, registrants=names)))
    whole = " ".join(pages)
    assert all(f"{number} {name} " in whole for number, name in enumerate(names, 1))
    assert " 233 234 235 Parents présents" in pages[-1]
    assert all("N° Nom et prénom Parent Signature" in page for page in pages)


def test_a_long_name_stays_within_its_cell():
    names = ("Wolfeschlegelsteinhausenbergerdorff" * 2, "x" * 80 + " " + "y" * 80, "De La Fontaine " * 10)
    image = picture(blank_sheet(replace(SHEET, registrants=names, children=True)))
    # Left of the boxes of the next column, below the heading: lines between rows, and no letter.
    width, height = image.size
    strip = image.crop((round(0.498 * width), round(0.295 * height), round(0.52 * width), round(0.6 * height)))
    assert min(strip.convert("L").tobytes()) > 100


def test_logos_stand_in_the_places_that_are_kept_for_them(tmp_path: Path):
    svg = tmp_path / "logo.svg"
    drawn = '<rect width="40" height="20" fill="#F5694B"/>'
    svg.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">{drawn}</svg>')
    png = tmp_path / "partner.png"
    Image.new("RGB", (80, 40), (0, 173, 125)).save(png)
    pdf = blank_sheet(SHEET, Logos(Logo.read(svg), (Logo.read(png), Logo.read(svg))))
    assert "Place d" not in text(pdf)
    image = picture(pdf)
    assert share(image, (245, 105, 75)) > 0.005
    assert share(image, (0, 173, 125)) > 0.001


def test_what_is_no_logo_is_refused(tmp_path: Path):
    for name, content in (("logo.txt", b"x"), ("logo.svg", b""), ("logo.png", bytes(600_000))):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ValueError, match="needed"):
            Logo.read(path)
