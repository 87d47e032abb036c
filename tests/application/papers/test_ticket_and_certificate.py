"""The ticket of a registration, and the certificate of volunteering: what is on them, and where their codes lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from application.papers.certificate import Certificate, certificate_pdf
from application.papers.ticket import Ticket, ticket_pdf, tickets_pdf
from tests.support.papers.pdf_text import page_texts, picture, qr_texts, text

PARIS = ZoneInfo("Europe/Paris")
TICKET = Ticket(
    title="Café des parents",
    kind="Café des parents",
    starts_at=datetime(2027, 3, 1, 18, 0, tzinfo=PARIS),
    ends_at=datetime(2027, 3, 1, 20, 30, tzinfo=PARIS),
    venue="École Jean Jaurès",
    address="1 rue de l'École, 34000 Montpellier",
    structure="Centre social Les Tilleuls",
    contact="01 02 03 04 05 – du lundi au vendredi",
    name="Moussa Inventé",
    children=2,
    seated=True,
    code="K7QF-2M4X",
    site="https://parentalite.example.org/inscription",
    url="https://parentalite.example.org/inscriptions/" + "A" * 64,
    made_on=date(2027, 2, 1),
)
CERTIFICATE = Certificate(
    number="PR-2027-3C8EAC01",
    issued_on=date(2027, 6, 1),
    name="Léa Inventée",
    school="l'école 0180766K",
    territory="Cher",
    coordinator="Coordination 18",
    since=date(2026, 11, 2),
    check_url="https://parentalite.example.org/certificates/PR-2027-3C8EAC01",
    trainings=((date(2027, 1, 12), "Accueillir"),),
)


def test_a_ticket_says_what_where_when_for_whom_and_how_to_give_the_seat_up():
    pdf = ticket_pdf(TICKET)
    words = text(pdf)
    for part in (
        "Café des parents",
        "lundi 1er mars 2027 de 18 h à 20 h 30",
        "École Jean Jaurès 1 rue de l'École, 34000 Montpellier",
        "Moussa Inventé avec 2 enfants",
        "Centre social Les Tilleuls 01 02 03 04 05 – du lundi au vendredi",
        "K7QF-2M4X",
        "parentalite.example.org/inscription",
    ):
        assert part in words
    assert "PLACE RÉSERVÉE" in words.upper()
    assert qr_texts(picture(pdf)) == [TICKET.url]
    assert len(page_texts(pdf)) == 1
    assert b"pdfuaid:part" in pdf, "it is read aloud as well"
    assert "Place d" not in words


def test_a_ticket_of_who_waits_says_so_and_without_name_or_contact_has_no_blank():
    bare = replace(TICKET, seated=False, name=None, contact=None, address=None, children=0)
    words = text(ticket_pdf(bare))
    assert "LISTE D'ATTENTE" in words.upper()
    assert "None" not in words


def test_tickets_of_several_people_are_a_page_each_and_nobody_goes_without_one_for_a_writing():
    pages = page_texts(tickets_pdf([TICKET, replace(TICKET, name="𒀀", title="𒀁", code="AAAA-BBBB")]))
    assert [part in page for page, part in zip(pages, ("K7QF-2M4X", "AAAA-BBBB"), strict=True)] == [True, True]
    for part in ("(nom à écrire à la main)", "(titre à écrire à la main)", "École Jean Jaurès"):
        assert part in pages[1]


def test_nobody_is_refused_a_certificate_for_the_writing_of_a_name():
    unwritten = replace(CERTIFICATE, name="𒀀 𒀁", school="l'école 𒀂 𒀀", trainings=((date(2027, 1, 12), "Lire 𒀀"),))
    words = text(certificate_pdf(unwritten))
    for part in (
        "(nom à écrire à la main)",
        "auprès de l'école (à écrire à la main), dans",
        "Lire (à écrire à la main)",
    ):
        assert part in words
    assert qr_texts(picture(certificate_pdf(unwritten))) == [CERTIFICATE.check_url]


def test_a_certificate_names_school_and_coordinator_and_says_where_its_number_is_checked():
    pdf = certificate_pdf(CERTIFICATE)
    words = text(pdf)
    for part in (
        "Léa Inventée",
        "auprès de l'école 0180766K",
        "où Coordination 18 coordonne l’action",
        "PR-2027-3C8EAC01",
        "Accueillir (12/01/2027)",
    ):
        assert part in words
    assert "Place d" not in words
    assert b"pdfuaid:part" in pdf
    assert qr_texts(picture(pdf)) == [CERTIFICATE.check_url]
    assert "coordonne l’action" not in text(certificate_pdf(replace(CERTIFICATE, coordinator=None)))
