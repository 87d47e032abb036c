"""The structure's account: one for each SIRET, opened by the first signing."""

from uuid import UUID

import pytest

from domain.catalogue import STRUCTURE as ACCOUNT
from domain.kernel.actors import Role
from domain.kernel.errors import ErrorCode
from domain.kernel.identifiers import check_siret, structure_id
from domain.structures.structure import (
    AccountOpened,
    ConventionAttached,
    StructureRenamed,
    attach_convention,
    open_account,
    rename,
)
from tests.support.domain.builders import (
    CONVENTION_ID,
    COORDONNATEUR,
    DIRECTOR,
    NATIONAL,
    OTHER_SIRET,
    PARENT,
    SIRET,
    STRUCTURE,
    actor,
)
from tests.support.domain.story import given

NAME = "Centre social Les Tilleuls"
SECOND = UUID("00000000-0000-4000-8000-0000000000c2")
OPENED = AccountOpened(siret=SIRET, name=NAME)
ATTACHED = ConventionAttached(convention_id=CONVENTION_ID, territory="34")


def test_the_first_signing_opens_the_structures_account():
    state = given(ACCOUNT).when(attach_convention, SIRET, NAME, CONVENTION_ID, "34").then(OPENED, ATTACHED)
    assert (state.siret, state.name, state.conventions) == (SIRET, NAME, ((CONVENTION_ID, "34"),))


def test_there_is_one_account_for_a_structure():
    given(ACCOUNT, OPENED).when(open_account, SIRET, NAME).then_refused(
        ErrorCode.RULE_BROKEN, "siret", "un par structure"
    )


def test_a_second_convention_joins_the_same_account():
    state = (
        given(ACCOUNT, OPENED, ATTACHED)
        .when(attach_convention, SIRET, NAME, SECOND, "02")
        .then(ConventionAttached(convention_id=SECOND, territory="02"))
    )
    assert state.conventions == ((CONVENTION_ID, "34"), (SECOND, "02"))
    assert state.territories == {"34", "02"}


def test_a_signing_leaves_a_known_structure_its_name():
    state = (
        given(ACCOUNT, OPENED, ATTACHED)
        .when(attach_convention, SIRET, "Maison des Tilleuls", SECOND, "02")
        .then(ConventionAttached(convention_id=SECOND, territory="02"))
    )
    assert state.name == NAME


RENAMED = StructureRenamed(name="Maison des Tilleuls", reason="Fusion de deux centres")
FURTHER = actor(Role.COORDONNATEUR, territories=frozenset(["02"]))


@pytest.mark.parametrize("who", [COORDONNATEUR, NATIONAL])
def test_a_structure_is_renamed_with_a_reason_by_who_answers_for_its_first_territory(who):
    known = given(ACCOUNT, OPENED, ATTACHED, ConventionAttached(convention_id=SECOND, territory="02"))
    known.when(rename, who, RENAMED.name, "Fusion de deux centres").then(RENAMED)
    known.when(rename, who, RENAMED.name, " ").then_refused(ErrorCode.INVALID, "reason")
    known.when(rename, who, NAME, "Rien ne change").then_refused(ErrorCode.RULE_BROKEN, "name")


@pytest.mark.parametrize("who", [FURTHER, STRUCTURE, DIRECTOR, PARENT])
def test_nobody_else_renames_it(who):
    known = given(ACCOUNT, OPENED, ATTACHED, ConventionAttached(convention_id=SECOND, territory="02"))
    known.when(rename, who, RENAMED.name, "Fusion").then_refused(ErrorCode.FORBIDDEN)


def test_an_accounts_id_derives_from_its_siret_however_it_was_typed():
    assert structure_id(check_siret("210 200 010 00010")) == structure_id(SIRET)
    assert structure_id(OTHER_SIRET) != structure_id(SIRET)


def test_an_accounts_id_never_changes():
    # Streams in the log are found by it: this value must stay as it is.
    assert structure_id(SIRET) == UUID("865d3b30-2149-557d-baad-a13ddf7301ea")
