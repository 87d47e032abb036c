"""The candidature of a Parent Ressource, first degree (opinion, then the IEN) and second degree (head of school)."""

import pytest

from domain.candidatures.candidature import (
    Applicant,
    give_opinion,
    inform_coordonnateur,
    reject,
    submit,
    validate,
    withdraw,
)
from domain.candidatures.events import (
    CandidatureRejected,
    CandidatureValidated,
    CandidatureWithdrawn,
    CoordonnateurInformed,
    Degree,
    OpinionGiven,
)
from domain.candidatures.schools import ChosenSchool
from domain.candidatures.transitions import CandidatureStatus
from domain.catalogue import CANDIDATURE
from domain.kernel.actors import PUBLIC, Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import (
    AISNE,
    COORDONNATEUR,
    DIRECTOR,
    HEAD,
    HERAULT,
    INSPECTOR,
    NATIONAL,
    OTHER_PERSON,
    OTHER_UAI,
    PARENT,
    PERSON,
    STRUCTURE,
    UAI,
    actor,
    submitted,
)
from tests.support.domain.story import given

FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN
FIRST, SECOND = Degree.FIRST, Degree.SECOND
APPLICANT = Applicant("Prénom", "Nom", "parent@exemple.fr", "0600000000", "Aider les autres parents.")
GOOD = OpinionGiven(person_id=PERSON, favourable=True, comment="Très présente")
BAD = OpinionGiven(person_id=PERSON, favourable=False, comment=None)
VALIDATED = CandidatureValidated()
REJECTED = CandidatureRejected(person_id=PERSON, reason="Ne répond pas")
WITHDRAWN = CandidatureWithdrawn(person_id=PERSON, reason=None)
ELSEWHERE = frozenset([OTHER_UAI])


@pytest.mark.parametrize("who", [PUBLIC, PARENT])
@pytest.mark.parametrize("degree", Degree)
def test_a_parent_submits_for_one_school_signed_in_or_not(who, degree):
    state = (
        given(CANDIDATURE)
        .when(lambda _, *values: submit(*values), APPLICANT, HERAULT, ChosenSchool(UAI, degree), PERSON, who)
        .then(submitted(degree))
    )
    assert (state.status, state.degree, state.school_uai) == (CandidatureStatus.SUBMITTED, degree, UAI)


def test_a_candidature_is_submitted_only_where_the_scheme_runs():
    given().when(submit, APPLICANT, AISNE, ChosenSchool(UAI, FIRST), PERSON, PARENT).then_refused(
        RULE_BROKEN, "territory", "Le territoire Aisne ne recueille pas de candidatures"
    )


def test_a_candidature_is_for_a_school_of_its_territory():
    given().when(submit, APPLICANT, HERAULT, ChosenSchool("0250001R", FIRST), PERSON, PARENT).then_refused(
        INVALID, "school_uai", "du territoire Hérault (34)"
    )


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.PUBLIC, Role.PARENT)])
def test_nobody_submits_on_behalf_of_an_office(role):
    given().when(submit, APPLICANT, HERAULT, ChosenSchool(UAI, FIRST), PERSON, actor(role)).then_refused(FORBIDDEN)


def test_the_school_director_gives_an_opinion():
    state = given(CANDIDATURE, submitted(FIRST)).when(give_opinion, DIRECTOR, True, "Très présente").then(GOOD)
    assert state.status is CandidatureStatus.OPINION_GIVEN


@pytest.mark.parametrize("opinion", [GOOD, BAD], ids=["favourable", "unfavourable"])
def test_the_opinion_is_advice_it_never_decides(opinion):
    story = given(CANDIDATURE, submitted(FIRST), opinion)
    assert story.when(validate, INSPECTOR).then(VALIDATED).status is CandidatureStatus.VALIDATED
    assert story.when(reject, INSPECTOR, REJECTED.reason).then(REJECTED).status is CandidatureStatus.REJECTED


def test_first_degree_the_opinion_comes_before_the_validation():
    given(CANDIDATURE, submitted(FIRST)).when(validate, INSPECTOR).then_refused(
        RULE_BROKEN, saying="attend d'abord l'avis"
    )


def test_an_opinion_is_given_once():
    given(CANDIDATURE, submitted(FIRST), GOOD).when(give_opinion, DIRECTOR, False, None).then_refused(
        RULE_BROKEN, saying="déjà donné"
    )


def test_first_degree_the_head_of_a_school_does_not_decide():
    story = given(CANDIDATURE, submitted(FIRST), GOOD)
    story.when(validate, HEAD).then_refused(FORBIDDEN)
    story.when(reject, HEAD, "Refusée").then_refused(FORBIDDEN)


def test_second_degree_the_head_of_the_school_validates_alone():
    state = given(CANDIDATURE, submitted(SECOND)).when(validate, HEAD).then(VALIDATED)
    assert state.status is CandidatureStatus.VALIDATED


def test_second_degree_the_head_of_the_school_rejects():
    given(CANDIDATURE, submitted(SECOND)).when(reject, HEAD, REJECTED.reason).then(REJECTED)


def test_second_degree_the_inspector_does_not_decide():
    story = given(CANDIDATURE, submitted(SECOND))
    story.when(validate, INSPECTOR).then_refused(FORBIDDEN)
    story.when(reject, INSPECTOR, "Refusée").then_refused(FORBIDDEN)


def test_second_degree_there_is_no_opinion_to_give():
    given(CANDIDATURE, submitted(SECOND)).when(give_opinion, DIRECTOR, True, None).then_refused(
        RULE_BROKEN, saying="il n'y a pas d'avis à donner"
    )


def test_everybody_acts_for_their_own_school_only():
    first, second = given(CANDIDATURE, submitted(FIRST)), given(CANDIDATURE, submitted(SECOND))
    first.when(give_opinion, actor(Role.DIRECTOR, schools=ELSEWHERE), True, None).then_refused(FORBIDDEN)
    second.when(validate, actor(Role.HEAD, schools=ELSEWHERE)).then_refused(FORBIDDEN)
    given(CANDIDATURE, submitted(FIRST), GOOD).when(validate, actor(Role.INSPECTOR, schools=ELSEWHERE)).then_refused(
        FORBIDDEN
    )


@pytest.mark.parametrize("who", [DIRECTOR, COORDONNATEUR, NATIONAL, PARENT, STRUCTURE, PUBLIC])
def test_no_other_role_validates(who):
    given(CANDIDATURE, submitted(FIRST), GOOD).when(validate, who).then_refused(FORBIDDEN)
    given(CANDIDATURE, submitted(SECOND)).when(validate, who).then_refused(FORBIDDEN)


def test_after_the_validation_the_coordonnateur_is_informed():
    state = (
        given(CANDIDATURE, submitted(SECOND), VALIDATED)
        .when(inform_coordonnateur)
        .then(CoordonnateurInformed(territory="34"))
    )
    assert state.status is CandidatureStatus.VALIDATED


@pytest.mark.parametrize("degree", Degree)
def test_the_national_team_may_reject(degree):
    given(CANDIDATURE, submitted(degree)).when(reject, NATIONAL, REJECTED.reason).then(REJECTED)


@pytest.mark.parametrize("reason", ["", " \n "])
def test_a_rejection_has_a_reason(reason):
    given(CANDIDATURE, submitted(SECOND)).when(reject, HEAD, reason).then_refused(INVALID, "reason", "obligatoire")


@pytest.mark.parametrize("before", [(), (GOOD,), (GOOD, VALIDATED)])
@pytest.mark.parametrize("who", [PARENT, COORDONNATEUR, NATIONAL])
def test_a_candidature_is_withdrawn_at_any_time_before_its_rejection(who, before):
    state = given(CANDIDATURE, submitted(FIRST), *before).when(withdraw, who, None).then(WITHDRAWN)
    assert state.status is CandidatureStatus.WITHDRAWN


@pytest.mark.parametrize("before", [(), (VALIDATED,)])
def test_second_degree_a_candidature_is_withdrawn_before_or_after_its_validation(before):
    given(CANDIDATURE, submitted(SECOND), *before).when(withdraw, PARENT, None).then(WITHDRAWN)


@pytest.mark.parametrize(
    "who",
    [
        actor(Role.PARENT, person_id=OTHER_PERSON),
        actor(Role.PARENT, person_id=None),
        actor(Role.COORDONNATEUR, territories=frozenset(["02"])),
        PUBLIC,
        DIRECTOR,
    ],
)
def test_nobody_withdraws_another_ones_candidature(who):
    given(CANDIDATURE, submitted(FIRST)).when(withdraw, who, None).then_refused(FORBIDDEN)


@pytest.mark.parametrize(
    ("ending", "saying"), [(REJECTED, "est rejetée"), (WITHDRAWN, "est retirée"), (VALIDATED, "déjà validée")]
)
def test_what_is_decided_stays_decided(ending, saying):
    first, second = given(CANDIDATURE, submitted(FIRST), GOOD, ending), given(CANDIDATURE, submitted(SECOND), ending)
    first.when(give_opinion, DIRECTOR, True, None).then_refused(RULE_BROKEN, saying=saying)
    first.when(validate, INSPECTOR).then_refused(RULE_BROKEN, saying=saying)
    first.when(reject, INSPECTOR, "Refusée").then_refused(RULE_BROKEN, saying=saying)
    second.when(validate, HEAD).then_refused(RULE_BROKEN, saying=saying)
    second.when(reject, HEAD, "Refusée").then_refused(RULE_BROKEN, saying=saying)
    if ending is not VALIDATED:
        first.when(withdraw, PARENT, None).then_refused(RULE_BROKEN, saying=saying)
