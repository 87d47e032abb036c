"""Conventions that change: amended, from which day on; terminated; and what that leaves uncovered."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.catalogue import CONVENTION
from domain.conventions.changes import Amendment, Attested, amend, terminate
from domain.conventions.convention import ConventionAmended, ConventionTerminated
from domain.kernel.actors import Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import COORDONNATEUR, STRUCTURE, actor, convention, signed
from tests.support.domain.story import given

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
DUPLICATE = ErrorCode.DUPLICATE
TODAY = date(2026, 9, 10)
FIRST_DAY, LAST_DAY = date(2026, 9, 1), date(2027, 8, 31)


def amended(**changes):
    values = {
        "coordonnateur": "Coordination 34",
        "valid_from": FIRST_DAY,
        "valid_until": LAST_DAY,
        "planned_animations": 10,
        "rate_per_animation": Decimal("150.00"),
        "required_pieces": ("Liste d'émargement signée",),
        "effective_from": None,
        "reason": None,
        "uncovered": (),
    }
    return ConventionAmended(**values | changes)


def test_an_amendment_says_what_is_new_and_keeps_the_rest():
    state = (
        given(CONVENTION, signed())
        .when(amend, COORDONNATEUR, Amendment({"rate_per_animation": Decimal("180.00")}), TODAY)
        .then(amended(rate_per_animation=Decimal("180.00"), changed=("rate_per_animation",), effective_from=TODAY))
    )
    assert state.rate_per_animation == Decimal("180.00")
    assert state.valid_until == LAST_DAY


def test_an_amendment_may_drop_an_optional_term():
    given(CONVENTION, signed()).when(amend, COORDONNATEUR, Amendment({"planned_animations": None}), TODAY).then(
        amended(planned_animations=None, changed=("planned_animations",))
    )


@pytest.mark.parametrize("field", ["coordonnateur", "valid_from", "valid_until", "required_pieces"])
def test_an_amendment_cannot_drop_a_mandatory_term(field):
    given(CONVENTION, signed()).when(amend, COORDONNATEUR, Amendment({field: None}), TODAY).then_refused(
        INVALID, field, "champ obligatoire"
    )


def test_an_amendment_changes_something():
    given(CONVENTION, signed()).when(amend, COORDONNATEUR, Amendment({"valid_until": LAST_DAY}), TODAY).then_refused(
        RULE_BROKEN, saying="Rien ne change"
    )


def test_an_amendment_keeps_the_period_in_order():
    given(CONVENTION, signed()).when(
        amend, COORDONNATEUR, Amendment({"valid_until": date(2026, 8, 31)}), TODAY
    ).then_refused(INVALID, "valid_until")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until": LAST_DAY + timedelta(days=1)}, "valid_until"),
        ({"valid_from": FIRST_DAY - timedelta(days=1)}, "valid_from"),
    ],
)
def test_an_amendment_takes_no_day_of_another_convention(changes, field):
    others = [
        convention(id=UUID(int=1), valid_from=LAST_DAY + timedelta(days=1), valid_until=date(2028, 8, 31)),
        convention(id=UUID(int=2), valid_from=date(2025, 9, 1), valid_until=FIRST_DAY - timedelta(days=1)),
    ]
    story = given(CONVENTION, signed())
    story.when(amend, COORDONNATEUR, Amendment(changes), TODAY, others=others).then_refused(DUPLICATE, field, "avenant")
    elsewhere = [replace(other, territory="02") for other in others]
    story.when(amend, COORDONNATEUR, Amendment(changes), TODAY, others=elsewhere).then_accepted()


def test_days_that_two_conventions_shared_before_may_be_given_up_one_by_one():
    others = [convention(id=UUID(int=1))]
    sooner = {"valid_until": LAST_DAY - timedelta(days=1)}
    given(CONVENTION, signed()).when(amend, COORDONNATEUR, Amendment(sooner), TODAY, others=others).then_accepted()


def test_neither_siret_nor_territory_can_be_amended():
    given(CONVENTION, signed()).when(amend, COORDONNATEUR, Amendment({"territory": "02"}), TODAY).then_refused(
        RULE_BROKEN
    )


@pytest.mark.parametrize("who", [STRUCTURE, actor(Role.COORDONNATEUR, territories=frozenset(["02"]))])
def test_only_the_territorys_coordonnateur_amends_or_terminates(who):
    story = given(CONVENTION, signed())
    story.when(amend, who, Amendment({"planned_animations": 12}), TODAY).then_refused(FORBIDDEN)
    story.when(terminate, who, date(2027, 1, 1), "Fin prévue").then_refused(FORBIDDEN)


def test_a_termination_keeps_its_last_day_and_reason():
    state = (
        given(CONVENTION, signed())
        .when(terminate, COORDONNATEUR, date(2027, 1, 31), "Fermeture du centre")
        .then(ConventionTerminated(terminated_on=date(2027, 1, 31), reason="Fermeture du centre", uncovered=()))
    )
    assert state.covers(date(2027, 1, 31))
    assert not state.covers(date(2027, 2, 1))


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)])
def test_a_termination_falls_within_the_validity(day):
    given(CONVENTION, signed()).when(terminate, COORDONNATEUR, day, "Fin prévue").then_refused(
        INVALID, "terminated_on", "01/09/2026 et le 31/08/2027"
    )


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_a_termination_may_fall_on_either_end(day):
    given(CONVENTION, signed()).when(terminate, COORDONNATEUR, day, "Fin prévue").then_accepted()


@pytest.mark.parametrize("reason", ["", "   ", "."])
def test_a_termination_has_a_reason(reason):
    given(CONVENTION, signed()).when(terminate, COORDONNATEUR, date(2027, 1, 31), reason).then_refused(
        INVALID, "reason"
    )


def test_a_terminated_convention_is_neither_amended_nor_terminated_again():
    story = given(
        CONVENTION,
        signed(),
        ConventionTerminated(terminated_on=date(2027, 1, 31), reason="Fin prévue", uncovered=()),
    )
    story.when(amend, COORDONNATEUR, Amendment({"planned_animations": 12}), TODAY).then_refused(
        RULE_BROKEN, "convention_id", "résiliée"
    )
    story.when(terminate, COORDONNATEUR, date(2027, 2, 1), "Fin prévue").then_refused(RULE_BROKEN, "convention_id")


DEARER = {"rate_per_animation": Decimal("900.00")}
CHANGED = {"rate_per_animation": Decimal("900.00"), "changed": ("rate_per_animation",)}
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def test_a_new_rate_holds_from_today_on_and_the_old_one_before():
    state = (
        given(CONVENTION, signed())
        .when(amend, COORDONNATEUR, Amendment(DEARER), TODAY)
        .then(amended(**CHANGED, effective_from=TODAY))
    )
    assert (state.rate_on(YESTERDAY), state.rate_on(TODAY)) == (Decimal("150.00"), Decimal("900.00"))


def test_a_rate_may_hold_from_a_later_day_on():
    state = (
        given(CONVENTION, signed())
        .when(amend, COORDONNATEUR, Amendment(DEARER, TOMORROW), TODAY)
        .then(amended(**CHANGED, effective_from=TOMORROW))
    )
    assert (state.rate_on(TODAY), state.rate_on(TOMORROW)) == (Decimal("150.00"), Decimal("900.00"))


@pytest.mark.parametrize(("reason", "code"), [(None, RULE_BROKEN), (" ", INVALID), ("...", INVALID)])
def test_a_rate_that_holds_from_a_day_before_today_has_a_reason(reason, code):
    story = given(CONVENTION, signed())
    story.when(amend, COORDONNATEUR, Amendment(DEARER, YESTERDAY, reason), TODAY).then_refused(code, "reason")
    expected = amended(**CHANGED, effective_from=YESTERDAY, reason="Convenu à la rentrée")
    state = story.when(amend, COORDONNATEUR, Amendment(DEARER, YESTERDAY, "Convenu à la rentrée"), TODAY).then(expected)
    assert state.rate_on(YESTERDAY) == Decimal("900.00")


def test_the_same_rate_may_be_made_to_hold_from_an_earlier_day_on():
    story = given(CONVENTION, signed(), amended(**CHANGED, effective_from=TODAY))
    expected = amended(**CHANGED, effective_from=FIRST_DAY, reason="Erreur de date")
    state = story.when(amend, COORDONNATEUR, Amendment({}, FIRST_DAY, "Erreur de date"), TODAY).then(expected)
    assert state.rate_on(FIRST_DAY) == Decimal("900.00")


def test_the_first_rate_of_a_convention_holds_from_its_first_day():
    story = given(CONVENTION, signed(rate_per_animation=None))
    state = story.when(amend, COORDONNATEUR, Amendment(DEARER), TODAY).then(amended(**CHANGED))
    assert state.rate_on(FIRST_DAY) == Decimal("900.00")


def test_a_rate_that_was_taken_away_does_not_come_back_for_the_days_before():
    without = amended(rate_per_animation=None, changed=("rate_per_animation",), effective_from=YESTERDAY)
    story = given(CONVENTION, signed(), without)
    state = story.when(amend, COORDONNATEUR, Amendment(DEARER), TODAY).then(amended(**CHANGED, effective_from=TODAY))
    days = [YESTERDAY - timedelta(days=1), YESTERDAY, TODAY]
    assert [state.rate_on(day) for day in days] == [Decimal("150.00"), None, Decimal("900.00")]


def test_an_amendment_of_other_terms_leaves_the_rates_of_all_days():
    later = amended(**CHANGED, effective_from=TOMORROW)
    other = amended(**DEARER, planned_animations=12, changed=("planned_animations",))
    state = given(CONVENTION, signed(), later, other).state
    assert (state.rate_on(TODAY), state.rate_on(TOMORROW)) == (Decimal("150.00"), Decimal("900.00"))


def test_an_old_amendment_that_says_no_day_holds_for_every_day():
    state = given(CONVENTION, signed(), amended(**CHANGED)).state
    assert state.rate_on(FIRST_DAY) == Decimal("900.00")


def test_a_day_of_effect_goes_with_a_rate_that_changes():
    story = given(CONVENTION, signed())
    story.when(amend, COORDONNATEUR, Amendment({"planned_animations": 12}, TODAY), TODAY).then_refused(
        INVALID, "effective_from"
    )


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)])
def test_a_day_of_effect_is_a_day_of_the_convention(day):
    story = given(CONVENTION, signed())
    story.when(amend, COORDONNATEUR, Amendment(DEARER, day, "Motif"), TODAY).then_refused(
        INVALID, "effective_from", "01/09/2026 et le 31/08/2027"
    )


EARLY, LATE = (Attested(UUID(int=number), "Café", date(2027, month, 15)) for number, month in ((1, 1), (2, 3)))
FEBRUARY = date(2027, 2, 1)
ENDINGS: dict[str, Any] = {
    "terminated": (terminate, COORDONNATEUR, FEBRUARY, "Fin prévue"),
    "amended": (amend, COORDONNATEUR, Amendment({"valid_until": FEBRUARY}), TODAY),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_end_that_leaves_attested_animations_uncovered_names_them(ending):
    outcome = given(CONVENTION, signed()).when(*ENDINGS[ending], [EARLY, LATE])
    assert outcome.refusal is not None
    named, how = (problem.message for problem in outcome.refusal.problems)
    assert "« Café » du 15/03/2027" in named
    assert "01/02/2027" in named
    assert "en acceptant que ces animations ne soient plus couvertes" in how
    assert {problem.field for problem in outcome.refusal.problems} == {("accept_uncovered",)}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_end_is_recorded_with_what_it_leaves_uncovered_once_that_is_accepted(ending):
    (ended,) = given(CONVENTION, signed()).when(*ENDINGS[ending], [EARLY, LATE], True).then_accepted()
    assert isinstance(ended, ConventionAmended | ConventionTerminated)
    assert ended.uncovered == (LATE.id,)


def test_what_was_uncovered_before_is_not_named_again():
    ended = amended(valid_until=FEBRUARY, changed=("valid_until",))
    story = given(CONVENTION, signed(), ended)
    story.when(terminate, COORDONNATEUR, date(2027, 1, 31), "Fin prévue", [LATE]).then_accepted()
