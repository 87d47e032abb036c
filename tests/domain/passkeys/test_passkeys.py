"""A person in office has passkeys of their own: the first as it comes, each further one signed with one in force."""

from __future__ import annotations

from dataclasses import replace

from domain.catalogue import PASSKEYS
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import ErrorCode
from domain.passkeys.events import PasskeyRegistered, PasskeyRevoked, WithdrawalReason
from domain.passkeys.passkeys import MOST_PASSKEYS, Passkeys, register, revoke, withdraw
from tests.support.domain.story import SUBJECT, given

ANNE = Actor(Role.COORDONNATEUR, "anne", territories=frozenset(["34"]), person="AAAAAAAAAAAAAAAAAAAAAA")
FIRST, SECOND = (PasskeyRegistered(credential_id=name, public_key="cose", rp_id="example.org") for name in "ab")
REVOKED = PasskeyRevoked(credential_id="a")
NONE = Passkeys(SUBJECT)


def test_the_first_passkey_is_taken_as_it_comes() -> None:
    given().when(register, NONE, FIRST, ANNE, is_signed=False).then(FIRST)


def test_a_further_passkey_is_signed_with_one_in_force() -> None:
    story = given(PASSKEYS, FIRST)
    story.when(register, SECOND, ANNE, is_signed=False).then_refused(ErrorCode.RULE_BROKEN, saying="signez avec elle")
    assert len(story.when(register, SECOND, ANNE, is_signed=True).then(SECOND).in_force) == 2
    given(PASSKEYS, FIRST, REVOKED).when(register, SECOND, ANNE, is_signed=False).then(SECOND)


def test_a_passkey_is_registered_once_even_after_it_was_revoked() -> None:
    for story in (given(PASSKEYS, FIRST), given(PASSKEYS, FIRST, REVOKED)):
        story.when(register, FIRST, ANNE, is_signed=True).then_refused(ErrorCode.INVALID, "credential_id", "déjà")


def test_a_passkey_is_one_person_s_also_after_it_was_withdrawn() -> None:
    theirs = PASSKEYS.fold(None, SUBJECT, [FIRST, REVOKED])
    story = given()
    assert theirs is not None
    refused = story.when(register, NONE, FIRST, ANNE, is_signed=False, others=[theirs])
    refused.then_refused(ErrorCode.INVALID, "credential_id", "déjà")
    story.when(register, NONE, SECOND, ANNE, is_signed=False, others=[theirs]).then(SECOND)


def test_a_person_has_so_many_passkeys_in_force_and_no_more() -> None:
    many = [FIRST.model_copy(update={"credential_id": f"key-{number}"}) for number in range(MOST_PASSKEYS)]
    story = given(PASSKEYS, *many)
    story.when(register, FIRST, ANNE, is_signed=True).then_refused(ErrorCode.RULE_BROKEN, saying="retirez d'abord")


def test_a_passkey_is_revoked_once_by_its_owner() -> None:
    story = given(PASSKEYS, FIRST)
    assert story.when(revoke, "a", ANNE).then(REVOKED).in_force == []
    story.when(revoke, "b", ANNE).then_refused(ErrorCode.NOT_FOUND, "credential_id", "Clé d'accès")
    given(PASSKEYS, FIRST, REVOKED).when(revoke, "a", ANNE).then_refused(ErrorCode.RULE_BROKEN, saying="déjà retirée")


def test_only_who_acts_in_office_has_passkeys() -> None:
    parent = Actor(Role.PARENT, "parent:x")
    nobody = replace(ANNE, person=None)
    for actor in (parent, nobody):
        given().when(register, NONE, FIRST, actor, is_signed=False).then_refused(ErrorCode.FORBIDDEN)
        given(PASSKEYS, FIRST).when(revoke, "a", actor).then_refused(ErrorCode.FORBIDDEN)


def test_the_national_team_withdraws_all_passkeys_in_force_of_somebody_else() -> None:
    national = Actor(Role.NATIONAL, "équipe", person="BBBBBBBBBBBBBBBBBBBBBA")
    withdrawn = PasskeyRevoked(credential_id="b", withdrawn_because=WithdrawalReason.LOST)
    story = given(PASSKEYS, FIRST, REVOKED, SECOND)
    assert story.when(withdraw, WithdrawalReason.LOST, national).then(withdrawn).in_force == []
    story.when(withdraw, WithdrawalReason.LOST, ANNE).then_refused(ErrorCode.FORBIDDEN)
    emptied = given(PASSKEYS, FIRST, REVOKED)
    emptied.when(withdraw, WithdrawalReason.LEFT, national).then_refused(ErrorCode.RULE_BROKEN, "subject")
