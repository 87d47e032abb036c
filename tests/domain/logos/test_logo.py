"""The logo of a structure or of a territory: set, replaced, withdrawn, by whoever answers for its owner."""

from uuid import UUID

import pytest

from domain.catalogue import LOGO
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.rights import Belongings
from domain.logos.logo import LogoSet, LogoWithdrawn, recorded_of, set_logo, withdraw_logo
from tests.support.domain.builders import NATIONAL, OURS, STRUCTURE, actor
from tests.support.domain.story import fold

FIRST = LogoSet(structure_id=OURS, media_type="image/png", size=2_000, sha256="1" * 64)
SECOND = LogoSet(structure_id=OURS, media_type="image/svg+xml", size=900, sha256="2" * 64)
WHOSE = Belongings(OURS, frozenset(["34", "18"]), home=frozenset(["34"]))


@pytest.mark.parametrize(("past", "fact"), [([], FIRST), ([FIRST], SECOND), ([FIRST, LogoWithdrawn()], FIRST)])
def test_given_what_happened_when_a_structure_sets_its_logo_then_it_is_set(past, fact):
    assert set_logo(fold(LOGO, *past), STRUCTURE, WHOSE, fact) == [fact]


def test_given_a_logo_when_it_is_withdrawn_then_it_is_withdrawn_and_cannot_be_a_second_time():
    assert withdraw_logo(fold(LOGO, FIRST), NATIONAL, WHOSE) == [LogoWithdrawn()]
    for past in ([], [FIRST, LogoWithdrawn()]):
        with pytest.raises(DomainError) as refused:
            withdraw_logo(fold(LOGO, *past), NATIONAL, WHOSE)
        assert refused.value.code is ErrorCode.RULE_BROKEN


def test_given_a_logo_when_the_same_file_is_set_then_it_is_refused_by_the_field():
    with pytest.raises(DomainError) as refused:
        set_logo(fold(LOGO, FIRST), STRUCTURE, WHOSE, FIRST)
    assert [problem.field for problem in refused.value.problems] == [("file",)]


def test_the_logo_of_a_structure_in_several_territories_is_recorded_of_its_home():
    assert recorded_of(WHOSE) == Belongings(OURS, frozenset(["34"]))


@pytest.mark.parametrize(
    "who",
    [
        actor(Role.COORDONNATEUR, territories=frozenset(["18"])),
        actor(Role.STRUCTURE, structures=frozenset([UUID(int=9)])),
        actor(Role.AUDITOR),
    ],
    ids=["a territory where it signed later", "another structure", "an auditor"],
)
def test_a_logo_is_for_who_answers_for_the_structure_itself(who):
    with pytest.raises(DomainError) as refused:
        set_logo(None, who, WHOSE, FIRST)
    assert refused.value.code is ErrorCode.FORBIDDEN
