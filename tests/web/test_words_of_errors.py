"""What is wrong with a form is said in the words of its page: its labels, French days and hours."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    OperationDefinitionNode,
    build_schema,
    get_named_type,
    parse,
    type_from_ast,
)

import web
from domain.kernel.field_labels import label_of
from web.core.acts import Act
from web.core.forms import Field, Form
from web.measures.acts import WRITE

A_DAY = "Ce champ : une date est attendue, par exemple 15/01/2027."
ON = Field("on", "Pourquoi voulez-vous aider ?")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Motivation : champ obligatoire.", "Pourquoi voulez-vous aider : champ obligatoire."),
        ("Réponses (1) : 500 caractères au plus.", "Pourquoi voulez-vous aider : 500 caractères au plus."),
        (f"{label_of(('period_from',))} : date attendue : ici.", "Pourquoi voulez-vous aider : date attendue : ici."),
        ("ce jour est à venir.", "Pourquoi voulez-vous aider : ce jour est à venir."),
        *((whole, whole) for whole in ("SIRET invalide : 14 chiffres attendus.", "Cette série : trop longue.")),
        *((whole, whole) for whole in ("L'établissement X est un lycée : second degré attendu.", "Rien de tel.")),
    ],
)
def test_an_error_of_the_api_names_its_field_as_the_page_labels_it(message: str, shown: str) -> None:
    form = Form([ON], "")
    form.refuse([{"code": "INVALID", "message": message, "field": ["on", "1"]}])
    assert form.errors == {"on": shown}


DAYS = [
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


def acts() -> Iterator[Act]:
    """Every act of every page, and of pages that hold one of several."""
    for module in pkgutil.walk_packages(web.__path__, "web."):
        for value in vars(import_module(module.name)).values():
            for each in (
                value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else [value]
            ):
                each = each[1] if isinstance(each, tuple) and len(each) == 2 else each
                if isinstance(each, Act):
                    yield each


def test_every_choice_of_a_form_that_the_api_reads_as_one_of_a_few_is_checked_before() -> None:
    schema = build_schema((Path(__file__).parents[2] / "graphql" / "schema.graphql").read_text())
    every = {act.document.name: act for act in acts()}
    assert len(every) > 50
    unchecked = []
    for act in every.values():
        (operation,) = parse(act.document.text).definitions
        assert isinstance(operation, OperationDefinitionNode)
        (variable,) = operation.variable_definitions or ()
        taken = get_named_type(type_from_ast(schema, variable.type))
        assert isinstance(taken, GraphQLInputObjectType)
        for each in act.fields:
            read = taken.fields.get(each.name)
            if read and isinstance(get_named_type(read.type), GraphQLEnumType) and not (each.options or each.pattern):
                unchecked.append((act.document.name, each.name))
    assert unchecked == []


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


def test_objectives_may_be_typed_as_the_hint_has_them():
    def targets(text: str) -> list[tuple[str, float]]:
        return [(each["label"], each["target"]) for each in WRITE.convert({"objectives": [text]})["objectives"]]

    assert targets("Familles : 250 ; Écoles : 25 %") == [("Familles", 250.0), ("Écoles (en %)", 25.0)]
    assert targets("Parents ; 1.000") == [("Parents", 1000.0)]
    assert targets("Écoles (en %) : 12,5 %") == [("Écoles (en %)", 12.5)]
    for figure in ("-25", "1e300", "1_000"):
        form = Form(WRITE.fields, "", values={"objectives": f"Familles : 250 ; Écoles : {figure}"})
        assert WRITE.check is not None
        WRITE.check(form)
        assert f"« Écoles : {figure} » n'a pas de cible" in form.errors["objectives"]
