"""Official identifiers: SIRET check digits, UAI check letters, codes of departments and communes."""

import csv
from pathlib import Path

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import create_model

from domain.kernel import identifiers
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.identifiers import (
    ATTESTATION_FORM_ID,
    TYPOLOGY_ID,
    Siret,
    Uai,
    check_siret,
    check_uai,
    department_of_school,
    person_id,
    schools_begin_with,
    structure_id,
    territory_id,
)
from domain.kernel.validation import CommuneCode, TerritoryCode, validated
from domain.typology.codes import Code

DIGITS = "0123456789"
WITHOUT_I_O_Q = "ABCDEFGHJKLMNPRSTUVWXYZ"


def luhn_digit(digits: str) -> str:
    """The digit that makes the whole divisible by ten, every second digit from the right being doubled."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in reversed(digits)][::2]
    plain = [int(digit) for digit in reversed(digits)][1::2]
    return str(-(sum(doubled) + sum(plain)) % 10)


@st.composite
def sirets(draw: st.DrawFn) -> str:
    siren = draw(st.text(DIGITS, min_size=8, max_size=8))
    siren += luhn_digit(siren)
    establishment = draw(st.text(DIGITS, min_size=4, max_size=4))
    assume(not siren.startswith("356000000"))  # La Poste has a rule of its own
    return siren + establishment + luhn_digit(siren + establishment)


@st.composite
def uais(draw: st.DrawFn) -> str:
    digits = draw(st.text(DIGITS, min_size=7, max_size=7))
    return digits + WITHOUT_I_O_Q[int(digits) % 23]


def refused(field_type, value, *words):
    with pytest.raises(DomainError) as refusal:
        validated(create_model("Form", value=(field_type, ...)), {"value": value})
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field) == (ErrorCode.INVALID, ("value",))
    for word in words:
        assert word in problem.message


@for_all(sirets())
def test_a_siret_with_right_check_digits_is_accepted(siret):
    assert check_siret(siret) == siret


@for_all(sirets(), st.integers(0, 13), st.integers(1, 9))
def test_any_single_wrong_digit_of_a_siret_is_noticed(siret, position, shift):
    wrong = str((int(siret[position]) + shift) % 10)
    with pytest.raises(ValueError, match="numéro invalide"):
        check_siret(siret[:position] + wrong + siret[position + 1 :])


@for_all(sirets())
def test_a_siret_may_be_typed_in_groups(siret):
    assert check_siret(f" {siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]} ") == siret
    for between in ("-", " - ", ".", "\u00a0", "\u202f", "\u2011", "–", "/", "_"):
        assert check_siret(between.join((siret[:3], siret[3:6], siret[6:9], siret[9:]))) == siret, between


@pytest.mark.parametrize("siret", ["35600000000048", "35600000049837"])
def test_la_poste_has_its_own_rule(siret):
    assert check_siret(siret) == siret


@pytest.mark.parametrize(
    "siret",
    [
        "",
        "2102000100001",
        "210200010000100",
        "2102000100001O",
        "21020001000010\x00",
        "٢١٠٢٠٠٠١٠٠٠٠١٠",
        "-21020001000010",
        "2" * 10_000,
        "35600000049838",
    ],
)
def test_a_malformed_siret_is_refused_and_told_what_is_expected(siret):
    refused(Siret, siret, "numéro invalide", "14 chiffres")


@for_all(uais())
def test_a_uai_with_its_check_letter_is_accepted_in_any_case(uai):
    assert check_uai(uai) == uai
    assert check_uai(f" {uai.lower()} ") == uai
    for between in (" ", "-", ".", "\u00a0", "\u2011"):
        assert check_uai(f"{uai[:3]}{between}{uai[3:7]}{between}{uai[7]}") == uai, between


@for_all(uais(), st.integers(0, 6), st.integers(1, 9))
def test_any_single_wrong_digit_of_a_uai_is_noticed(uai, position, shift):
    wrong = str((int(uai[position]) + shift) % 10)
    with pytest.raises(ValueError, match="lettre de contrôle"):
        check_uai(uai[:position] + wrong + uai[position + 1 :])


@for_all(uais(), st.integers(0, 5))
def test_two_swapped_digits_of_a_uai_are_noticed(uai, position):
    assume(uai[position] != uai[position + 1])
    with pytest.raises(ValueError, match="lettre de contrôle"):
        check_uai(uai[:position] + uai[position + 1] + uai[position] + uai[position + 2 :])


@for_all(uais(), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_any_other_letter_of_a_uai_is_noticed(uai, letter):
    assume(letter != uai[-1])
    with pytest.raises(ValueError, match="lettre de contrôle"):
        check_uai(uai[:-1] + letter)


@pytest.mark.parametrize(
    "uai", ["", "0340002", "340002T", "00340002T", "0340002TT", "٠٣٤٠٠٠٢T", "0340002\x00", "T" * 9_999]
)
def test_a_malformed_uai_is_refused_and_told_what_is_expected(uai):
    refused(Uai, uai, "code invalide", "7 chiffres et une lettre")


@pytest.mark.parametrize("uai", ["0020012C", "0340002T", "6200001G", "9710002A"])
def test_real_lycees_have_right_letters(uai):
    assert check_uai(uai) == uai


LYCEES = Path(identifiers.__file__).with_name("data") / "lycees.csv"


def test_a_uai_tells_its_department_for_every_lycee_that_is_known():
    with LYCEES.open(encoding="utf-8", newline="") as lines:
        lycees = list(csv.DictReader(lines))
    assert len(lycees) > 700
    for lycee in lycees:
        assert department_of_school(lycee["uai"]) == lycee["department"]
        assert lycee["uai"].startswith(schools_begin_with(lycee["department"]))


@pytest.mark.parametrize(
    ("uai", "department"),
    [
        *(("0180025E", "18"), ("6200001G", "2A"), ("7200001X", "2B"), ("9740001A", "974"), ("1000001A", None)),
        # Schools of the Pacific are numbered apart: what begins with 987 is Wallis, not French Polynesia.
        *(("9750001C", "975"), ("9830002K", "988"), ("9840002E", "987"), ("9870026P", "986")),
    ],
)
def test_corsica_and_overseas_have_departments_of_their_own(uai, department):
    assert department_of_school(uai) == department
    assert department is None or uai.startswith(schools_begin_with(department))


@pytest.mark.parametrize("code", ["02", "13", "2A", "2B", "95", "971", "976", "986", "987", "988"])
def test_departments_have_two_signs_or_three_overseas(code):
    assert validated(create_model("Form", value=(TerritoryCode, ...)), {"value": code}).model_dump() == {"value": code}


@pytest.mark.parametrize(("typed", "code"), [("02\n", "02"), (" 34 ", "34"), ("2a", "2A")])
def test_departments_are_read_as_people_type_them(typed, code):
    assert validated(create_model("Form", value=(TerritoryCode, ...)), {"value": typed}).model_dump() == {"value": code}


@pytest.mark.parametrize("code", ["", "2", "2C", "034", "981", "٠٢"])
def test_anything_else_is_no_department(code):
    refused(TerritoryCode, code, "code de département", "34, 2A ou 971")


@pytest.mark.parametrize("code", ["34172", "02001", "2A004", "97105"])
def test_communes_have_five_signs(code):
    assert validated(create_model("Form", value=(CommuneCode, ...)), {"value": code}).model_dump() == {"value": code}


@pytest.mark.parametrize(
    ("typed", "code"),
    [("34 172", "34172"), ("2a004", "2A004"), ("2A-004", "2A004"), ("34.172", "34172"), (" 34172 \n", "34172")],
)
def test_communes_are_read_as_people_type_them(typed, code):
    assert validated(create_model("Form", value=(CommuneCode, ...)), {"value": typed}).model_dump() == {"value": code}


@pytest.mark.parametrize("code", ["3417", "341722", "2C004", "A4172", "٣٤١٧٢"])
def test_anything_else_is_no_commune(code):
    refused(CommuneCode, code, "code INSEE", "34172")


@pytest.mark.parametrize(
    "code", ["École", "temps ecran", "temps--ecran", "-temps", "temps-", "Temps", "temps_ecran", ""]
)
def test_a_terms_code_is_made_of_small_letters_digits_and_hyphens(code):
    refused(Code, code, "minuscules", "deux-mots")


def test_streams_are_found_by_ids_that_never_change():
    # What stands in the log under these ids would be lost if one of them moved.
    assert {
        str(value)
        for value in (
            structure_id("21020001000010"),
            territory_id("34"),
            person_id("jeanne"),
            TYPOLOGY_ID,
            ATTESTATION_FORM_ID,
        )
    } == {
        "865d3b30-2149-557d-baad-a13ddf7301ea",
        "110f9c0b-7e13-5f8a-9926-d8ace859d066",
        "4ede790b-aecf-5aec-8597-c325bbce39c6",
        "df41a5ef-568e-510d-a858-bdbc718c8eb3",
        "a10161a6-2339-52da-b651-94a73620de05",
    }


def test_ids_of_different_things_differ():
    assert len({structure_id("34"), territory_id("34"), person_id("34"), TYPOLOGY_ID, ATTESTATION_FORM_ID}) == 5
