"""What is wrong with a form is said in the words of its page: its labels, French days and hours."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from starlette.datastructures import UploadFile

from domain.kernel.field_labels import label_of
from web.core.acts import _placed
from web.core.forms import SENT_BEFORE, Field, Form
from web.measures.acts import WRITE

A_DAY = "Ce champ : une date est attendue, par exemple 15/01/2027."
NO_DAY = "Ce champ : ce jour n'existe pas, une date est attendue, par exemple 15/01/2027."
WHOLE = "Ce champ : un nombre entier est attendu, sans virgule, par exemple 2."
ON = Field("on", "Pourquoi voulez-vous aider ?")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Motivation : champ obligatoire.", "Pourquoi voulez-vous aider : champ obligatoire."),
        ("Réponses (1) : 500 caractères au plus.", "Pourquoi voulez-vous aider : 500 caractères au plus."),
        (f"{label_of(('period_from',))} : date attendue : ici.", "Pourquoi voulez-vous aider : date attendue : ici."),
        ("on : 500 caractères au plus.", "Pourquoi voulez-vous aider : 500 caractères au plus."),
        ("« X » n'est plus proposé.", "Pourquoi voulez-vous aider : « X » n'est plus proposé."),
        ("ce jour est à venir.", "Pourquoi voulez-vous aider : ce jour est à venir."),
        *((whole, whole) for whole in ("SIRET invalide : 14 chiffres attendus.", "Cette série : trop longue.")),
        *((whole, whole) for whole in ("L'établissement X est un lycée : second degré attendu.", "Rien de tel.")),
    ],
)
def test_an_error_of_the_api_names_its_field_as_the_page_labels_it(message: str, shown: str) -> None:
    form = Form([ON], "")
    form.refuse([{"code": "INVALID", "message": message, "field": ["on", "1"]}])
    assert form.errors == {"on": shown}


def test_what_was_sent_with_other_words_before_and_is_no_more_open_does_not_say_to_send_again() -> None:
    form = Form([Field("reason", "Motif", "textarea")], "", values={"reason": "Vu sur place."})
    form.refuse([{"code": "INVALID", "message": "Déjà utilisée.", "field": ["idempotencyKey"]}])
    form.close()
    assert form.general == [SENT_BEFORE, "Motif : « Vu sur place. »"]


LINES = Field("schools", "Établissements cibles", "lines")
PARTED = Field("goals", "Objectifs", "lines", parts=lambda lines: [part for line in lines for part in line.split(";")])


@pytest.mark.parametrize(
    ("path", "message", "shown"),
    [
        (["schools", "1"], "8 signes attendus.", "Établissements cibles : ligne 3, « zzz » : 8 signes attendus."),
        (["schools", "1"], "Code UAI (2) : 8 signes.", "Établissements cibles : ligne 3, « zzz » : 8 signes."),
        (["schools", "1"], "« zzz » n'en est pas.", "Ligne 3 : « zzz » n'en est pas."),
        (["schools", "1"], "Cette école est connue.", "Ligne 3, « zzz » : Cette école est connue."),
        (["schools", "2"], "8 signes attendus.", "Établissements cibles : 8 signes attendus."),
        (["schools"], "20 au plus.", "Établissements cibles : 20 au plus."),
        (["goals", "1", "label"], "trop long.", "Objectifs : « Écoles » : trop long."),
    ],
)
def test_what_is_wrong_with_a_line_says_which(path: list[str], message: str, shown: str) -> None:
    form = Form([LINES, PARTED], "", values={"schools": "0340005W\n\n zzz ", "goals": "Familles;Écoles"})
    form.refuse([{"code": "INVALID", "message": message, "field": path}])
    assert list(form.errors.values()) == [shown]


def test_places_in_a_list_of_the_api_are_no_lines_of_a_field_that_it_is_not_of() -> None:
    error = {"code": "INVALID", "message": "22/02/2027 : déjà déclarée.", "field": ["dates", "0", "starts_at"]}
    form = Form([Field("without", "Jours sans animation", "days")], "", values={"without": "01/03/2027"})
    form.refuse([_placed(error, {"dates": "without"})])
    assert form.errors == {"without": "Jours sans animation : 22/02/2027 : déjà déclarée."}


def test_all_that_is_wrong_in_a_list_is_named_at_once() -> None:
    """Whoever repeats an animation beyond a convention would learn of one day at a time."""
    days = ["05/01/2027", "12/01/2027", "19/01/2027", "26/01/2027", "02/02/2027", "09/02/2027"]
    errors = [{"message": f"{day} : pas de convention.", "field": ["dates", str(n)]} for n, day in enumerate(days)]
    form = Form([Field("without", "Jours sans animation", "days"), LINES], "", values={"schools": "a\nb"})
    form.refuse(_placed(error, {"dates": "without"}) for error in errors[:2])
    assert form.errors == {
        "without": "Jours sans animation : 05/01/2027 : pas de convention. 12/01/2027 : pas de convention."
    }
    form.errors = {}
    form.refuse(_placed(error, {"dates": "without"}) for error in errors)
    assert "02/02/2027 : pas de convention. D'autres lignes sont à corriger." in form.errors["without"]
    assert "09/02/2027" not in form.errors["without"]
    form.refuse({"message": "code invalide.", "field": ["schools", place]} for place in "01")
    assert form.errors["schools"] == (
        "Établissements cibles : ligne 1, « a » : code invalide. ligne 2, « b » : code invalide."
    )


FILE = Field("tableau", "Votre tableau", "file")
UNSEEN = Field("contactId", "Contact", hidden=True)


@pytest.mark.parametrize(
    ("path", "message", "shown"),
    [
        (["paidOn"], "ce jour est à venir.", "Date du paiement : ce jour est à venir."),
        (["changes", "venueName"], "trop long.", "Modifications, nom du lieu : trop long."),
        (
            ["structureId"],
            "cette convention est celle d'une autre structure.",
            "Cette convention est celle d'une autre",
        ),
        (["animationId"], "Les inscriptions sont suspendues.", "Les inscriptions sont suspendues."),
        (["contactId"], "déjà retiré.", "Contact : déjà retiré."),
        ([], "rien n'a changé.", "Rien n'a changé."),
    ],
)
def test_an_error_of_a_field_that_nobody_types_names_it_all_the_same(path: list[str], message: str, shown: str) -> None:
    form = Form([ON, UNSEEN], "")
    form.refuse([{"code": "INVALID", "message": message, "field": path}])
    assert (form.errors, [text[: len(shown)] for text in form.general]) == ({}, [shown])


@pytest.mark.parametrize("path", [["csv"], ["csv", "uai"], ["file"]])
def test_what_is_wrong_with_a_file_stands_beside_its_input(path: list[str]) -> None:
    form = Form([ON, FILE], "")
    form.refuse([{"code": "INVALID", "message": "ligne 3 : Code UAI : 8 signes attendus.", "field": path}])
    assert form.errors == {"tableau": "Votre tableau : ligne 3 : Code UAI : 8 signes attendus."}
    form = Form([ON, FILE], "")
    assert form.sent_file("choisissez-en un") is None
    assert form.errors == {"tableau": "Votre tableau : choisissez-en un."}


def test_a_file_that_was_sent_is_not_missing_where_something_else_is_wrong() -> None:
    needed = replace(FILE, required=True)
    form = Form([Field("number", "Nombre", "number"), needed], "", values={"number": "deux"})
    form.files[needed.name] = [UploadFile(BytesIO(b"x"), filename="x.csv")]
    form.input()
    assert list(form.errors) == ["number"]


DAYS = [
    ("date", "31/12/2026", "2026-12-31", None),
    ("date", "31-12-2026", "2026-12-31", None),
    ("date", "1.2.27", "2027-02-01", None),
    ("date", "demain", "demain", A_DAY),
    ("date", "31/02/2027", "2027-02-31", NO_DAY),
    ("date", "31 février 2027", "2027-02-31", NO_DAY),
    *(
        ("date", typed, "2026-12-03", None)
        for typed in ("3 décembre 2026", "jeudi 3\u00a0décembre 2026", "Jeu. 3 déc. 26", "le 03 DECEMBRE 2026")
    ),
    ("date", "le 1er mars 2027", "2027-03-01", None),
    ("date", "3 jui 2027", "3 jui 2027", A_DAY),
    ("date", "le 3 décembre", "le 3 décembre", "Ce champ : l'année manque, par exemple 15 janvier 2027."),
    ("date", "mardi 3 déc. 2026", "mardi 3 déc. 2026", "Ce champ : ce jour est un jeudi : vérifiez la date."),
    ("date", "", None, "Ce champ : champ obligatoire, par exemple 15/01/2027."),
    *(("number", typed, typed, "Ce champ : des chiffres seulement, par exemple 2.") for typed in ("12 places", "-1")),
    ("number", "douze", "douze", "Ce champ : un nombre est attendu, par exemple 2."),
    ("number", "12345678901", "12345678901", "Ce champ : ce nombre est trop grand."),
    *(
        ("number", typed, 1200, None)
        for typed in ("1200", "1 200", "1\u202f200", "1.200", "1200,0", "１２００", "١٢٠٠")
    ),
    ("number", "12 5", "12 5", "Ce champ : des chiffres seulement, par exemple 2."),
    ("number", "²", "²", "Ce champ : des chiffres seulement, par exemple 2."),
    *(("percent", typed, 100, None) for typed in ("100", "100 %", "100\u00a0%", "100%", "１００％", "100 pour cent")),
    ("number", "12,5", "12,5", WHOLE),
    ("percent", "12,5 %", "12,5 %", WHOLE.replace(" 2.", " 10.")),
    ("percent", "tous", "tous", "Ce champ : un nombre est attendu, par exemple 10."),
    *(
        ("amount", typed, "12.50", None)
        for typed in ("12,50 €", "12,50", "12.50", "12,50\u00a0€", "12,50 euros", "１２，５０")
    ),
    *(("amount", typed, "1200.5", None) for typed in ("1 200,5 €", "1\u202f200,5\u00a0€", "1.200,5", "1200.5 EUR")),
    *(
        ("amount", typed, typed, "Ce champ : un montant en euros est attendu, par exemple 150,00.")
        for typed in ("cent euros", "-5", "1 2")
    ),
    ("amount", "0,505", "0.505", "Ce champ : un montant en euros est attendu, par exemple 150,00."),
    ("time", "9h", "09:00", None),
    ("time", "18.30", "18:30", None),
    ("time", "9\u00a0h\u00a030", "09:30", None),
    ("date", "１５/０１/2027", "2027-01-15", None),
    ("time", "18", "18:00", None),
    ("time", "18:30:00", "18:30:00", None),
    ("time", "18.5", "18.5", "Ce champ : une heure est attendue, par exemple 18:00."),
    ("time", "25:00", "25:00", "Ce champ : une heure est attendue, par exemple 18:00."),
    ("days", "22/01/2027\n2027-01-29", ["2027-01-22", "2027-01-29"], None),
    (
        "days",
        "22/01/2027\nlundi",
        ["2027-01-22", "lundi"],
        "Ce champ : ligne 2, « lundi » : une date est attendue, par exemple 15/01/2027.",
    ),
    (
        "days",
        "\n22/01/2027 et 29/01/2027\n\n05/02/27\n31/02/2027",
        ["22/01/2027 et 29/01/2027", "2027-02-05", "2027-02-31"],
        "Ce champ : ligne 2, « 22/01/2027 et 29/01/2027 » : une date est attendue, par exemple 15/01/2027."
        " ligne 5, « 31/02/2027 » : ce jour n'existe pas, une date est attendue, par exemple 15/01/2027.",
    ),
]


def test_a_choice_that_is_not_in_the_list_is_named_at_its_field() -> None:
    """The API would refuse the whole document that names it: no page could say where."""
    fields = [
        Field("kind", "Genre", "select", options=(("NEWS", "Actualité"),)),
        Field("days", "Jours", "choices", options=(("MON", "Lundi"), ("TUE", "Mardi"))),
        Field("term", "Choix", "terms", pattern="(THEME|AUDIENCE):.+"),
    ]
    form = Form(fields, "", values={"kind": "NEWS", "days": "TUE\nMON", "term": "THEME:x"})
    assert (form.input()["days"], form.errors) == (["TUE", "MON"], {})
    form = Form(fields, "", values={"kind": "zzz", "days": "MON\nDIM", "term": "ZZ:x"})
    form.input()
    assert form.errors == {
        name: f"{label} : choisissez dans la liste."
        for name, label in (("kind", "Genre"), ("days", "Jours"), ("term", "Choix"))
    }


@pytest.mark.parametrize(
    ("typed", "read"), [("3", 3), ("", None), ("²", None), ("٣", None), ("9" * 5000, None), ("-1", None)]
)
def test_a_version_that_is_no_number_is_none(typed: str, read: int | None) -> None:
    assert Form([], "", values={"version": typed}).number("version") == read


@pytest.mark.parametrize(
    ("kind", "typed", "sent", "problem"),
    DAYS,
)
def test_days_and_hours_are_read_as_they_are_written_here(
    kind: str, typed: str, sent: object, problem: str | None
) -> None:
    form = Form([Field("on", "Ce champ", kind, required=True)], "", values={"on": typed})
    assert form.input().get("on") == sent
    assert form.errors.get("on") == problem


def test_an_objective_may_be_in_per_cent_and_the_line_without_a_target_is_named():
    form = Form(WRITE.fields, "", values={"objectives": "Familles : 250\nÉcoles : 25 %\nParents ; 1 200,5"})
    values = WRITE.convert({"objectives": form.values["objectives"].splitlines()})
    assert WRITE.check is not None
    WRITE.check(form)
    assert (values["objectives"], form.errors) == (
        [
            {"label": "Familles", "target": 250.0},
            {"label": "Écoles (en %)", "target": 25.0},
            {"label": "Parents", "target": 1200.5},
        ],
        {},
    )
    form.values["objectives"] = "Familles : 250\nÉcoles : un quart"
    WRITE.check(form)
    assert form.errors["objectives"].startswith("Objectifs : « Écoles : un quart » n'a pas de cible.")


@pytest.mark.parametrize(
    ("typed", "ways"),
    [
        ("Familles : 1.200", "écrivez 1 200 pour des milliers, ou 1,2 sinon"),
        ("Écoles : 12,505 %", "écrivez 12 505 pour des milliers, ou 12,5050 sinon"),
    ],
)
def test_a_target_that_reads_in_two_ways_is_refused_with_both_ways_to_write_it(typed: str, ways: str):
    form = Form(WRITE.fields, "", values={"objectives": f"Parents : 250\n{typed}"})
    assert WRITE.check is not None
    WRITE.check(form)
    assert form.errors["objectives"] == f"Objectifs : « {typed} » : ce nombre se lit de deux façons : {ways}."
    for way in ("1 200", "1,2", "12 505 %", "12,5050 %", "1.200.000"):
        form = Form(WRITE.fields, "", values={"objectives": f"Familles : {way}"})
        WRITE.check(form)
        assert form.errors == {}


def test_objectives_may_be_typed_as_the_hint_has_them():
    def targets(text: str) -> list[tuple[str, float]]:
        return [(each["label"], each["target"]) for each in WRITE.convert({"objectives": [text]})["objectives"]]

    assert targets("Familles : 250 ; Écoles : 25 %") == [("Familles", 250.0), ("Écoles (en %)", 25.0)]
    assert targets("Parents ; 1 000") == [("Parents", 1000.0)]
    assert targets("Écoles (en %) : 12,5 %") == [("Écoles (en %)", 12.5)]
    for figure in ("-25", "1e300", "1_000"):
        form = Form(WRITE.fields, "", values={"objectives": f"Familles : 250 ; Écoles : {figure}"})
        assert WRITE.check is not None
        WRITE.check(form)
        assert f"« Écoles : {figure} » n'a pas de cible" in form.errors["objectives"]
