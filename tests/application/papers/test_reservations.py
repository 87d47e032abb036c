"""What a dossier was certified in spite of, and rates that differ by day, stand on its paper."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from application.papers.dossier import DossierDocument, dossier_pdf
from application.papers.dossier_reservations import Reservations, reservations_of
from domain.service_dossiers.warnings import LABELS, WarningCode
from tests.support.papers.pdf_text import text
from tests.support.papers.printed_dossiers import CONVENTION, dossier, line

TITLES = {"a1": "Café du soir", "a2": "Café du matin"}
CERTIFIED: dict[str, Any] = {
    "overrun_reason": "Deux cafés de plus, à la demande du collège",
    "missing_sheets": ["a1"],
    "missing_pieces": ["Relevé d'identité bancaire"],
    "missing_reason": "Perdue lors de l'inondation",
    "warnings": [
        {"code": "SAME_TIME_AND_PLACE", "animation_id": "a1", "other_id": "a2"},
        {"code": "NOBODY_CAME", "animation_id": "a2", "other_id": None},
        {"code": "SAME_SHEET", "animation_id": "a1", "other_id": "elsewhere"},
    ],
    "warnings_reason": "Deux groupes dans deux salles",
}


def words(document: DossierDocument) -> str:
    return text(dossier_pdf(document)).replace("\u00a0", " ")


def test_what_is_missing_what_is_unusual_and_the_answers_are_printed():
    shown = words(dossier(reservations=reservations_of(CERTIFIED, TITLES)))
    for part in (
        "Réserves du coordonnateur",
        "Plus d'animations que prévu à la convention MOTIF : Deux cafés de plus, à la demande du collège",
        "Certifié sans ces preuves",
        "liste d'émargement signée : « Café du soir »",
        "Relevé d'identité bancaire",
        "MOTIF : Perdue lors de l'inondation",
        "« Café du soir » : à la même heure et au même endroit qu'une autre animation (« Café du matin »)",
        "« Café du matin » : personne n'est venu",
        "même liste d'émargement qu'une autre animation (elsewhere)",
        "MOTIF : Deux groupes dans deux salles",
    ):
        assert part in shown, part


def test_a_dossier_without_reservations_has_no_such_section():
    assert "Réserves" not in words(dossier())
    assert reservations_of({}, TITLES).content() == []


def test_an_erased_answer_leaves_its_causes():
    shown = words(dossier(reservations=Reservations(missing=("Facture",), missing_reason="[texte effacé]")))
    assert "Facture MOTIF : [texte effacé]" in shown


def test_every_warning_can_be_printed():
    warnings = [{"code": code.value, "animation_id": "a1", "other_id": None} for code in WarningCode]
    printed = reservations_of({"warnings": warnings}, TITLES).warnings
    assert printed == tuple(f"« Café du soir » : {LABELS[code]}" for code in WarningCode)


def test_rates_that_differ_are_printed_with_each_animation():
    convention = replace(CONVENTION, rates_differ=True, rate=None)
    lines = (line(1, rate=Decimal("150.00")), line(2, rate=Decimal("80.50")))
    shown = words(replace(dossier(convention=convention, amount=Decimal("230.50")), lines=lines))
    for part in ("TARIF D'UNE ANIMATION selon le jour", "150,00 €", "80,50 €", "230,50 €"):
        assert part in shown, part
    assert "selon le jour" not in words(dossier())
