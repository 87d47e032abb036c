"""What is refused of a change that is wanted today, and not of those recorded before."""

from datetime import date

import pytest

from domain.catalogue import TYPOLOGY
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import TYPOLOGY_ID
from domain.typology.typology import SplitPart, TermKind, TermRetired, rename
from domain.typology.wanted_changes import check_label_is_free, check_parts_take_something
from tests.support.domain.builders import NATIONAL, TERMS, TODAY
from tests.support.domain.story import given

THEME = TermKind.THEME
FIRST, LAST = date(2026, 1, 1), date(2026, 2, 1)
REST = SplitPart(into="ent-pronote")


@pytest.mark.parametrize("label", ["ENT - Pronote", "ent-pronote", "  Ént – PRONOTE ", "ENT Pronote"])
def test_two_choices_of_a_list_do_not_bear_one_name_however_it_is_written(label):
    for code in ("temps-ecran", "nouveau"):
        with pytest.raises(DomainError, match="« Fusionner »") as refused:
            check_label_is_free(TODAY, THEME, code, label)
        assert refused.value.problems[0].field == ("label",)


def test_a_name_is_free_in_another_list_for_the_choice_itself_and_once_its_choice_is_retired():
    check_label_is_free(TODAY, TermKind.VENUE_TYPE, "ent", "ENT - Pronote")
    check_label_is_free(TODAY, THEME, "ent-pronote", "ENT-Pronote")
    state = TYPOLOGY.evolve(TODAY, TYPOLOGY_ID, TermRetired(kind=THEME, code="ent-pronote"))
    check_label_is_free(state, THEME, "nouveau", "ENT - Pronote")


def test_what_was_recorded_before_is_still_judged_as_it_was_then():
    given(TYPOLOGY, *TERMS).when(rename, NATIONAL, THEME, "temps-ecran", "ENT - Pronote").then_accepted()


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (SplitPart(into="jeux-video"), "animation_types"),
        (SplitPart(into="jeux-video", starts_from=LAST, starts_before=FIRST), "starts_before"),
        (SplitPart(into="jeux-video", starts_from=FIRST, starts_before=FIRST), "starts_before"),
    ],
)
def test_each_part_of_a_split_takes_something_and_leaves_something(part, field):
    possible = SplitPart(into="jeux-video", starts_from=FIRST, starts_before=LAST)
    check_parts_take_something([possible, REST])
    with pytest.raises(DomainError) as refused:
        check_parts_take_something([possible, part, REST])
    assert [problem.field for problem in refused.value.problems] == [("parts", "1", field)]
