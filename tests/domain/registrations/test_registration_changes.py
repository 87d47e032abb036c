"""Registrations later on: freed seats, changes of the animation, erasure, and how long all this takes."""

from datetime import timedelta
from time import process_time

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.animations.events import AnimationPublished
from domain.kernel.actors import PUBLIC, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.registrations.events import (
    PresenceTicked,
    QuestionWithdrawn,
    RegistrantErased,
    RegistrationCancelled,
    RegistrationRemoved,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)
from domain.registrations.registering import LONGEST_WAITING_LIST, WAITING_FOR_A_SEAT, register
from domain.registrations.registration import (
    LAST_SEATING,
    cancel,
    check_modification,
    erase,
    keep,
    question,
    remove,
    seat_next,
)
from domain.registrations.registration_book import EMPTY, RegistrationBook, evolve, fold
from tests.support.domain.builders import (
    COORDONNATEUR,
    NATIONAL,
    NOW,
    OTHER_STRUCTURE,
    PARENT,
    PERSON,
    START,
    STRUCTURE,
    actor,
    animation,
    content,
)
from tests.support.domain.registration_builders import (
    PUBLISHED,
    WHO,
    book,
    contact,
    made,
    number,
    registered,
    registering,
    registers,
)
from tests.support.domain.story import SUBJECT

DUPLICATE, FORBIDDEN, INVALID = ErrorCode.DUPLICATE, ErrorCode.FORBIDDEN, ErrorCode.INVALID
NOT_FOUND, RULE_BROKEN = ErrorCode.NOT_FOUND, ErrorCode.RULE_BROKEN
MEDIATEUR = actor(Role.MEDIATEUR)


def test_it_is_cancelled_once():
    events = [*registered(True), RegistrationCancelled(registration_id=number(1))]
    book(*events).when(cancel, PUBLISHED, number(1), PUBLIC, NOW).then_refused(RULE_BROKEN, saying="déjà annulée")


def test_nothing_is_cancelled_once_the_animation_has_begun():
    book(*registered(True)).when(cancel, PUBLISHED, number(1), PUBLIC, START).then_refused(RULE_BROKEN, saying="closes")


def test_a_freed_seat_goes_to_the_first_in_line():
    events = [*registered(True, True, False, False), RegistrationCancelled(registration_id=number(2))]
    book(*events).when(seat_next, 2, START, NOW).then(SeatObtained(registration_id=number(3)))


def test_further_seats_go_to_as_many_of_those_who_wait():
    obtained = [SeatObtained(registration_id=number(place)) for place in (2, 3)]
    book(*registered(True, False, False, False)).when(seat_next, 3, START, NOW).then(*obtained)


def test_shortly_before_the_start_a_freed_seat_goes_to_nobody():
    events = [*registered(True, False), RegistrationCancelled(registration_id=number(1))]
    book(*events).when(seat_next, 1, START, START - LAST_SEATING).then(SeatObtained(registration_id=number(2)))
    book(*events).when(seat_next, 1, START, START - LAST_SEATING + timedelta(minutes=1)).then()


def test_who_waits_and_gives_up_frees_no_seat():
    events = [*registered(True, True, False, False), RegistrationCancelled(registration_id=number(3))]
    book(*events).when(seat_next, 2, START, NOW).then()


def test_the_structure_removes_a_registration_with_a_reason():
    removed = RegistrationRemoved(registration_id=number(1), person_id=PERSON, reason="Inscription en double")
    book(*registered(True)).when(remove, PUBLISHED, number(1), "Inscription en double", STRUCTURE, NOW).then(removed)
    book(*registered(True)).when(remove, PUBLISHED, number(1), " ", STRUCTURE, NOW).then_refused(INVALID, "reason")


@pytest.mark.parametrize("who", [PUBLIC, PARENT, OTHER_STRUCTURE, MEDIATEUR, COORDONNATEUR, NATIONAL])
def test_nobody_but_the_structure_removes_it(who):
    book(*registered(True)).when(remove, PUBLISHED, number(1), "Raison", who, NOW).then_refused(FORBIDDEN)


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": START + timedelta(hours=1)},
        {"ends_at": START + timedelta(hours=3)},
        {"venue_name": "Salle des fêtes"},
        {"address": "2 rue de l'École, Montpellier"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_after_a_change_of_date_or_place_each_registrant_is_asked(change):
    questions = [SeatQuestioned(registration_id=number(place)) for place in (1, 2, 3)]
    book(*registered(True, True, False)).when(question, PUBLISHED.content, content(seats=2, **change)).then(*questions)


def test_other_changes_trouble_nobody():
    changed = content(seats=5, title="Autre titre", description="Autre chose", themes=("temps-ecran",))
    book(*registered(True)).when(question, PUBLISHED.content, changed).then()


def test_who_has_not_answered_yet_is_asked_again_by_each_change():
    events = [*registered(True, True), SeatQuestioned(registration_id=number(1))]
    moved = content(starts_at=START + timedelta(hours=1))
    questions = [SeatQuestioned(registration_id=number(place)) for place in (1, 2)]
    book(*events).when(question, PUBLISHED.content, moved).then(*questions)


def test_back_at_what_a_registrant_had_agreed_to_nothing_is_left_to_confirm():
    events = [
        *registered(True, True),
        SeatQuestioned(registration_id=number(1)),
        SeatQuestioned(registration_id=number(2)),
    ]
    moved = content(starts_at=START + timedelta(hours=1))
    agreed = {number(1): PUBLISHED.content, number(2): moved}
    withdrawn, questioned = QuestionWithdrawn(registration_id=number(1)), SeatQuestioned(registration_id=number(2))
    book(*events).when(question, moved, PUBLISHED.content, agreed).then(withdrawn, questioned)
    book(*events, withdrawn).when(keep, PUBLISHED, number(1), PUBLIC, NOW).then_refused(
        RULE_BROKEN, saying="rien à confirmer"
    )


def test_a_registrant_keeps_the_seat():
    events = [*registered(True), SeatQuestioned(registration_id=number(1))]
    book(*events).when(keep, PUBLISHED, number(1), PUBLIC, NOW).then(SeatKept(registration_id=number(1)))


def test_there_is_nothing_to_keep_when_nothing_was_asked():
    book(*registered(True)).when(keep, PUBLISHED, number(1), PUBLIC, NOW).then_refused(
        RULE_BROKEN, saying="rien à confirmer"
    )


def test_nobody_loses_a_seat_by_a_modification():
    events = registered(True, True)
    book(*events).when(check_modification_of, content(seats=1)).then_refused(RULE_BROKEN, "seats", "2")
    book(*events).when(check_modification_of, content(seats=2)).then()


def test_the_audience_stays_once_somebody_is_registered():
    book(*registered(True)).when(check_modification_of, content(audience="mediateurs")).then_refused(
        RULE_BROKEN, "audience"
    )


def check_modification_of(state, after):
    check_modification(state, PUBLISHED.content, after, NOW)
    return []


def test_an_animation_that_people_came_to_is_not_put_off_to_another_day():
    put_off = content(starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=2))
    ticked = PresenceTicked(registration_id=number(1), present=True, children=5)
    absent = PresenceTicked(registration_id=number(1), present=False, children=0)
    book(*registered(True), ticked).when(check_modification_of, put_off).then_refused(RULE_BROKEN, "starts_at")
    book(*registered(True), ticked, absent).when(check_modification_of, put_off).then()


def test_erasing_a_registrant_frees_the_seat_and_is_recorded_once():
    erased = RegistrantErased(registration_id=number(1), person_id=PERSON)
    events = registered(True, False)
    after = book(*events).when(erase, number(1)).then(erased)
    assert (after.seated, list(after.people)) == (0, [number(2)])
    book(*events, erased).when(erase, number(1)).then_refused(RULE_BROKEN)


def test_who_cancelled_is_still_erased():
    events = [*registered(True), RegistrationCancelled(registration_id=number(1))]
    book(*events).when(erase, number(1)).then_accepted()


@for_any(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 5))
def test_whatever_happens_seats_are_full_before_anybody_waits_and_the_line_keeps_its_order(deeds, seats):
    """Zero registers somebody more; any other number cancels that registration, if it stands."""
    target = animation(AnimationPublished(), seats=seats)
    state, count = EMPTY, 0
    for deed in deeds:
        try:
            if deed == 0:
                count += 1
                facts = register(state, target, WHO, registering(count), PUBLIC, NOW)
            else:
                facts = cancel(state, target, number(deed), PUBLIC, NOW)
        except DomainError:
            continue
        for fact in facts:
            state = evolve(state, SUBJECT, fact)
        for fact in seat_next(state, seats, target.content.starts_at, NOW):
            state = evolve(state, SUBJECT, fact)
        standing = [place.seated for place in state.places.values()]
        assert sum(standing) == min(seats, len(standing))
        assert standing == sorted(standing, reverse=True)


def test_a_waiting_list_has_an_end_that_follows_from_the_seats():
    seats = PUBLISHED.content.seats
    most = min(seats * WAITING_FOR_A_SEAT, LONGEST_WAITING_LIST)
    full = registered(*[True] * seats, *[False] * most)
    registers(full, PUBLIC, place=seats + most + 1).then_refused(RULE_BROKEN, saying="liste d'attente")
    registers(full[:-1], PUBLIC, place=seats + most + 1).then(made(seats + most + 1, seated=False))


def test_a_history_is_folded_at_once_into_what_its_events_make_one_by_one():
    events = [
        *registered(True, True, False, False),
        RegistrationCancelled(registration_id=number(1)),
        SeatObtained(registration_id=number(3)),
        SeatQuestioned(registration_id=number(2)),
        SeatKept(registration_id=number(2)),
        RegistrationRemoved(registration_id=number(4), person_id=PERSON, reason="Ne peut plus venir"),
        RegistrantErased(registration_id=number(2), person_id=PERSON),
    ]
    one_by_one: RegistrationBook = EMPTY
    for event in events:
        before, one_by_one = one_by_one, evolve(one_by_one, PERSON, event)
        assert before == fold(None, PERSON, events[: events.index(event)])
    assert one_by_one == fold(None, PERSON, events) == fold(one_by_one, PERSON, [])
    assert (list(one_by_one.places), one_by_one.seated, dict(one_by_one.waiting)) == ([number(3)], 1, {})
    assert list(one_by_one.contacts) == [contact(3)]


def test_what_a_long_history_costs_grows_with_its_length_and_no_faster():
    """Each table was copied for each event once: eight times the length cost sixty times as much."""

    def seconds(length: int) -> float:
        events = [made(place, seated=False) for place in range(length)]
        began = process_time()
        fold(None, PERSON, events)
        return process_time() - began

    # The best of several: other work of the machine only ever adds.
    short, long = (min(seconds(length) for _ in range(5)) for length in (2_000, 16_000))
    assert long < 25 * max(short, 0.004)
