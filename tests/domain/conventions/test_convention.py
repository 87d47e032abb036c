"""Conventions: signed, amended, terminated; and which days they cover."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.catalogue import CONVENTION
from domain.conventions.convention import (
    check_agreed_once,
    covering,
    sign,
)
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError, ErrorCode
from tests.support.domain.builders import (
    CONVENTION_ID,
    COORDONNATEUR,
    NATIONAL,
    STRUCTURE,
    actor,
    convention,
    signed,
    terms,
)
from tests.support.domain.story import given

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
TODAY = date(2026, 9, 10)
FIRST_DAY, LAST_DAY = date(2026, 9, 1), date(2027, 8, 31)


def test_a_coordonnateur_signs_with_a_structure_in_their_territory():
    given().when(sign, terms(), COORDONNATEUR, TODAY).then(signed())


def test_what_was_signed_is_what_stands():
    state = given(CONVENTION, signed()).state
    assert (state.structure_id, state.territory, state.valid_from, state.valid_until) == (
        signed().structure_id,
        "34",
        FIRST_DAY,
        LAST_DAY,
    )
    assert (state.planned_animations, state.rate_per_animation, state.required_pieces) == (
        10,
        Decimal("150.00"),
        ("Liste d'émargement signée",),
    )


def test_the_national_team_may_record_a_signing_anywhere():
    given().when(sign, terms(), NATIONAL, TODAY).then(signed())


def test_a_coordonnateur_of_another_territory_may_not_sign():
    elsewhere = actor(Role.COORDONNATEUR, territories=frozenset(["02"]))
    given().when(sign, terms(), elsewhere, TODAY).then_refused(FORBIDDEN)


def test_a_structure_does_not_sign_by_itself():
    given().when(sign, terms(), STRUCTURE, TODAY).then_refused(FORBIDDEN)


def test_a_convention_may_have_been_signed_on_paper_long_ago():
    old = terms(signed_on=date(2024, 1, 1))
    given().when(sign, old, COORDONNATEUR, TODAY).then(signed(signed_on=date(2024, 1, 1)))


def test_a_convention_is_not_signed_in_the_future():
    tomorrow_but_one = terms(signed_on=TODAY + timedelta(days=2))
    given().when(sign, tomorrow_but_one, COORDONNATEUR, TODAY).then_refused(INVALID, "signed_on", "futur")


def test_validity_ends_after_it_begins():
    backwards = terms(valid_from=LAST_DAY, valid_until=FIRST_DAY)
    given().when(sign, backwards, COORDONNATEUR, TODAY).then_refused(INVALID, "valid_until")


def test_validity_may_be_a_single_day():
    given().when(sign, terms(valid_until=FIRST_DAY), COORDONNATEUR, TODAY).then(signed(valid_until=FIRST_DAY))


def test_payment_terms_are_optional():
    bare = {"planned_animations": None, "rate_per_animation": None, "required_pieces": ()}
    given().when(sign, terms(**bare), COORDONNATEUR, TODAY).then(signed(**bare))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("siret", "21020001000011"),
        ("territory", "999"),
        ("rate_per_animation", 0),
        ("rate_per_animation", "-1"),
        ("rate_per_animation", "150.001"),
        ("rate_per_animation", "NaN"),
        ("planned_animations", 0),
        ("planned_animations", 100_001),
        ("planned_animations", 2**31),
        ("required_pieces", ("Pièce",) * 21),
        ("required_pieces", ("",)),
        ("structure_name", "  "),
        ("coordonnateur", None),
        ("signed_on", "hier"),
    ],
)
def test_malformed_terms_are_refused_by_name(field, value):
    with pytest.raises(DomainError) as refusal:
        terms(**{field: value})
    (problem,) = refusal.value.problems
    assert problem.code is INVALID
    assert problem.field[0] == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("planned_animations", 1), ("planned_animations", 100_000), ("required_pieces", ("Pièce",) * 20)],
)
def test_terms_may_reach_their_bounds(field, value):
    assert getattr(terms(**{field: value}), field) == value


def test_signed_terms_cannot_be_edited():
    with pytest.raises(ValidationError, match="frozen"):
        setattr(terms(), "siret", "x")  # noqa: B010


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (FIRST_DAY - timedelta(days=1), False),
        (FIRST_DAY, True),
        (LAST_DAY, True),
        (LAST_DAY + timedelta(days=1), False),
    ],
)
def test_a_convention_covers_its_first_and_its_last_day(day, covered):
    assert convention().covers(day) is covered


def test_a_termination_never_lengthens_the_validity():
    amended_shorter = convention(terminated_on=date(2027, 6, 30), valid_until=date(2027, 5, 31))
    assert not amended_shorter.covers(date(2027, 6, 1))


def test_when_several_conventions_cover_a_day_the_latest_signed_counts():
    first, second = convention(), convention(rate_per_animation=Decimal("180.00"))
    assert covering([first, second], "34", FIRST_DAY) is second


def test_a_convention_of_another_territory_does_not_cover():
    with pytest.raises(DomainError) as refusal:
        covering([convention(territory="02")], "34", date(2027, 3, 15))
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field) == (RULE_BROKEN, ("starts_at",))
    assert "territoire Hérault (34) ne couvre le 15/03/2027" in problem.message


def test_an_older_convention_covers_what_a_newer_one_does_not():
    newer = convention(valid_from=date(2027, 9, 1), valid_until=date(2028, 8, 31))
    older = convention()
    assert covering([older, newer], "34", date(2027, 3, 15)) is older
    assert older.id == CONVENTION_ID


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 0), (0, -1), (1, 0), (-1, 1), (-9, -364), (364, 400)],
    ids=["same", "a day shorter", "a day later", "around", "its first day alone", "its last day alone"],
)
def test_a_day_in_one_territory_is_not_agreed_on_twice(first, last):
    days = {"valid_from": FIRST_DAY + timedelta(days=first), "valid_until": LAST_DAY + timedelta(days=last)}
    with pytest.raises(DomainError) as refusal:
        check_agreed_once(terms(**days), [convention()])
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field) == (ErrorCode.DUPLICATE, ("valid_from",))
    assert "sur le territoire Hérault (34) vaut déjà du 01/09/2026 au 31/08/2027 :" in problem.message


@pytest.mark.parametrize(
    "other",
    [
        convention(territory="18"),
        convention(valid_from=date(2026, 1, 1), valid_until=FIRST_DAY - timedelta(days=1)),
        convention(valid_from=date(2026, 1, 1), terminated_on=FIRST_DAY - timedelta(days=1)),
    ],
    ids=["of another territory", "of other days", "that has ended early"],
)
def test_another_convention_may_stand_beside(other):
    check_agreed_once(terms(), [other])
