"""A series: the same content at several dates, all or none, each refusal with its date."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from domain.animations.events import AnimationCancelled, AnimationPublished, AnimationRepeated
from domain.animations.series import Dates, Interval, dates_every, join, repeat, repeated
from domain.catalogue import ANIMATION
from domain.kernel.errors import DomainError, ErrorCode
from domain.typology.typology import TermKind
from tests.support.domain.builders import (
    END,
    NATIONAL,
    NOW,
    OTHER_STRUCTURE,
    START,
    STRUCTURE,
    animation,
    around,
    attested,
    content,
    created,
    retired,
    same_content,
)
from tests.support.domain.story import SUBJECT, fold

WEEK = timedelta(days=7)
COPY = UUID("00000000-0000-4000-8000-000000000002")


def weeks(*numbers: int) -> list[Dates]:
    return [Dates(START + number * WEEK, END + number * WEEK) for number in numbers]


def refusals(*values, **changes) -> list[tuple[ErrorCode, str, str]]:
    with pytest.raises(DomainError) as refusal:
        repeat(*values, **changes)
    return [(problem.code, ".".join(problem.field), problem.message) for problem in refusal.value.problems]


@pytest.mark.parametrize("before", [(), (AnimationPublished(), attested()), (AnimationCancelled(reason="Neige"),)])
def test_each_copy_has_the_content_at_its_date_and_names_its_source(before):
    copies = repeat(animation(*before), weeks(1, 3), STRUCTURE, around(), NOW)
    assert [fact.starts_at for fact in copies] == [START + WEEK, START + 3 * WEEK]
    for fact in copies:
        assert fact.cloned_from == SUBJECT
        times = {"starts_at": fact.starts_at, "ends_at": fact.ends_at}
        assert same_content(fact) == same_content(content()) | times


def test_an_hour_on_the_clock_stays_the_same_over_their_change():
    dates = [Dates(datetime(2027, 3, day, 18), datetime(2027, 3, day, 20)) for day in (22, 29)]
    copies = repeat(animation(), dates, STRUCTURE, around(), NOW)
    starts = [fact.starts_at.isoformat() for fact in copies]
    assert starts == ["2027-03-22T18:00:00+01:00", "2027-03-29T18:00:00+02:00"]


def test_all_dates_are_refused_if_one_is_and_each_refusal_names_its_date():
    far = Dates(START + timedelta(days=400), END + timedelta(days=400))
    skipped = Dates(datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 4))
    dates = [*weeks(1, 0, 1), far, skipped, Dates(END + WEEK * 2, START + WEEK * 2), Dates(START + WEEK * 3, None)]
    wrong = refusals(animation(), dates, STRUCTURE, around(), NOW)
    assert [(code, field) for code, field, _ in wrong] == [
        (ErrorCode.DUPLICATE, "dates.1.starts_at"),
        (ErrorCode.DUPLICATE, "dates.2.starts_at"),
        (ErrorCode.RULE_BROKEN, "dates.3.starts_at"),
        (ErrorCode.INVALID, "dates.4.starts_at"),
        (ErrorCode.INVALID, "dates.5.ends_at"),
        (ErrorCode.INVALID, "dates.6.ends_at"),
    ]
    days = [message.partition(" : ")[0] for *_, message in wrong]
    assert days == ["15/03/2027", "22/03/2027", "18/04/2028", "28/03/2027", "29/03/2027", "05/04/2027"]


def test_a_term_that_was_retired_is_named_for_each_date():
    later = around(typology=retired(TermKind.THEME, "ent-pronote"))
    wrong = refusals(animation(), weeks(1, 2), STRUCTURE, later, NOW)
    assert [field for _, field, message in wrong if "ENT - Pronote" in message] == ["dates.0", "dates.1"]


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, NATIONAL])
def test_only_its_structure_repeats_an_animation_and_others_learn_nothing_of_its_dates(who):
    assert [(code, field) for code, field, _ in refusals(animation(), weeks(0), who, around(), NOW)] == [
        (ErrorCode.FORBIDDEN, "")
    ]


def test_what_began_already_is_marked_late():
    copies = repeat(animation(), weeks(1, 2), STRUCTURE, around(), START + WEEK)
    assert [fact.declared_late for fact in copies] == [True, False]


def test_a_rule_follows_the_clock_and_leaves_days_out():
    dates = dates_every(animation(), Interval.WEEK, date(2027, 4, 12), [date(2027, 4, 5)])
    assert [f"{day.starts_at:%m-%d %H}" for day in dates] == ["03-22 18", "03-29 18", "04-12 18"]
    assert [day.starts_at.day for day in dates_every(animation(), Interval.TWO_WEEKS, date(2027, 4, 12))] == [29, 12]


@pytest.mark.parametrize("until", [date(2027, 3, 21), date(2029, 1, 1), date(2099, 12, 31)])
def test_a_rule_leads_to_one_date_at_least_and_sixty_at_most(until):
    with pytest.raises(DomainError) as refusal:
        dates_every(animation(), Interval.WEEK, until)
    assert refusal.value.problems[0].field == ("until",)


def test_the_source_tells_which_copies_were_made_of_it_and_a_copy_which_series_it_is_of():
    copy = replace(animation(cloned_from=SUBJECT), id=COPY)
    in_series = fold(ANIMATION, created(cloned_from=SUBJECT), *join(copy, SUBJECT, STRUCTURE), subject=COPY)
    assert repeated(animation(), [in_series], STRUCTURE, NOW) == [
        AnimationRepeated(series_id=SUBJECT, animation_ids=(COPY,))
    ]
    for copies in ([], [copy]):
        with pytest.raises(DomainError):
            repeated(animation(), copies, STRUCTURE, NOW)
    with pytest.raises(DomainError):
        join(in_series, SUBJECT, STRUCTURE)
