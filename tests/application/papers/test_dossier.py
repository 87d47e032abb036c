"""The dossier on paper: everything that a payer asks for is on it, in text that can be selected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.papers.dossier import DossierDocument, dossier_pdf
from application.papers.typesetting import MANDATORY_SENTENCE
from tests.support.papers.pdf_text import DARK_BLUE, page_texts, picture, share, text
from tests.support.papers.printed_dossiers import CHECKPOINT, CONVENTION, dossier, line


def words(document: DossierDocument) -> str:
    return text(dossier_pdf(document)).replace("\u00a0", " ")


def test_the_dossier_says_who_is_paid_what_and_why():
    paid = dossier(status="PAID", paid_on=date(2027, 2, 1), payment_reference="VIR-2027-0042")
    printed = words(paid)
    for part in (
        "Dossier de service fait",
        "Centre social Les Tilleuls Payé",
        "210 200 010 00010",
        "du 01/09/2026 au 31/12/2026",
        "Hérault",
        "Coordination 34",
        "signée le 25/08/2026, valable du 01/09/2026 au 31/08/2027",
        "1 350,00 €",
        "150,00 €",
        "01/02/2027",
        "VIR-2027-0042",
        "Présents en tout 81 36",
        paid.reference,
        CONVENTION.reference,
    ):
        assert part in printed, part


def test_each_animation_stands_with_its_attendance_and_the_digest_of_its_sheet():
    lines = (
        line(1, title="Atelier « œuvre » #1", parents=7, children=0, corrections=2),
        line(2, title="Sans rien", attested_at=None, sheets=()),
    )
    shown = words(replace(dossier(), lines=lines))
    assert "Atelier « œuvre » #1 École Jean Jaurès, Montpellier " + f"{1:064x}" in shown
    assert "13/10/2026 18:00 2" in shown
    assert "Aucune liste d'émargement signée" in shown
    assert "non attestée" in shown


def test_a_dossier_is_laid_out_whatever_is_written_in_it():
    lines = (line(1, title="Atelier 𒀀 𒀁 pour tous"), line(2, title="Компьютер"))
    shown = words(replace(dossier(status="PAID"), structure="𒀂", lines=lines))
    for part in ("(à écrire à la main) Payé", "Atelier (à écrire à la main) pour tous École", "Компьютер"):
        assert part in shown, part


def test_one_scan_that_stands_for_several_animations_is_told():
    same = [line(number, sheets=("a" * 64,)) for number in (1, 2)]
    shown = words(replace(dossier(), lines=(same[0], line(3), same[1])))
    assert "La même liste d'émargement signée est jointe aux animations 1, 3." in shown
    assert "La même liste" not in words(dossier())


def test_required_pieces_and_what_is_missing_of_them_are_shown():
    shown = words(dossier(pieces=("Liste d'émargement signée", "Bilan")))
    assert "Liste d'émargement signée : présente" in shown
    assert "Relevé d'identité bancaire : manquante" in shown
    assert "Bilan : présente" in shown


def test_the_sheets_of_all_animations_are_the_piece_of_that_name_on_paper_too():
    shown = words(dossier(pieces=()))
    assert "Liste d'émargement signée : celles des animations" in shown
    assert "Relevé d'identité bancaire : manquante" in shown
    incomplete = replace(dossier(pieces=()), lines=(line(1), line(2, sheets=())))
    assert "Liste d'émargement signée : manquante" in words(incomplete)


def test_a_correction_after_certification_shows_both_figures_and_whether_it_was_accepted():
    shown = words(dossier())
    for part in ("9 parents, 4 enfants", "8 parents, 4 enfants", "Un parent compté deux fois", "pas encore acceptée"):
        assert part in shown
    accepted = replace(dossier().amendments[0], accepted_by="Coordination 34")
    assert "pas encore acceptée" not in words(dossier(amendments=(accepted,)))


def test_history_and_the_signed_checkpoint_are_on_it():
    shown = words(dossier())
    assert "05/10/2026 18:00 Les Tilleuls structure Présence attestée : 9 parents" in shown
    for part in CHECKPOINT.split():
        assert part in shown


@pytest.mark.parametrize(
    ("status", "shown", "label"),
    [
        ("OPEN", "Ouvert", "sous réserve de certification"),
        ("SUBMITTED", "Soumis au coordonnateur", "sous réserve de certification"),
        ("RETURNED", "Renvoyé à la structure", "sous réserve de certification"),
        ("CERTIFIED", "Service fait certifié", "montant certifié"),
        ("PAID", "Payé", "montant certifié"),
    ],
)
def test_only_a_certified_sum_is_called_so(status: str, shown: str, label: str):
    printed = words(dossier(status=status))
    assert shown in printed
    assert label in printed.lower()
    assert ("montant certifié" in printed.lower()) is (status in ("CERTIFIED", "PAID"))


def test_what_the_convention_does_not_say_is_said_to_be_missing():
    shown = words(dossier(convention=replace(CONVENTION, rate=None, planned=None), amount=Decimal(0)))
    assert shown.count("non précisé") == 2
    assert "0,00 €" in shown


def test_a_dossier_with_nothing_in_it_is_a_page():
    empty = dossier(lines=0, amendments=(), timeline=(), pieces=(), checkpoint=None)
    empty = replace(empty, convention=replace(CONVENTION, required_pieces=()))
    (page,) = page_texts(dossier_pdf(empty))
    for absent in ("Historique", "Pièces justificatives", "Corrections après", "Point de contrôle"):
        assert absent not in page


def test_a_long_dossier_is_numbered_and_every_page_tells_what_it_belongs_to():
    pages = page_texts(dossier_pdf(dossier(lines=120)))
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"p. {number}/{len(pages)}" in page
        assert MANDATORY_SENTENCE in page
        assert dossier().reference in page
        assert "Centre social Les Tilleuls" in page


def test_an_amount_is_never_rounded_in_silence():
    with pytest.raises(ValueError, match="parts of a cent"):
        dossier_pdf(dossier(amount=Decimal("10.005")))


def test_the_same_dossier_is_the_same_bytes():
    assert dossier_pdf(dossier()) == dossier_pdf(dossier())
    assert dossier_pdf(dossier()) != dossier_pdf(dossier(amount=Decimal("1350.01")))


def test_the_page_as_it_is_seen_has_the_charters_blue():
    assert share(picture(dossier_pdf(dossier())), DARK_BLUE) > 0.02


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120)


@settings(max_examples=30, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_any_text_makes_a_dossier(any_text: str, other: str):
    entry = replace(dossier().timeline[0], actor=any_text, role=other, what=any_text)
    amendment = replace(dossier().amendments[0], title=any_text, reason=other, accepted_by=any_text)
    document = dossier(
        structure=any_text,
        coordonnateur=other,
        lines=0,
        pieces=(any_text,),
        timeline=(entry,),
        amendments=(amendment,),
        payment_reference=other,
        checkpoint=any_text,
    )
    assert dossier_pdf(replace(document, lines=(line(0, title=any_text, venue=other),)))
