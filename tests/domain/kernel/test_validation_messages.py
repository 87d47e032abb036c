"""What is wrong with a command is said in French, field by field, all at once, without repeating what was typed."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, create_model
from pydantic_core import PydanticCustomError

from domain.animations.events import AnimationContent
from domain.kernel.errors import DomainError, ErrorCode, Problem
from domain.kernel.euros import Euros
from domain.kernel.field_labels import label_of
from domain.kernel.validation import (
    Address,
    DeclaredInstant,
    HeadCount,
    Instant,
    Label,
    LongText,
    Reason,
    Seats,
    required_reason,
    validated,
)
from domain.typology.codes import Code
from tests.support.domain.builders import values

SECRET = "jeanne.secret@exemple.fr"
AN_INSTANT = "2027-01-15T18:00:00+01:00"


class Degree(StrEnum):
    FIRST = "FIRST"
    SECOND = "SECOND"
    THIRD = "THIRD"


def problems(field_type: Any, typed: Any) -> list[tuple[tuple[str, ...], str]]:
    with pytest.raises(DomainError) as refusal:
        validated(create_model("Form", value=(field_type, ...)), {"value": typed})
    assert {problem.code for problem in refusal.value.problems} == {ErrorCode.INVALID}
    return [(problem.field, problem.message) for problem in refusal.value.problems]


def accepted(field_type: Any, typed: Any) -> Any:
    return validated(create_model("Form", value=(field_type, ...)), {"value": typed}).model_dump()["value"]


def attempt(model: type[BaseModel], typed: dict[str, Any]) -> tuple[Any, Sequence[Problem]]:
    try:
        return validated(model, typed), ()
    except DomainError as refusal:
        return None, refusal.problems


WHOLE, MOMENT, DAY = "nombre entier attendu", f"date et heure attendues, par exemple {AN_INSTANT}", "date attendue, par"
#: For each type what may be typed, and how the message begins.
SENTENCES: dict[Any, list[tuple[Any, str]]] = {
    Label: [
        (None, "champ obligatoire"),
        ("", "champ obligatoire"),
        (" \t\n ", "champ obligatoire"),
        ("x" * 10_000, "200 caractères au plus"),
        ("\u00a0\u200d\u2028", "champ obligatoire"),
        ("x" * 201, "200 caractères au plus"),
        (5, "texte attendu"),
        (["a"], "texte attendu"),
        ("\ud800", "texte attendu"),
        ("a\x00b", "caractère de contrôle interdit"),
    ],
    Reason: [
        ("\u200b", "champ obligatoire"),
        ("x" * 2_001, "2\xa0000 caractères au plus"),
        ("a\x85b", "caractère de contrôle interdit"),
    ],
    Address: [("x" * 301, "300 caractères au plus")],
    Code: [("x" * 61, "60 caractères au plus")],
    Annotated[str, StringConstraints(pattern="^[0-9]$")]: [("x", "format incorrect")],
    Annotated[tuple[Label, ...], Field(max_length=2)]: [(("a", "b", "c"), "2 éléments au plus")],
    Literal["ASC", "DESC"]: [("UP", "valeurs acceptées : ASC, DESC")],
    DeclaredInstant: [
        ("1999-12-31T23:59:59Z", "année attendue entre 2000 et 2100"),
        ("2101-01-01T00:00:00Z", "année attendue entre 2000 et 2100"),
    ],
    LongText: [("x" * 5_001, "5\xa0000 caractères au plus"), ("a\x1bb", "caractère de contrôle interdit")],
    Seats: [
        (0, "doit être au moins 1"),
        (-1, "doit être au moins 1"),
        (2**31, "doit être au plus 100\xa0000"),
        ("beaucoup", WHOLE),
        (1.5, WHOLE),
        ([], WHOLE),
        ("1" * 5_000, "nombre trop grand"),
        (float("nan"), "nombre attendu"),
        (None, "champ obligatoire"),
    ],
    HeadCount: [(-1, "doit être au moins 0"), (10**100, "doit être au plus 100\xa0000")],
    Euros: [
        (0, "doit être supérieur à 0"),
        ("0.00", "doit être supérieur à 0"),
        ("10000000", "doit être au plus 9\xa0999\xa0999,99"),
        *(
            (typed, "montant en euros attendu, en chiffres, avec un point et deux décimales au plus")
            for typed in [
                "1e3",
                "1E-2",
                "9999999.990",
                "1_000",
                "٣٠",
                "１５０",
                " +150",
                "+150",
                "-1",
                " 150",
                "150 ",
                "150\n",
                "150,00",
                "1 000",
                "150.",
                ".5",
                "0x10",
                "Infinity",
                "NaN",
                "cher",
                "",
                "1" * 5_000,
                [],
                True,
                150.0,
                10**400,
                Decimal("NaN"),
                Decimal("1.001"),
            ]
        ),
    ],
    Instant: [
        ("2027-01-15T18:00:00", "date et heure avec décalage horaire attendues"),
        (datetime(2027, 1, 15, 18), "date et heure avec décalage horaire attendues"),
        ("demain", MOMENT),
        ("2027-02-30T10:00:00Z", MOMENT),
        ({}, MOMENT),
        (None, "champ obligatoire"),
    ],
    date: [
        ("15/01/2027", DAY),
        ("2027-02-30", DAY),
        ("2027-01-15T18:00:00", DAY),
        ({}, DAY),
    ],
    UUID: [("x", "identifiant (UUID) attendu"), (5, "identifiant (UUID) attendu")],
    bool: [("peut-être", "vrai ou faux attendu"), ([], "vrai ou faux attendu")],
    Degree: [("FOURTH", "valeurs acceptées : FIRST, SECOND, THIRD")],
    tuple[Label, ...]: [("seul", "liste attendue"), (5, "liste attendue")],
}


@pytest.mark.parametrize("field_type", SENTENCES, ids=lambda field_type: str(field_type)[:60])
def test_a_message_names_the_field_and_what_is_accepted(field_type):
    model, wrong = create_model("Form", value=(field_type, ...)), []
    for typed, sentence in SENTENCES[field_type]:
        kept, refused = attempt(model, {"value": typed})
        messages = [problem.message for problem in refused]
        if [(problem.code, problem.field) for problem in refused] != [(ErrorCode.INVALID, ("value",))]:
            wrong.append(f"{typed!r:.40}: kept as {kept!r:.80}, refused with {refused!r:.200}")
        elif not (messages[0].startswith(f"value : {sentence}") and messages[0].endswith(".")):
            wrong.append(f"{typed!r:.40}: {messages[0]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("field_type", "typed", "kept"),
    [
        (Label, "  Café  ", "Café"),
        (Label, "x" * 200, "x" * 200),
        (LongText, "Deux\nlignes\tet une tabulation", "Deux\nlignes\tet une tabulation"),
        (Label, "Élève 😀", "Élève 😀"),
        (Euros, "9999999.99", Decimal("9999999.99")),
        (Euros, "0.01", Decimal("0.01")),
        (HeadCount, 0, 0),
        (Address, "x" * 300, "x" * 300),
        (Code, "x" * 60, "x" * 60),
        (DeclaredInstant, "2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
        (DeclaredInstant, "2100-12-31T23:59:59Z", datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_what_is_within_the_limits_is_kept(field_type, typed, kept):
    assert accepted(field_type, typed) == kept


def test_every_problem_is_told_at_once_with_its_place():
    with pytest.raises(DomainError) as refusal:
        validated(AnimationContent, values(title="x" * 10_000, seats=2**31, starts_at="hier", themes=("a", "b", "c")))
    assert {".".join(problem.field) for problem in refusal.value.problems} == {"title", "seats", "starts_at", "themes"}
    with pytest.raises(DomainError) as refusal:
        validated(AnimationContent, values(themes=("ok", "Pas ok")))
    assert [problem.field for problem in refusal.value.problems] == [("themes", "1")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Label | None = None


@pytest.mark.parametrize("typed", [None, 1])
def test_an_unknown_field_is_unknown_even_when_null(typed):
    with pytest.raises(DomainError) as refusal:
        validated(Strict, {"naam": typed})
    (problem,) = refusal.value.problems
    assert (problem.field, problem.message) == (("naam",), "naam : champ inconnu.")


def test_an_error_tells_all_its_problems_in_a_log():
    refusal = DomainError([Problem(ErrorCode.INVALID, "un"), Problem(ErrorCode.RULE_BROKEN, "deux")])
    assert (str(refusal), refusal.code) == ("INVALID: un; RULE_BROKEN: deux", ErrorCode.INVALID)


def test_null_is_well_where_a_field_is_optional():
    assert validated(Strict, {"name": None}).name is None


def _never(value: str) -> str:
    raise PydanticCustomError("value_error", "English: {reason}", {"reason": value})


def test_a_library_s_own_error_is_told_in_french_without_the_value():
    ((_, message),) = problems(Annotated[str, AfterValidator(_never)], SECRET)
    assert message == "value : valeur invalide."


def test_a_message_never_repeats_what_was_typed():
    typed = {"first_name": SECRET * 100, "phone": 5, "age": SECRET, "born": SECRET, "id": SECRET, "degree": SECRET}
    form = create_model(
        "Form",
        first_name=(Label, ...),
        phone=(Label, ...),
        age=(Seats, ...),
        born=(date, ...),
        id=(UUID, ...),
        degree=(Degree, ...),
    )
    with pytest.raises(DomainError) as refusal:
        validated(form, typed)
    assert len(refusal.value.problems) == 6
    assert "secret" not in str(refusal.value)
    assert not any("secret" in problem.message for problem in refusal.value.problems)


@for_all(st.text())
def test_whatever_is_typed_in_a_text_it_is_kept_or_refused_in_words(typed):
    kept, problems = attempt(Strict, {"name": typed})
    assert all(problem.message.startswith("Nom : ") for problem in problems)
    if not problems:
        assert kept.name == re.sub("[\u2028\u2029]", " ", unicodedata.normalize("NFC", typed.strip()))
        assert 1 <= len(kept.name) <= 200
        assert "\x00" not in kept.name


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes() | st.dates(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=5,
)


@for_all(st.dictionaries(st.sampled_from(sorted(AnimationContent.model_fields)), ANYTHING))
def test_whatever_is_typed_the_answer_is_a_domain_error_that_can_be_read(typed):
    _, problems = attempt(AnimationContent, values() | typed)
    for problem in problems:
        assert problem.field[0] in typed
        assert problem.message.startswith(label_of(problem.field[:1]))
        assert "valeur invalide" not in problem.message, "this kind of error has no French sentence yet"


@pytest.mark.parametrize("reason", ["", "  ", "\n\t", None])
def test_a_reason_is_stated(reason):
    with pytest.raises(DomainError) as refusal:
        required_reason(reason)
    (problem,) = refusal.value.problems
    assert (problem.field, problem.message) == (("reason",), "Motif : champ obligatoire.")


def test_a_reason_is_held_to_the_limits_of_texts():
    assert required_reason("  Salle inondée ") == "Salle inondée"
    for typed in ("x" * 2_001, "a\x00b"):
        with pytest.raises(DomainError):
            required_reason(typed)
