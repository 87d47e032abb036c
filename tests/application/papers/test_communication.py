"""Posters, flyers, the last slide and plannings: what is on them, at any length, and where their codes lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from application.papers.communication.announcement import Announcement
from application.papers.communication.planning import PlannedAnimation, Planning, planning_pdf
from application.papers.communication.posters import PosterFormat, flyers_pdf, poster_pdf, slide_pdf
from application.papers.logos import NO_LOGOS, Logo, Logos
from application.papers.typesetting import MANDATORY_SENTENCE
from tests.support.papers.pdf_text import page_texts, picture, qr_texts, share, text

PARIS = ZoneInfo("Europe/Paris")
GREEN = (0x00, 0xAD, 0x7D)
SQUARE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#00AD7D"/></svg>'
LOGOS = Logos(partners=(Logo(SQUARE, "svg", "Centre social Les Tilleuls"),))
QUESTIONNAIRE = "https://parentalite.example.org/questionnaire/" + "A" * 43
WORDS = "Accompagner son enfant avec l'ENT : "
ANNOUNCEMENT = Announcement(
    title="Café des parents",
    kind="Atelier parents-enfants",
    themes=("ENT - Pronote", "Temps d'écran"),
    audience="Parents",
    starts_at=datetime(2027, 3, 1, 18, 0, tzinfo=PARIS),
    ends_at=datetime(2027, 3, 1, 20, 30, tzinfo=PARIS),
    venue="École Jean Jaurès",
    address="1 rue de l'École, 34000 Montpellier",
    structure="Centre social Les Tilleuls",
    territory="Hérault",
    seats=12,
    url="https://parentalite.example.org/animations/7f7c2c8e-0000-4000-8000-000000000000",
    made_on=date(2027, 2, 1),
    summary="Venez avec votre téléphone. " * 11,
    contact=("01 02 03 04 05", "contact@centre-social-des-tilleuls.example.org", "du lundi au vendredi, 9 h à 17 h"),
    accessibility=("Boucle magnétique",),
    languages=("arabe",),
)
PLANNED = PlannedAnimation(
    day=date(2027, 3, 1),
    hours="de 18 h à 20 h 30",
    title="Café des parents",
    kind="Café des parents",
    themes=("ENT - Pronote",),
    place="École Jean Jaurès, 1 rue de l'École",
    audience="Parents",
    seats="5 sur 12",
    contact="01 02 03 04 05",
    structure="Centre social Les Tilleuls",
)
#: Cuneiform.
NO_FONT = "𒀀𒀁"
Lay = Callable[[Announcement, Logos], bytes]
PAPERS: dict[str, Lay] = {
    "A3": lambda announcement, logos: poster_pdf(announcement, PosterFormat.A3, logos),
    "A4": lambda announcement, logos: poster_pdf(announcement, PosterFormat.A4, logos),
    "flyers": flyers_pdf,
    "slide": lambda announcement, logos: slide_pdf(announcement, QUESTIONNAIRE, logos),
}


@pytest.mark.parametrize("length", [20, 100, 1000])
@pytest.mark.parametrize("paper", PAPERS)
def test_a_title_of_any_length_stays_on_the_page_with_all_the_rest(paper: str, length: int):
    announcement = replace(ANNOUNCEMENT, title=(WORDS * 30)[:length].strip())
    pdf = PAPERS[paper](announcement, LOGOS)
    (words,) = page_texts(pdf)
    copies = 4 if paper == "flyers" else 1
    parts = (announcement.title, MANDATORY_SENTENCE, "Lundi 1er mars 2027", "de 18 h à 20 h 30", announcement.venue)
    plain = _plain(words)
    assert {part: plain.count(_plain(part)) for part in parts} == dict.fromkeys(parts, copies)
    image = picture(pdf)
    assert set(qr_texts(image)) == {QUESTIONNAIRE if paper == "slide" else ANNOUNCEMENT.url}
    assert share(image, GREEN) > 0.002
    assert _margin_is_white(image)
    assert b"<pdfuaid:part>1<" in pdf
    assert b"<pdfaid:conformance>A<" in pdf


def test_a_poster_says_whom_to_call_and_what_is_offered_and_a_draft_says_that_it_is_none_to_put_up():
    words = text(poster_pdf(ANNOUNCEMENT, PosterFormat.A4)).replace("\u200b", "")
    for part in (
        *("Atelier parents-enfants", "ENT - Pronote · Temps d'écran", "1 rue de l'École, 34000 Montpellier", "arabe"),
        *(
            "01 02 03 04 05",
            "Boucle magnétique",
            "Centre social Les Tilleuls",
            "Territoire numérique éducatif : Hérault",
        ),
    ):
        assert part in words
    assert "contact@centre-social-des-tilleuls.example.org" in _plain(words)
    assert "PROJET" not in words
    assert "PROJET" in text(poster_pdf(replace(ANNOUNCEMENT, draft=True), PosterFormat.A4))


@pytest.mark.parametrize("paper", PAPERS)
def test_without_logos_nothing_keeps_their_place(paper: str):
    pdf = PAPERS[paper](replace(ANNOUNCEMENT, contact=(), address=None, summary="", accessibility=()), NO_LOGOS)
    words = text(pdf)
    assert "Place d" not in words
    assert "None" not in words
    assert share(picture(pdf), GREEN) == 0


def test_words_without_a_blank_are_broken_before_they_leave_their_column():
    announcement = replace(ANNOUNCEMENT, title="A" * 300, venue="B" * 150, contact=("c" * 120 + "@exemple.fr",))
    image = picture(poster_pdf(announcement, PosterFormat.A4))
    assert _margin_is_white(image)
    assert qr_texts(image) == [ANNOUNCEMENT.url]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_title_that_no_font_can_write_has_a_place_to_be_written_by_hand_and_all_the_rest_is_there(paper: str):
    pdf = PAPERS[paper](replace(ANNOUNCEMENT, title=f"Café {NO_FONT}", summary=NO_FONT, address=NO_FONT), LOGOS)
    words = text(pdf)
    assert words.count("Titre à écrire à la main") == (4 if paper == "flyers" else 1)
    assert "(adresse à écrire à la main)" in words or paper == "slide"
    assert ANNOUNCEMENT.venue in words
    assert b"<pdfuaid:part>1<" in pdf, "nothing is left blank"


@pytest.mark.parametrize(
    "title", ["家长与数字", "親子咖啡", "디지털 부모", "保護者とデジタル", "தமிழ் — العربية — 中文 😀"]
)
def test_titles_of_many_scripts_are_written_whatever_fonts_the_machine_has(title: str):
    planning = Planning("Hérault", None, [replace(PLANNED, title=title)], 0, ANNOUNCEMENT.url, date(2027, 2, 1))
    for pdf in (poster_pdf(replace(ANNOUNCEMENT, title=title), PosterFormat.A4), planning_pdf(planning)):
        assert "à la main" not in text(pdf)
        assert b"<pdfuaid:part>1<" in pdf, "no letter lacks its shape"


def test_one_title_that_no_font_can_write_leaves_the_others_of_a_planning_as_they_are():
    unwritten = replace(PLANNED, title=NO_FONT, place=NO_FONT, structure=NO_FONT, contact=NO_FONT)
    words = text(planning_pdf(Planning(NO_FONT, NO_FONT, [unwritten, PLANNED], 0, ANNOUNCEMENT.url, date(2027, 2, 1))))
    for part in ("(titre à écrire à la main)", "(lieu à écrire à la main)", "Café des parents", "01 02 03 04 05"):
        assert part in words


def test_a_planning_says_of_each_animation_what_its_letter_says():
    url = "https://parentalite.example.org/animations?territory=34"
    planning = Planning(
        "Hérault", None, [PLANNED, replace(PLANNED, day=date(2027, 3, 2))] * 12, 3, url, date(2027, 2, 1)
    )
    pdf = planning_pdf(planning, LOGOS)
    first, *others = page_texts(pdf)
    for part in (
        *("Planning des animations – Hérault", "Lundi 1er mars 2027", "de 18 h à 20 h 30", "École Jean Jaurès"),
        *("Café des parents : ENT - Pronote", "Parents", "5 sur 12", "01 02 03 04 05", "Centre social Les Tilleuls"),
        MANDATORY_SENTENCE,
    ):
        assert part in first
    assert MANDATORY_SENTENCE in others[0]
    assert f"3 autres animations suivent : {url}" in others[-1]
    assert qr_texts(picture(pdf)) == [url]
    assert b"<pdfuaid:part>1<" in pdf
    assert "Aucune animation" in text(planning_pdf(replace(planning, animations=(), left_out=0)))


def _plain(words: str) -> str:
    """Without blanks: how a line ends is not what matters here."""
    return "".join(words.replace("\u200b", "").split()).replace("’", "'")


def _margin_is_white(image: Image.Image) -> bool:
    width, height = image.size
    edge = width // 50
    strips = ((0, 0, edge, height), (width - edge, 0, width, height), (0, height - edge, width, height))
    pixels = {pixel for strip in strips for _, pixel in image.crop(strip).getcolors(width * height) or ()}
    # But for the dots that flyers are cut along.
    return not any(isinstance(pixel, tuple) and (min(pixel) < 90 or pixel == GREEN) for pixel in pixels)
