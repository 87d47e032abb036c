"""An animation is declared by a structure, under a convention that covers it, in the typology's words."""

from datetime import date, timedelta

import pytest

from domain.animations.animation import declare
from domain.animations.events import AnimationCreated
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.field_labels import label_of
from domain.typology.typology import TermKind
from tests.support.domain.builders import (
    END,
    NOW,
    OTHER_STRUCTURE,
    OURS,
    START,
    STRUCTURE,
    THEIRS,
    actor,
    around,
    content,
    convention,
    created,
    retired,
    values,
)
from tests.support.domain.story import fold, given

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
MANDATORY = (
    "title",
    "description",
    "starts_at",
    "ends_at",
    "venue_type",
    "venue_name",
    "audience",
    "type",
    "themes",
    "seats",
)


def refused(**changes):
    with pytest.raises(DomainError) as refusal:
        content(**changes)
    return refusal.value.problems


def test_a_structure_declares_an_animation():
    given().when(declare, content(), OURS, STRUCTURE, around, NOW).then(created())


def test_a_declared_animation_waits_for_publication_and_is_not_attested():
    state = fold(ANIMATION, created())
    assert (state.status, state.attested) == (AnimationStatus.SUBMITTED, False)


def test_a_structure_declares_for_itself_only():
    given().when(declare, content(), THEIRS, STRUCTURE, around, NOW).then_refused(FORBIDDEN)
    given().when(declare, content(), OURS, OTHER_STRUCTURE, around, NOW).then_refused(FORBIDDEN)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.STRUCTURE])
def test_nobody_but_a_structure_declares(role):
    given().when(declare, content(), OURS, actor(role), around, NOW).then_refused(FORBIDDEN)


def test_a_structure_without_account_learns_nothing():
    given().when(declare, content(), OURS, STRUCTURE, lambda: around(structure=None), NOW).then_refused(FORBIDDEN)


def test_every_missing_field_is_named_at_once():
    problems = refused(**dict.fromkeys(MANDATORY))
    assert {problem.field for problem in problems} == {(name,) for name in MANDATORY}
    assert {(problem.code, problem.message) for problem in problems} == {
        (INVALID, f"{label_of((name,))} : champ obligatoire.") for name in MANDATORY
    }


@pytest.mark.parametrize("name", ["title", "description", "venue_name"])
def test_blanks_do_not_fill_a_mandatory_text(name):
    (problem,) = refused(**{name: " \n\t "})
    assert (problem.field, problem.message) == ((name,), f"{label_of((name,))} : champ obligatoire.")


def test_address_and_commune_are_optional():
    bare = content(address=None, commune_code=None)
    given().when(declare, bare, OURS, STRUCTURE, around, NOW).then(created(address=None, commune_code=None))


@pytest.mark.parametrize("minutes", [0, -1, -60 * 24])
def test_the_end_comes_after_the_start(minutes):
    backwards = content(ends_at=START + timedelta(minutes=minutes))
    given().when(declare, backwards, OURS, STRUCTURE, around, NOW).then_refused(INVALID, "ends_at", "début")


def test_every_rule_that_an_animation_breaks_is_named_at_once():
    wrong = content(
        starts_at=START.replace(year=2090),
        ends_at=START.replace(year=2089),
        venue_type="gymnase",
        audience="grands-parents",
        type="cafe",
        themes=("orientation",),
    )
    with pytest.raises(DomainError) as refusal:
        declare(wrong, OURS, STRUCTURE, around, NOW)
    fields = {".".join(problem.field) for problem in refusal.value.problems}
    assert fields == {"ends_at", "venue_type", "audience", "type", "themes.0", "starts_at"}


def test_an_animation_may_last_a_minute():
    short = START + timedelta(minutes=1)
    given().when(declare, content(ends_at=short), OURS, STRUCTURE, around, NOW).then(created(ends_at=short))


@pytest.mark.parametrize("seats", [0, -1, -(2**31)])
def test_there_is_one_seat_at_least(seats):
    (problem,) = refused(seats=seats)
    assert (problem.field, problem.message) == (("seats",), "Places : doit être au moins 1.")


@pytest.mark.parametrize("seats", [2**31, 2**63, 100_001])
def test_seats_have_an_upper_bound(seats):
    (problem,) = refused(seats=seats)
    assert (problem.field, problem.message) == (("seats",), "Places : doit être au plus 100\xa0000.")


@pytest.mark.parametrize("seats", [1, 100_000])
def test_seats_may_reach_their_bounds(seats):
    assert content(seats=seats).seats == seats


def test_one_theme_at_least():
    (problem,) = refused(themes=())
    assert problem.field == ("themes",)
    assert "au moins 1" in problem.message


def test_a_second_theme_is_the_last():
    given().when(declare, content(themes=("temps-ecran", "ent-pronote")), OURS, STRUCTURE, around, NOW).then(
        created(themes=("temps-ecran", "ent-pronote"))
    )
    (problem,) = refused(themes=("ent-pronote", "temps-ecran", "jeux-video"))
    assert problem.field == ("themes",)


def test_the_second_theme_differs_from_the_main_one():
    (problem,) = refused(themes=("ent-pronote", "ent-pronote"))
    assert (problem.field, "différer" in problem.message) == (("themes",), True)


CHOICES = [
    (TermKind.VENUE_TYPE, "venue_type", "venue_type", "ecole", "mediatheque"),
    (TermKind.AUDIENCE, "audience", "audience", "parents", "mediateurs"),
    (TermKind.ANIMATION_TYPE, "type", "type", "cafe-des-parents", "atelier-parents-enfants"),
    (TermKind.THEME, "themes", "themes.0", ("ent-pronote",), "temps-ecran"),
]


@pytest.mark.parametrize(("kind", "name", "path", "chosen", "accepted"), CHOICES)
def test_an_unknown_term_is_refused_with_the_terms_accepted(kind, name, path, chosen, accepted):
    unknown = ("patinage",) if name == "themes" else "patinage"
    story = given().when(declare, content(**{name: unknown}), OURS, STRUCTURE, around, NOW)
    (problem,) = story.then_refused(INVALID, path, "« patinage » n'existe pas dans la typologie")
    assert accepted in problem.message


@pytest.mark.parametrize(("kind", "name", "path", "chosen", "accepted"), CHOICES)
def test_a_retired_term_serves_no_new_animation(kind, name, path, chosen, accepted):
    code = chosen[0] if name == "themes" else chosen
    later = around(typology=retired(kind, code))
    story = given().when(declare, content(), OURS, STRUCTURE, lambda: later, NOW)
    (problem,) = story.then_refused(RULE_BROKEN, path, "n'est plus proposé")
    label = later.typology.terms[kind, accepted].label
    # People read it, who know no code.
    assert problem.message.endswith(f"valeurs acceptées : « {label} ».")


def test_a_term_of_one_list_serves_in_no_other():
    crossed = content(venue_type="parents", audience="ecole")
    with pytest.raises(DomainError) as refusal:
        declare(crossed, OURS, STRUCTURE, around, NOW)
    assert [problem.field for problem in refusal.value.problems] == [("venue_type",), ("audience",)]


def test_every_unknown_term_is_named_at_once():
    unknown = content(venue_type="x1", audience="x2", type="x3", themes=("x4", "x5"))
    with pytest.raises(DomainError) as refusal:
        declare(unknown, OURS, STRUCTURE, around, NOW)
    assert [".".join(problem.field) for problem in refusal.value.problems] == [
        "venue_type",
        "audience",
        "type",
        "themes.0",
        "themes.1",
    ]


@pytest.mark.parametrize(
    "conventions",
    [
        [],
        [convention(valid_until=date(2027, 3, 14))],
        [convention(valid_from=date(2027, 3, 16))],
        [convention(territory="02")],
        [convention(terminated_on=date(2027, 3, 14))],
    ],
    ids=["none", "ended", "not yet", "elsewhere", "terminated"],
)
def test_an_animation_is_declared_only_under_a_convention_that_covers_its_date(conventions):
    given().when(declare, content(), OURS, STRUCTURE, lambda: around(conventions=conventions), NOW).then_refused(
        RULE_BROKEN, "starts_at", "ne couvre le 15/03/2027"
    )


def test_an_animation_is_declared_under_the_convention_that_covers_its_date():
    first = convention(valid_until=date(2027, 2, 1), id=THEIRS)
    (event,) = (
        given()
        .when(declare, content(), OURS, STRUCTURE, lambda: around(conventions=[convention(), first]), NOW)
        .then_accepted()
    )
    assert event == created()


def test_a_declaration_before_the_start_is_in_time():
    given().when(declare, content(), OURS, STRUCTURE, around, START - timedelta(seconds=1)).then(created())


@pytest.mark.parametrize("now", [START, END, END + timedelta(days=30)])
def test_a_declaration_after_the_start_is_accepted_and_marked_late(now):
    given().when(declare, content(), OURS, STRUCTURE, around, now).then(created(declared_late=True))


def test_a_first_declaration_names_no_source():
    (event,) = given().when(declare, content(), OURS, STRUCTURE, around, NOW).then_accepted()
    assert isinstance(event, AnimationCreated)
    assert event.cloned_from is None


def test_an_unknown_field_is_named():
    (problem,) = refused(**values(place="Montpellier"))
    assert (problem.field, problem.message) == (("place",), "place : champ inconnu.")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_a_far_off_year_is_a_slip_of_the_keyboard(moment):
    (problem,) = refused(starts_at=moment)
    assert (problem.field, "entre 2000 et 2100" in problem.message) == (("starts_at",), True)
