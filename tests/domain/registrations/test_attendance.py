"""The list on the day: what is counted when a figure is left out, and which figures are refused."""

import pytest

from domain.animations.events import AnimationPublished
from domain.kernel.actors import PUBLIC
from domain.kernel.errors import DomainError, ErrorCode
from domain.registrations.attendance import check_in, count_walk_ins
from domain.registrations.events import PresenceTicked, WalkInsCounted
from domain.registrations.registering import register
from domain.registrations.registration_book import EMPTY
from tests.support.domain.builders import AFTER, NOW, STRUCTURE, animation
from tests.support.domain.registration_builders import PUBLISHED, WHO, book, number, registered, registering

RULE_BROKEN = ErrorCode.RULE_BROKEN


def test_a_figure_that_is_left_out_stays_as_it_was_counted():
    ticked = PresenceTicked(registration_id=number(1), present=True, children=5)
    walk_ins = WalkInsCounted(animation_id=PUBLISHED.id, parents=4, children=1)
    counted = book(*registered(True), ticked, walk_ins)
    counted.when(check_in, PUBLISHED, number(1), True, None, STRUCTURE, AFTER).then()
    counted.when(count_walk_ins, PUBLISHED, 5, None, STRUCTURE, AFTER).then(walk_ins.model_copy(update={"parents": 5}))


def test_children_are_refused_where_they_are_named_and_the_type_admits_none():
    ticked = PresenceTicked(registration_id=number(1), present=True, children=0)
    counted = book(*registered(True))
    for children, then in ((1, None), (0, [ticked]), (None, [ticked])):
        tick = counted.when(check_in, PUBLISHED, number(1), True, children, STRUCTURE, AFTER, False)
        tick.then_refused(RULE_BROKEN, "children") if then is None else tick.then(*then)
    counted.when(count_walk_ins, PUBLISHED, 1, 2, STRUCTURE, AFTER, False).then_refused(RULE_BROKEN, "children")
    counted.when(count_walk_ins, PUBLISHED, 1, None, STRUCTURE, AFTER, False).then_accepted()
    second = registering(2, admits_children=False)
    counted.when(register, PUBLISHED, WHO, second, PUBLIC, NOW).then_refused(RULE_BROKEN, "children")


@pytest.mark.parametrize(
    ("parents", "children", "fields"),
    [(100, 100, ()), (101, 0, ("parents",)), (0, 101, ("children",)), (100_000, 100_000, ("parents", "children"))],
)
def test_who_just_came_are_at_most_ten_for_each_seat_or_a_hundred(parents, children, fields):
    counting = (EMPTY, PUBLISHED, parents, children, STRUCTURE, AFTER)
    if fields:
        with pytest.raises(DomainError, match="Au plus 100 ") as refusal:
            count_walk_ins(*counting)
        assert tuple(problem.field[0] for problem in refusal.value.problems) == fields
    else:
        assert count_walk_ins(*counting)
    many = animation(AnimationPublished(), seats=400)
    assert count_walk_ins(EMPTY, many, 4_000, 0, STRUCTURE, AFTER)
