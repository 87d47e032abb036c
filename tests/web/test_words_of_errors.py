"""What is wrong with a form is said in the words of its page: its labels, French days and hours."""

from __future__ import annotations

import pytest

from domain.kernel.field_labels import label_of
from web.core.forms import Field, Form

A_DAY = "Ce champ : une date est attendue, par exemple 15/01/2027."
ON = Field("on", "Pourquoi voulez-vous aider ?")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Motivation : champ obligatoire.", "Pourquoi voulez-vous aider : champ obligatoire."),
        ("Réponses (1) : 500 caractères au plus.", "Pourquoi voulez-vous aider : 500 caractères au plus."),
        (f"{label_of(('period_from',))} : date attendue : ici.", "Pourquoi voulez-vous aider : date attendue : ici."),
        *((whole, whole) for whole in ("SIRET invalide : 14 chiffres attendus.", "Cette série : trop longue.")),
        *((whole, whole) for whole in ("L'établissement X est un lycée : second degré attendu.", "Rien de tel.")),
    ],
)
def test_an_error_of_the_api_names_its_field_as_the_page_labels_it(message: str, shown: str) -> None:
    form = Form([ON], "")
    form.refuse([{"code": "INVALID", "message": message, "field": ["on", "1"]}])
    assert form.errors == {"on": shown}


@pytest.mark.parametrize(
    ("kind", "typed", "sent", "problem"),
    [
        ("date", "31/12/2026", "2026-12-31", None),
        ("date", "demain", "demain", A_DAY),
        ("date", "31/02/2027", "2027-02-31", A_DAY),
        ("date", "", None, "Ce champ : champ obligatoire, par exemple 15/01/2027."),
        ("time", "9h", "09:00", None),
        ("time", "25:00", "25:00", "Ce champ : une heure est attendue, par exemple 18:00."),
        ("days", "22/01/2027\n2027-01-29", ["2027-01-22", "2027-01-29"], None),
        (
            "days",
            "22/01/2027\nlundi",
            ["2027-01-22", "lundi"],
            A_DAY,
        ),
    ],
)
def test_days_and_hours_are_read_as_they_are_written_here(
    kind: str, typed: str, sent: object, problem: str | None
) -> None:
    form = Form([Field("on", "Ce champ", kind, required=True)], "", values={"on": typed})
    assert form.input().get("on") == sent
    assert form.errors.get("on") == problem
