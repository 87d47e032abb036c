"""The typology: terms are added, renamed, merged, retired by the national team; history keeps its words."""

from datetime import date, timedelta

import pytest

from domain.catalogue import TYPOLOGY
from domain.kernel.actors import SYSTEM, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.typology.typology import (
    SplitPart,
    Term,
    TermAdded,
    TermKind,
    TermMerged,
    TermRenamed,
    TermRetired,
    TermSplit,
    ThemeFamily,
    Typology,
    add,
    check_spared,
    merge,
    rename,
    retire,
    split,
)
from tests.support.domain.builders import NATIONAL, TERMS, TODAY, actor
from tests.support.domain.story import given

FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN
THEME, TYPE, VENUE = TermKind.THEME, TermKind.ANIMATION_TYPE, TermKind.VENUE_TYPE
GAMES = TermAdded(kind=THEME, code="jeux-video", label="Jeux vidéo", family=ThemeFamily.DIGITAL_PARENTING)
RETIRED = TermRetired(kind=THEME, code="temps-ecran")
DAY = date(2027, 3, 15)
MERGED = TermMerged(kind=THEME, code="temps-ecran", into="ent-pronote")


def today(*further):
    return given(TYPOLOGY, *TERMS, *further)


def test_what_declarations_cannot_do_without_is_not_retired():
    state = Typology(
        {
            (kind, code): Term(kind, code, code.title(), retired=gone)
            for kind, code, gone in (
                (TermKind.AUDIENCE, "parents", False),
                (TermKind.AUDIENCE, "familles", False),
                (TermKind.VENUE_TYPE, "ecole", False),
                (TermKind.VENUE_TYPE, "mairie", True),
                (TermKind.THEME, "ent", False),
                (TermKind.THEME, "jeux", False),
                (TermKind.ACCESSIBILITY, "lsf", False),
            )
        }
    )
    for kind, code, refusal in (
        (TermKind.AUDIENCE, "parents", "les inscriptions"),
        (TermKind.VENUE_TYPE, "ecole", "le dernier choix"),
    ):
        with pytest.raises(DomainError, match=refusal):
            check_spared(state, kind, code)
    for kind, code in ((TermKind.AUDIENCE, "familles"), (TermKind.THEME, "ent"), (TermKind.ACCESSIBILITY, "lsf")):
        check_spared(state, kind, code)
    problem = state.problem_with(TermKind.VENUE_TYPE, "mairie", date(2027, 1, 1))
    assert problem is not None
    assert problem.message == "« Mairie » n'est plus proposé ; valeurs acceptées : « Ecole »."


def test_a_term_is_added_and_may_be_used():
    state = today().when(add, NATIONAL, GAMES).then(GAMES)
    assert state.problem_with(THEME, "jeux-video", DAY) is None
    assert state.terms[THEME, "jeux-video"] == Term(
        THEME, "jeux-video", "Jeux vidéo", family=ThemeFamily.DIGITAL_PARENTING
    )


def test_a_founding_typology_comes_from_the_system():
    given().when(add, Typology(), SYSTEM, GAMES).then(GAMES)


@pytest.mark.parametrize("further", [(), (RETIRED,)])
def test_a_code_serves_once_even_after_its_retirement(further):
    again = TermAdded(kind=THEME, code="temps-ecran", label="Écrans", family=ThemeFamily.DIGITAL_PARENTING)
    today(*further).when(add, NATIONAL, again).then_refused(RULE_BROKEN, "code", "existe déjà")


def test_two_lists_may_hold_the_same_code():
    today().when(add, NATIONAL, TermAdded(kind=VENUE, code="parents", label="Chez des parents")).then_accepted()


def test_a_theme_belongs_to_a_family():
    today().when(add, NATIONAL, TermAdded(kind=THEME, code="jeux-video", label="Jeux")).then_refused(INVALID, "family")


def test_nothing_but_a_theme_belongs_to_a_family():
    mall = TermAdded(kind=VENUE, code="halle", label="Halle", family=ThemeFamily.SCHOOL_TOOLS)
    today().when(add, NATIONAL, mall).then_refused(INVALID, "family")


@pytest.mark.parametrize("kind", [VENUE, TermKind.AUDIENCE])
def test_only_an_animation_type_says_whether_children_take_part(kind):
    added = TermAdded(kind=kind, code="autre", label="Autre", admits_children=True)
    today().when(add, NATIONAL, added).then_refused(INVALID, "admits_children")


def test_an_animation_type_says_whether_children_take_part():
    fair = TermAdded(kind=TYPE, code="kermesse", label="Kermesse", admits_children=True)
    state = today().when(add, NATIONAL, fair).then(fair)
    assert state.admits_children("kermesse")
    assert not state.admits_children("cafe-des-parents")
    assert not state.admits_children("inconnu")


def test_a_term_is_renamed_and_keeps_its_code():
    renamed = TermRenamed(kind=THEME, code="temps-ecran", label="Écrans et sommeil")
    state = today().when(rename, NATIONAL, THEME, "temps-ecran", renamed.label).then(renamed)
    assert state.terms[THEME, "temps-ecran"].label == "Écrans et sommeil"
    assert state.problem_with(THEME, "temps-ecran", DAY) is None


def test_a_renaming_may_hold_from_a_day_on():
    since = TermRenamed(kind=THEME, code="temps-ecran", label="Écrans et sommeil", since=DAY)
    today().when(rename, NATIONAL, THEME, "temps-ecran", since.label, DAY).then(since)


def test_a_new_name_is_new():
    today().when(rename, NATIONAL, THEME, "temps-ecran", "Temps d'écran").then_refused(RULE_BROKEN, "label")


def test_a_merged_term_is_no_longer_offered_and_tells_its_successor():
    state = today().when(merge, NATIONAL, THEME, "temps-ecran", "ent-pronote").then(MERGED)
    old = state.terms[THEME, "temps-ecran"]
    assert (old.retired, old.became, old.label) == (True, ("ent-pronote",), "Temps d'écran")
    assert state.problem_with(THEME, "temps-ecran", DAY).code is RULE_BROKEN
    assert state.problem_with(THEME, "ent-pronote", DAY) is None


def test_a_term_is_not_merged_with_itself():
    today().when(merge, NATIONAL, THEME, "temps-ecran", "temps-ecran").then_refused(RULE_BROKEN, "into")


def test_terms_are_merged_within_one_list():
    today().when(merge, NATIONAL, THEME, "temps-ecran", "ecole").then_refused(ErrorCode.NOT_FOUND, "into")


def test_a_term_is_merged_neither_from_nor_into_a_retired_one():
    today(RETIRED).when(merge, NATIONAL, THEME, "temps-ecran", "ent-pronote").then_refused(RULE_BROKEN, "from")
    today(RETIRED).when(merge, NATIONAL, THEME, "ent-pronote", "temps-ecran").then_refused(RULE_BROKEN, "into")


def test_a_retired_term_is_no_longer_offered_but_not_forgotten():
    state = today().when(retire, NATIONAL, THEME, "temps-ecran").then(RETIRED)
    assert state.offered(THEME, DAY) == ["ent-pronote"]
    assert state.terms[THEME, "temps-ecran"].label == "Temps d'écran"


@pytest.mark.parametrize("gone", [RETIRED, MERGED])
def test_a_retired_or_merged_term_is_neither_retired_nor_renamed_again(gone):
    today(gone).when(retire, NATIONAL, THEME, "temps-ecran").then_refused(RULE_BROKEN, "code", "déjà retiré")
    today(gone).when(rename, NATIONAL, THEME, "temps-ecran", "Écrans").then_refused(RULE_BROKEN, "code")


def test_an_unknown_term_is_not_found():
    for decide, values in ((retire, ("x",)), (rename, ("x", "X"))):
        today().when(decide, NATIONAL, THEME, *values).then_refused(ErrorCode.NOT_FOUND, "code", "« x »")
    today().when(merge, NATIONAL, THEME, "x", "ent-pronote").then_refused(ErrorCode.NOT_FOUND, "from")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.NATIONAL])
def test_the_national_team_alone_owns_the_typology(role):
    who = actor(role)
    if role is not Role.SYSTEM:
        today().when(add, who, GAMES).then_refused(FORBIDDEN)
    today().when(rename, who, THEME, "temps-ecran", "Écrans").then_refused(FORBIDDEN)
    today().when(merge, who, THEME, "temps-ecran", "ent-pronote").then_refused(FORBIDDEN)
    today().when(retire, who, THEME, "temps-ecran").then_refused(FORBIDDEN)


def test_folding_leaves_the_former_state_as_it_was():
    before = dict(TODAY.terms)
    TYPOLOGY.evolve(TODAY, NATIONAL.person_id, RETIRED)  # type: ignore[arg-type]
    assert dict(TODAY.terms) == before


PARTS = (
    SplitPart(into="jeux-video", animation_types=("cafe-des-parents",), starts_before=DAY),
    SplitPart(into="ent-pronote"),
)
SPLIT = TermSplit(kind=THEME, code="temps-ecran", parts=PARTS, since=DAY)


def test_a_term_is_split_by_a_rule_and_tells_its_successors():
    state = today(GAMES).when(split, NATIONAL, THEME, "temps-ecran", PARTS, DAY).then(SPLIT)
    old = state.terms[THEME, "temps-ecran"]
    assert (old.retired, old.became, old.since) == (True, ("jeux-video", "ent-pronote"), DAY)


@pytest.mark.parametrize(
    ("animation_type", "day", "takes"),
    [
        ("cafe-des-parents", DAY - timedelta(days=1), True),
        ("cafe-des-parents", DAY, False),
        ("seminaire", DAY - timedelta(days=1), False),
    ],
)
def test_a_part_takes_what_all_its_conditions_admit(animation_type, day, takes):
    assert PARTS[0].takes(animation_type, day) is takes
    assert PARTS[1].takes(animation_type, day)


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        (PARTS[1:] * 2, RULE_BROKEN, "parts"),
        (PARTS[::-1], RULE_BROKEN, "parts"),
        ((PARTS[0], SplitPart(into="temps-ecran")), RULE_BROKEN, "parts.1.into"),
        ((PARTS[0], SplitPart(into="inconnu")), ErrorCode.NOT_FOUND, "parts.1.into"),
        (
            (SplitPart(into="jeux-video", animation_types=("inconnu",)), PARTS[1]),
            ErrorCode.NOT_FOUND,
            "parts.0.animation_types",
        ),
    ],
)
def test_a_split_leads_to_several_living_terms_and_leaves_nothing_over(parts, code, field):
    today(GAMES).when(split, NATIONAL, THEME, "temps-ecran", parts).then_refused(code, field)


def test_the_typology_is_split_by_the_national_team_only():
    today(GAMES).when(split, actor(Role.STRUCTURE), THEME, "temps-ecran", PARTS).then_refused(FORBIDDEN)


def test_a_term_retired_from_a_day_on_is_offered_for_the_days_before():
    gone = TermRetired(kind=THEME, code="temps-ecran", since=DAY)
    state = today().when(retire, NATIONAL, THEME, "temps-ecran", DAY).then(gone)
    assert state.problem_with(THEME, "temps-ecran", DAY - timedelta(days=1)) is None
    assert state.problem_with(THEME, "temps-ecran", DAY).code is RULE_BROKEN
    assert state.offered(THEME, DAY) == ["ent-pronote"]
