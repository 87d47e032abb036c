"""Accounts: who is given what to speak for, by whom, and until when (docs/glossary.md, "Who acts")."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.accounts.account import (
    Account,
    accept_mediateur,
    admit_auditor,
    appoint_coordonnateur,
    bind_school_staff,
    end_mandate,
    erase,
    evolve,
    in_force,
    join_structure,
    register_mediateur,
    widened,
)
from domain.accounts.events import AccountErased, InvitationAccepted, InvitationErased, InvitationRevoked
from domain.accounts.invitation import InvitationStatus, accept, revoke, send
from domain.accounts.invitation import erase as erase_invitation
from domain.catalogue import ACCOUNT, INVITATION
from domain.kernel.actions import PERSONS
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.account_builders import (
    ACCEPTED,
    ADMITTED,
    APPOINTED,
    BOUND,
    ENDED,
    JOINED,
    MANDATE,
    REGISTERED,
    SENT,
    UNTIL,
)
from tests.support.domain.builders import ACCOUNT as STRUCTURE_ACCOUNT
from tests.support.domain.builders import (
    COORDONNATEUR,
    HEAD,
    NATIONAL,
    NOW,
    OTHER_STRUCTURE,
    OTHER_UAI,
    OURS,
    PARENT,
    PERSON,
    STRUCTURE,
    UAI,
    actor,
)
from tests.support.domain.story import SUBJECT, fold, given

FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN
NOBODY = Account(SUBJECT)
ELSEWHERE = actor(Role.COORDONNATEUR, territories=frozenset(["971"]))
MEDIATEUR = actor(Role.MEDIATEUR)
WHO = Actor(Role.PARENT, "parent", subject="camille@exemple.fr")


def of_34(_structure_id):
    return frozenset(["34"])


def account(*events):
    return given(ACCOUNT, *events) if events else given()


def test_the_national_team_appoints_a_coordonnateur_for_territories():
    given().when(appoint_coordonnateur, NOBODY, APPOINTED, NATIONAL).then(APPOINTED)


@pytest.mark.parametrize("who", [COORDONNATEUR, STRUCTURE, HEAD, PARENT])
def test_nobody_else_appoints_one(who):
    given().when(appoint_coordonnateur, NOBODY, APPOINTED, who).then_refused(FORBIDDEN)


def test_an_appointment_is_for_one_territory_at_least_and_made_once():
    none = APPOINTED.model_copy(update={"territories": ()})
    given().when(appoint_coordonnateur, NOBODY, none, NATIONAL).then_refused(INVALID, "territories")
    account(APPOINTED).when(appoint_coordonnateur, APPOINTED, NATIONAL).then_refused(RULE_BROKEN, saying="déjà")
    account(APPOINTED, ENDED).when(appoint_coordonnateur, APPOINTED, NATIONAL).then(APPOINTED)


@pytest.mark.parametrize("who", [NATIONAL, COORDONNATEUR])
def test_school_staff_is_bound_to_schools_by_those_who_answer_for_the_territory(who):
    given().when(bind_school_staff, NOBODY, BOUND, who).then(BOUND)


@pytest.mark.parametrize("who", [ELSEWHERE, STRUCTURE, HEAD, PARENT])
def test_nobody_else_binds_them(who):
    given().when(bind_school_staff, NOBODY, BOUND, who).then_refused(FORBIDDEN)


TEACHER_BOUND = BOUND.model_copy(update={"staff_role": "teacher"})
DIRECTOR = actor(Role.DIRECTOR)


@pytest.mark.parametrize("who", [DIRECTOR, HEAD])
def test_a_director_and_a_head_bind_the_teachers_of_their_own_schools_and_nobody_else(who):
    given().when(bind_school_staff, NOBODY, TEACHER_BOUND, who).then(TEACHER_BOUND)
    two = TEACHER_BOUND.model_copy(update={"schools": (UAI, OTHER_UAI)})
    for refused in (BOUND, BOUND.model_copy(update={"staff_role": "director"}), two):
        given().when(bind_school_staff, NOBODY, refused, who).then_refused(FORBIDDEN)
    elsewhere = replace(who, schools=frozenset([OTHER_UAI]))
    given().when(bind_school_staff, NOBODY, TEACHER_BOUND, elsewhere).then_refused(FORBIDDEN)
    given().when(bind_school_staff, NOBODY, two, NATIONAL).then_refused(INVALID, "schools", "à la fois")
    account(TEACHER_BOUND).when(end_mandate, MANDATE, who, of_34).then(ENDED)
    account(TEACHER_BOUND).when(end_mandate, MANDATE, elsewhere, of_34).then_refused(FORBIDDEN)
    account(BOUND).when(end_mandate, MANDATE, who, of_34).then_refused(FORBIDDEN)


#: 25 is where the Doubs is, 34 the Hérault.
ABROAD = "0250001R"


def test_staff_is_bound_to_schools_of_the_territory_and_to_no_others():
    mixed = BOUND.model_copy(update={"schools": (UAI, ABROAD)})
    for who in (COORDONNATEUR, NATIONAL):
        given().when(bind_school_staff, NOBODY, mixed, who).then_refused(INVALID, "schools", ABROAD)


def test_an_older_binding_is_ended_by_those_who_answer_for_the_schools_whatever_territory_it_names():
    older = BOUND.model_copy(update={"schools": (ABROAD,)})
    doubs = actor(Role.COORDONNATEUR, territories=frozenset(["25"]))
    account(older).when(end_mandate, MANDATE, doubs, of_34).then(ENDED)
    account(older).when(end_mandate, MANDATE, COORDONNATEUR, of_34).then_refused(FORBIDDEN)


def test_an_auditor_is_admitted_until_an_instant_to_come():
    given().when(admit_auditor, NOBODY, ADMITTED, NATIONAL, NOW).then(ADMITTED)
    given().when(admit_auditor, NOBODY, ADMITTED, COORDONNATEUR, NOW).then_refused(FORBIDDEN)
    given().when(admit_auditor, NOBODY, ADMITTED, NATIONAL, UNTIL).then_refused(INVALID, "until")


@pytest.mark.parametrize("who", [STRUCTURE, COORDONNATEUR, NATIONAL])
def test_those_who_answer_for_a_structure_invite_people_to_speak_for_it(who):
    given().when(send, STRUCTURE_ACCOUNT, PERSON, "camille@exemple.fr", who).then(SENT)


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, ELSEWHERE, PARENT, MEDIATEUR])
def test_nobody_else_invites_whether_the_structure_exists_or_not(who):
    for structure in (STRUCTURE_ACCOUNT, None):
        given().when(send, structure, PERSON, "camille@exemple.fr", who).then_refused(FORBIDDEN)


def test_an_invitation_serves_once():
    invitation = fold(INVITATION, SENT)
    given().when(join_structure, NOBODY, JOINED, invitation, WHO).then(JOINED)
    used = fold(INVITATION, SENT, *accept(MANDATE))
    given().when(join_structure, NOBODY, JOINED, used, WHO).then_refused(RULE_BROKEN, saying="déjà servi")


def test_a_revoked_invitation_serves_nobody():
    given(INVITATION, SENT).when(revoke, STRUCTURE_ACCOUNT, STRUCTURE).then(InvitationRevoked())
    given(INVITATION, SENT).when(revoke, STRUCTURE_ACCOUNT, OTHER_STRUCTURE).then_refused(FORBIDDEN)
    given(INVITATION, SENT, InvitationRevoked()).when(revoke, STRUCTURE_ACCOUNT, STRUCTURE).then_refused(RULE_BROKEN)
    revoked = fold(INVITATION, SENT, InvitationRevoked())
    given().when(join_structure, NOBODY, JOINED, revoked, WHO).then_refused(RULE_BROKEN)


def test_officials_do_not_join_a_structure():
    invitation = fold(INVITATION, SENT)
    given().when(join_structure, NOBODY, JOINED, invitation, NATIONAL).then_refused(FORBIDDEN)


def test_a_mediateur_registers_themself_by_choosing_a_structure():
    given().when(register_mediateur, NOBODY, REGISTERED, STRUCTURE_ACCOUNT, WHO).then(REGISTERED)
    given().when(register_mediateur, NOBODY, REGISTERED, None, WHO).then_refused(INVALID, "structure_id")
    given().when(register_mediateur, NOBODY, REGISTERED, STRUCTURE_ACCOUNT, STRUCTURE).then_refused(FORBIDDEN)


@pytest.mark.parametrize(
    ("fact", "may_end", "may_not"),
    [
        (JOINED, [STRUCTURE, COORDONNATEUR, NATIONAL], [OTHER_STRUCTURE, ELSEWHERE, MEDIATEUR]),
        (REGISTERED, [STRUCTURE, COORDONNATEUR, NATIONAL], [OTHER_STRUCTURE, ELSEWHERE, MEDIATEUR]),
        (BOUND, [COORDONNATEUR, NATIONAL], [STRUCTURE, ELSEWHERE, HEAD]),
        (APPOINTED, [NATIONAL], [STRUCTURE, COORDONNATEUR, HEAD]),
        (ADMITTED, [NATIONAL], [STRUCTURE, COORDONNATEUR, HEAD]),
    ],
    ids=["speaker", "mediateur", "staff", "coordonnateur", "auditor"],
)
def test_a_mandate_is_ended_by_those_who_answer_for_it(fact, may_end, may_not):
    for who in may_end:
        account(fact).when(end_mandate, MANDATE, who, of_34).then(ENDED)
        account(fact, ENDED).when(end_mandate, MANDATE, NATIONAL, of_34).then_refused(RULE_BROKEN, saying="pris fin")
    for who in may_not:
        account(fact).when(end_mandate, MANDATE, who, of_34).then_refused(FORBIDDEN)
        account(fact, ENDED).when(end_mandate, MANDATE, who, of_34).then_refused(FORBIDDEN)


def test_an_account_gives_a_parent_the_role_and_its_reach():
    mandates = list(fold(ACCOUNT, JOINED).mandates.values())
    besides = frozenset([Role.PARENT])
    assert widened(WHO, mandates) == replace(WHO, role=Role.STRUCTURE, structures=frozenset([OURS]), also=besides)
    bound = list(fold(ACCOUNT, BOUND).mandates.values())
    assert widened(WHO, bound) == replace(WHO, role=Role.INSPECTOR, schools=frozenset([UAI]), also=besides)


def test_who_speaks_for_a_structure_stays_a_parent_and_a_mediateur():
    both = list(fold(ACCOUNT, JOINED, REGISTERED.model_copy(update={"mandate_id": UUID(int=7)})).mandates.values())
    speaker = widened(WHO, both)
    assert (speaker.role, speaker.also) == (Role.STRUCTURE, frozenset([Role.PARENT, Role.MEDIATEUR]))


@pytest.mark.parametrize("fact", [JOINED, REGISTERED, BOUND, APPOINTED, ADMITTED], ids=lambda event: event.topic)
def test_whoever_holds_a_mandate_may_lay_it_down_in_whatever_role_they_act(fact):
    for role in PERSONS:
        holder = Actor(role, "x", person_id=fact.person_id)
        account(fact).when(end_mandate, MANDATE, holder, of_34).then(ENDED)


def test_an_account_widens_what_a_token_gives_in_its_role_and_in_no_other():
    mandates = list(fold(ACCOUNT, APPOINTED).mandates.values())
    assert widened(ELSEWHERE, mandates).territories == {"34", "971"}
    assert widened(STRUCTURE, mandates) == STRUCTURE


def test_a_mediateur_is_accepted_once_by_those_who_answer_for_the_structures_people():
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL):
        account(REGISTERED).when(accept_mediateur, MANDATE, who, of_34).then(ACCEPTED)
        account(REGISTERED, ACCEPTED).when(accept_mediateur, MANDATE, who, of_34).then_refused(RULE_BROKEN)
    for who in (OTHER_STRUCTURE, ELSEWHERE, MEDIATEUR, WHO):
        account(REGISTERED).when(accept_mediateur, MANDATE, who, of_34).then_refused(FORBIDDEN)
        account(REGISTERED, ENDED).when(accept_mediateur, MANDATE, who, of_34).then_refused(FORBIDDEN)
    account(JOINED).when(accept_mediateur, MANDATE, STRUCTURE, of_34).then_refused(RULE_BROKEN)


def test_a_mediateur_who_registered_themself_speaks_for_nothing_until_they_are_accepted():
    declared, accepted = (
        widened(WHO, list(fold(ACCOUNT, *facts).mandates.values())) for facts in ((REGISTERED,), (REGISTERED, ACCEPTED))
    )
    assert (declared.role, declared.accepted, declared.structures) == (Role.MEDIATEUR, False, frozenset())
    assert (accepted.role, accepted.accepted, accepted.structures) == (Role.MEDIATEUR, True, frozenset([OURS]))
    assert widened(MEDIATEUR, list(fold(ACCOUNT, REGISTERED).mandates.values())).accepted
    account(REGISTERED, ACCEPTED).when(register_mediateur, REGISTERED, STRUCTURE_ACCOUNT, WHO).then_refused(RULE_BROKEN)


def test_without_a_mandate_nobody_becomes_anything():
    assert widened(WHO, []) == WHO


def test_an_auditors_mandate_ends_by_itself_at_its_instant():
    mandates = list(fold(ACCOUNT, ADMITTED).mandates.values())
    assert in_force(mandates, UNTIL - timedelta(seconds=1)) == mandates
    assert in_force(mandates, UNTIL) == []


def test_an_erased_account_has_no_mandate_and_gets_none():
    erased = AccountErased(person_id=PERSON)
    assert evolve(fold(ACCOUNT, JOINED), SUBJECT, erased).mandates == {}
    account(JOINED).when(erase, PERSON).then(erased)
    account(JOINED, erased).when(erase, PERSON).then_refused(RULE_BROKEN)
    account(JOINED, erased).when(appoint_coordonnateur, APPOINTED, NATIONAL).then_refused(RULE_BROKEN, saying="clos")


def test_an_erased_address_leaves_no_open_invitation():
    erased = InvitationErased(person_id=PERSON)
    after = given(INVITATION, SENT).when(erase_invitation, PERSON).then(erased)
    assert after.status is InvitationStatus.REVOKED
    assert fold(INVITATION, SENT, InvitationAccepted(mandate_id=MANDATE), erased).status is InvitationStatus.ACCEPTED
    given(INVITATION, SENT, erased).when(erase_invitation, PERSON).then_refused(RULE_BROKEN)
