"""A file of contacts is what people make of it; what would be lost or is garbled is told, by its line."""

import contextlib
from itertools import product
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from application.contacts.contact_file import read_contacts
from domain.kernel.errors import DomainError, ErrorCode


def contacts(text):
    return [(contact.name, contact.email, contact.kind) for contact in read_contacts(text).contacts]


def refusals(text):
    with pytest.raises(DomainError) as refusal:
        read_contacts(text)
    assert {(problem.code, problem.field[0]) for problem in refusal.value.problems} == {(ErrorCode.INVALID, "csv")}
    return [problem.message for problem in refusal.value.problems]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_any_usual_delimiter_line_end_and_quoting_is_read(delimiter):
    rows = [("Nom", "COURRIEL", "type"), ("École", "ecole@exemple.fr", "école"), ("Amicale", "amicale@exemple.fr", "")]
    expected = [("École", "ecole@exemple.fr", "école"), ("Amicale", "amicale@exemple.fr", "autre")]
    wrong = []
    for end, quote, mark in product(["\n", "\r\n", "\r"], ["", '"'], ["", "\ufeff"]):
        text = mark + end.join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows) + end
        try:
            outcome: Any = contacts(text)
        except DomainError as refusal:
            outcome = refusal
        if outcome != expected:
            wrong.append(f"line end {end!r}, quote {quote!r}, mark {mark!r}: {outcome}")
    assert not wrong, "\n".join(wrong)


def test_a_carriage_return_pasted_from_elsewhere_ends_a_line():
    text = "nom;courriel\nA;a@example.org\rB;b@example.org\n"
    assert contacts(text) == [("A", "a@example.org", "autre"), ("B", "b@example.org", "autre")]


def test_empty_lines_and_empty_cells_at_the_end_are_passed_over():
    assert len(contacts("nom;courriel;;\n\nA;a@example.org;;\n;;;\nB;b@example.org\n")) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nom;courriel\nA;b@example.org;de trop\n", "ligne 2 : 1 cellule de trop"),
        ("nom;courriel\nJos\ufffd;jose@example.org\n", "ligne 2 : nom : caractère illisible"),
        ('nom;courriel\nA;a@example.org\n"B;b@example.org\nC;c@example.org\n', "ligne 3 : un guillemet"),
        ('nom;courriel\n"A"x;a@example.org\n', "ligne 2 : un guillemet"),
        ("nom;courriel\n\nA;" + "x" * 140_000 + "@example.org\n", "ligne 3 : un guillemet n'est pas refermé"),
        (
            "nom;courriel;e-mail\nA;a@example.org;b@example.org\n",
            "ligne 1 : une colonne est nommée deux fois : « courriel » et « e-mail »",
        ),
        ("nom;courriel\nA;mailto:a@example.org\n", "ligne 2 : courriel : adresse électronique attendue"),
        ('nom;courriel\n"A\nB";a@example.org\n\nC;c\n', "ligne 2 : nom : une seule ligne attendue"),
        ("nom;courriel\nhttp://site.example;a@example.org\n", "ligne 2 : nom : nom attendu, sans adresse de site"),
        ("nom;courriel\nA\0;a@example.org\n", "ligne 2 : nom : caractère de contrôle interdit"),
        ("Structure;Mél\nA;a@example\n", "ligne 2 : Mél : adresse électronique attendue"),
        ("Structure;Mél\n;a@example.org\n", "ligne 2 : Structure : champ obligatoire"),
        ("Prénom;Nom;Mél\nA\0;B;a@example.org\n", "ligne 2 : Prénom et Nom : caractère de contrôle interdit"),
        ("Nos contacts;\nNom;Mél;Mail\nA;a@example.org\n", "ligne 2 : une colonne est nommée deux fois"),
        ("Nom;Mél\nCaf? de Prades;a\n", "ligne 2 : Mél : adresse électronique attendue"),
        ("", "première ligne attendue"),
        ('"', "ligne 1 : un guillemet"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_line(text, words):
    assert words in refusals(text)[0]


def test_columns_of_other_things_are_passed_over_and_told():
    file = read_contacts("nom;courriel;telephone\nA;a@example.org;06\n")
    assert ([contact.email for contact in file.contacts], file.ignored) == (["a@example.org"], ["telephone"])


def test_first_and_last_name_are_one_name():
    assert contacts("Prénom,Nom,Mél\nLéa,Inventée,l@example.org\n")[0][0] == "Léa Inventée"


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    assert [message.split(" : ")[0] for message in refusals('nom;courriel\n\n"A\nB";x\nC;y\n')] == [
        "ligne 3",
        "ligne 3",
        "ligne 4",
    ]


@for_all(st.text(alphabet='nomcurielA;,"\n\r\t|@.\0\ufffd\ufeff ', max_size=80))
def test_whatever_is_sent_is_read_or_refused_by_name(text):
    with contextlib.suppress(DomainError):
        read_contacts("nom;courriel\n" + text)
