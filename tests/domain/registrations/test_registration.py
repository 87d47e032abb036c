"""Registrations: seats, the waiting list, and who may do what with them (docs/glossary.md, "Registrations")."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from domain.animations.events import AnimationCancelled, AnimationPublished, AnimationRefused
from domain.kernel.actors import PUBLIC, Role
from domain.kernel.errors import ErrorCode
from domain.registrations.events import (
    RegistrationCancelled,
    SeatObtained,
    SeatQuestioned,
)
from domain.registrations.registering import MOST_FOR_OTHERS
from domain.registrations.registration import (
    cancel,
    question,
    remove,
)
from tests.support.domain.builders import (
    COORDONNATEUR,
    DIRECTOR,
    HEAD,
    NATIONAL,
    NOW,
    OTHER_PERSON,
    OTHER_STRUCTURE,
    PARENT,
    START,
    STRUCTURE,
    TEACHER,
    actor,
    animation,
)
from tests.support.domain.registration_builders import (
    PUBLISHED,
    WHO,
    book,
    contact,
    made,
    number,
    registered,
    registers,
    repeated,
)

DUPLICATE, FORBIDDEN, INVALID = ErrorCode.DUPLICATE, ErrorCode.FORBIDDEN, ErrorCode.INVALID
NOT_FOUND, RULE_BROKEN = ErrorCode.NOT_FOUND, ErrorCode.RULE_BROKEN
MEDIATEUR = actor(Role.MEDIATEUR)
TRAINING = animation(AnimationPublished(), audience="mediateurs")
NOBODY_KNOWN = replace(WHO, email=None, phone=None)


@pytest.mark.parametrize("who", [PUBLIC, PARENT])
def test_a_parent_registers_with_or_without_an_account_while_seats_remain(who):
    registers(registered(True), who).then(made(9))


def test_when_all_seats_are_taken_the_next_one_waits():
    registers(registered(True, True), PUBLIC).then(made(9, seated=False))


def test_who_comes_later_never_passes_those_who_wait():
    registers([*registered(True, True, False), *seat_after_cancelling(1)], PUBLIC).then(made(9, seated=False))


def seat_after_cancelling(place):
    """A seat given up, and gone to the third, who waited."""
    return [RegistrationCancelled(registration_id=number(place)), SeatObtained(registration_id=number(3))]


@pytest.mark.parametrize(
    ("who", "how", "words"), [(PARENT, {}, "Vous êtes"), (STRUCTURE, {"on_behalf": True}, "Une personne est")]
)
def test_who_registered_an_address_and_who_reads_the_list_is_told_where_it_stands(who, how, words):
    registers(registered(True), who, contact=contact(1), **how).then_refused(
        DUPLICATE, "email", f"{words} déjà inscrit"
    )
    waits = [*registered(True), made(2, contact=contact(2), seated=False)]
    registers(waits, who, contact=contact(2), **how).then_refused(
        DUPLICATE, "email", f"{words} déjà sur la liste d'attente"
    )


@pytest.mark.parametrize(
    ("who", "how"),
    [
        (PUBLIC, {}),
        (actor(Role.PARENT, person_id=OTHER_PERSON), {}),
        (MEDIATEUR, {"on_behalf": True}),
        (DIRECTOR, {"on_behalf": True}),
    ],
)
def test_all_others_are_answered_as_if_it_were_not(who, how):
    registers(registered(True), who, contact=contact(1), **how).then(repeated(9, **how))
    registers(registered(True, True), who, contact=contact(1), **how).then(repeated(9, seated=False, **how))


def test_what_repeats_a_registration_takes_no_seat_and_has_no_power_over_it():
    events = [*registered(True), repeated(2)]
    assert (book(*events).state.seated, list(book(*events).state.places)) == (1, [number(1)])
    cancelled = RegistrationCancelled(registration_id=number(2))
    book(*events).when(cancel, PUBLISHED, number(2), PUBLIC, NOW).then(cancelled)
    assert list(book(*events, cancelled).state.places) == [number(1)]
    book(*events, cancelled).when(cancel, PUBLISHED, number(2), PUBLIC, NOW).then_refused(
        RULE_BROKEN, saying="déjà annulée"
    )
    book(*events).when(remove, PUBLISHED, number(2), "Refusée", STRUCTURE, NOW).then_refused(RULE_BROKEN)
    moved = PUBLISHED.content.model_copy(update={"venue_name": "Ailleurs"})
    questions = question(book(*events).state, PUBLISHED.content, moved)
    assert questions == [SeatQuestioned(registration_id=number(1)), SeatQuestioned(registration_id=number(2))]


def test_who_cancelled_may_register_again():
    cancelled = [*registered(True), RegistrationCancelled(registration_id=number(1))]
    registers(cancelled, PUBLIC, contact=contact(1)).then(made(9, contact=contact(1)))


def test_parents_without_e_mail_are_told_apart_by_nobody_and_all_register():
    events = [made(1, contact=None, on_behalf=True)]
    outcome = registers(events, MEDIATEUR, person=NOBODY_KNOWN, contact=None, on_behalf=True)
    outcome.then(made(9, contact=None, email=None, phone=None, on_behalf=True))


def test_a_name_alone_is_written_down_once_by_the_same_person():
    outcome = registers(registered(True), DIRECTOR, person=NOBODY_KNOWN, contact=contact(1), on_behalf=True)
    outcome.then_refused(DUPLICATE, "last_name", "indiquez son téléphone, ou précisez son nom")


@pytest.mark.parametrize("who", [MEDIATEUR, DIRECTOR, HEAD, TEACHER, STRUCTURE], ids=lambda who: who.role)
def test_who_may_register_a_parent_without_e_mail(who):
    registers([], who, person=NOBODY_KNOWN, contact=None, on_behalf=True).then_accepted()


@pytest.mark.parametrize("who", [MEDIATEUR, DIRECTOR, HEAD, TEACHER], ids=lambda who: who.role)
def test_one_person_registers_so_many_others_for_an_animation_in_a_day(who):
    registers_after = partial(registers, [], person=NOBODY_KNOWN, contact=None, on_behalf=True)
    registers_after(who, others_today=MOST_FOR_OTHERS - 1).then_accepted()
    registers_after(who, others_today=MOST_FOR_OTHERS).then_refused(RULE_BROKEN, saying="50 au plus")
    registers_after(STRUCTURE, others_today=MOST_FOR_OTHERS).then_accepted()


def test_who_only_says_that_they_are_a_mediateur_registers_nobody_else():
    self_declared = replace(MEDIATEUR, accepted=False)
    registers([], self_declared, person=NOBODY_KNOWN, contact=None, on_behalf=True).then_refused(FORBIDDEN)
    registers([], self_declared, target=TRAINING).then_accepted()


@pytest.mark.parametrize("who", [PUBLIC, PARENT, COORDONNATEUR, NATIONAL, OTHER_STRUCTURE], ids=lambda who: who.role)
def test_who_may_not_register_somebody_else(who):
    registers([], who, person=NOBODY_KNOWN, contact=None, on_behalf=True).then_refused(FORBIDDEN)


def test_who_registers_themself_gives_an_e_mail_address():
    registers([], PUBLIC, person=NOBODY_KNOWN, contact=None).then_refused(INVALID, "email", "obligatoire")


@pytest.mark.parametrize("who", [COORDONNATEUR, NATIONAL, STRUCTURE, DIRECTOR], ids=lambda who: who.role)
def test_officials_do_not_register_themselves(who):
    registers([], who).then_refused(FORBIDDEN)


def test_mediateurs_register_for_trainings():
    registers([], MEDIATEUR, target=TRAINING).then_accepted()


def test_mediateurs_register_for_nothing_else():
    registers([], MEDIATEUR).then_refused(RULE_BROKEN, saying="formations")


@pytest.mark.parametrize("who", [PUBLIC, PARENT])
def test_nobody_else_registers_for_trainings(who):
    registers([], who, target=TRAINING).then_refused(RULE_BROKEN, saying="médiateurs")


def test_nobody_is_registered_by_another_for_a_training():
    registers([], MEDIATEUR, target=TRAINING, on_behalf=True).then_refused(RULE_BROKEN, saying="médiateurs")


@pytest.mark.parametrize("target", [animation(), animation(AnimationRefused(reason="Hors sujet"))])
def test_what_is_not_published_is_as_if_it_did_not_exist(target):
    registers([], PUBLIC, target=target).then_refused(NOT_FOUND, "animation_id")


def test_nobody_registers_for_what_is_cancelled():
    target = animation(AnimationPublished(), AnimationCancelled(reason="Neige"))
    registers([], PUBLIC, target=target).then_refused(RULE_BROKEN, saying="annulée")


def test_registrations_close_when_the_animation_begins():
    registers([], PUBLIC, now=START - timedelta(seconds=1)).then_accepted()
    registers([], PUBLIC, now=START).then_refused(RULE_BROKEN, saying="closes")


def test_a_registration_is_cancelled_by_who_holds_its_link():
    book(*registered(True)).when(cancel, PUBLISHED, number(1), PUBLIC, NOW).then(
        RegistrationCancelled(registration_id=number(1))
    )
