"""A structure that moves keeps its account under another SIRET."""

from __future__ import annotations

from datetime import date

import pytest

from domain.catalogue import STRUCTURE as ACCOUNT
from domain.kernel.actors import Role
from domain.kernel.errors import ErrorCode
from domain.structures.structure import AccountOpened, ConventionAttached, StructureMoved, move
from tests.support.domain.builders import CONVENTION_ID, COORDONNATEUR, NATIONAL, SIRET, STRUCTURE, actor
from tests.support.domain.story import given

NEW, TODAY = "21180033901005", date(2026, 11, 26)
HISTORY = [
    AccountOpened(siret=SIRET, name="Les Tilleuls"),
    ConventionAttached(convention_id=CONVENTION_ID, territory="34"),
]
MOVED = StructureMoved(siret=NEW, former_siret=SIRET, on=date(2026, 11, 2), reason="Déménagement")


@pytest.mark.parametrize("who", [COORDONNATEUR, NATIONAL])
def test_it_goes_on_under_its_new_siret(who):
    moved = given(ACCOUNT, *HISTORY).when(move, who, NEW, MOVED.on, "Déménagement", TODAY, False)
    state = moved.then(MOVED)
    assert (state.siret, state.name, state.sirets) == (NEW, "Les Tilleuls", {SIRET, NEW})
    assert state.conventions == ((CONVENTION_ID, "34"),)


def test_the_reason_is_in_words_the_day_has_come_and_the_siret_is_another():
    account = given(ACCOUNT, *HISTORY)
    account.when(move, NATIONAL, NEW, TODAY, "-", TODAY, False).then_refused(ErrorCode.INVALID, "reason")
    account.when(move, NATIONAL, NEW, date(2026, 11, 27), "Reprise", TODAY, False).then_refused(ErrorCode.INVALID, "on")
    account.when(move, NATIONAL, SIRET, TODAY, "Reprise", TODAY, False).then_refused(ErrorCode.RULE_BROKEN, "siret")


def test_it_had_its_present_siret_until_a_day_that_is_known():
    account = given(ACCOUNT, *HISTORY)
    old, first = date(1999, 1, 1), date(2025, 9, 1)
    refused = account.when(move, NATIONAL, NEW, old, "Reprise", TODAY, False, first)
    refused.then_refused(ErrorCode.INVALID, "on", "du 01/09/2025 au 26/11/2026")
    account.when(move, NATIONAL, NEW, first, "Reprise", TODAY, False, first).then_accepted()
    # What was recorded before such a day was asked for stays right.
    account.when(move, NATIONAL, NEW, old, "Reprise", TODAY, False).then_accepted()
    assert given(ACCOUNT, *HISTORY, MOVED).state.moved_on == MOVED.on


def test_a_siret_of_another_account_is_not_taken_over():
    account = given(ACCOUNT, *HISTORY)
    account.when(move, NATIONAL, NEW, TODAY, "Déménagement", TODAY, True).then_refused(ErrorCode.DUPLICATE, "siret")


@pytest.mark.parametrize("who", [STRUCTURE, actor(Role.COORDONNATEUR, territories=frozenset(["02"]))])
def test_nobody_else_moves_it(who):
    given(ACCOUNT, *HISTORY).when(move, who, NEW, TODAY, "Reprise", TODAY, False).then_refused(ErrorCode.FORBIDDEN)
