"""test_the_coordonnateur_records_contact_training_and_pix_once_the_candidature_is_validated"""

from datetime import date

import pytest

from domain.candidatures.candidature import (
    erase,
    issue_certificate,
    record_contact,
    record_pix,
    record_training,
    request_certificate,
)
from domain.candidatures.events import (
    CandidatureRejected,
    CandidatureValidated,
    CandidatureWithdrawn,
    CertificateIssued,
    CertificateRequested,
    ContactRecorded,
    Degree,
    OpinionGiven,
    PersonalDataErased,
    PixCertified,
    TrainingRecorded,
)
from domain.candidatures.transitions import CandidatureStatus, allowed_actions
from domain.catalogue import CANDIDATURE
from domain.kernel.actors import PUBLIC, Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import (
    COORDONNATEUR,
    DIRECTOR,
    HEAD,
    INSPECTOR,
    NATIONAL,
    OTHER_PERSON,
    PARENT,
    PERSON,
    STRUCTURE,
    actor,
    submitted,
)
from tests.support.domain.story import given

FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN
FIRST, SECOND = Degree.FIRST, Degree.SECOND
GOOD = OpinionGiven(person_id=PERSON, favourable=True, comment="Très présente")
VALIDATED = CandidatureValidated()
REJECTED = CandidatureRejected(person_id=PERSON, reason="Ne répond pas")
WITHDRAWN = CandidatureWithdrawn(person_id=PERSON, reason=None)


def test_personal_data_are_erased_once_and_the_decision_stands():
    erased = PersonalDataErased(person_id=PERSON)
    state = given(CANDIDATURE, submitted(SECOND), VALIDATED).when(erase).then(erased)
    assert (state.erased, state.status) == (True, CandidatureStatus.VALIDATED)
    given(CANDIDATURE, submitted(SECOND), erased).when(erase).then_refused(RULE_BROKEN, saying="déjà effacées")


CONTACTED = ContactRecorded(person_id=PERSON, on=date(2027, 1, 5), note="Très motivée")
TRAINED = TrainingRecorded(person_id=PERSON, on=date(2027, 1, 5), subject="Pronote")
PIX = PixCertified(on=date(2027, 1, 5))
TODAY = date(2027, 1, 10)
VALIDATED_FIRST = (submitted(FIRST), GOOD, VALIDATED)


def test_the_coordonnateur_records_contact_training_and_pix_once_the_candidature_is_validated():
    volunteer = given(CANDIDATURE, *VALIDATED_FIRST)
    volunteer.when(record_contact, COORDONNATEUR, CONTACTED.on, "Très motivée", TODAY).then(CONTACTED)
    volunteer.when(record_training, COORDONNATEUR, TRAINED.on, "Pronote", TODAY).then(TRAINED)
    volunteer.when(record_pix, COORDONNATEUR, PIX.on, TODAY).then(PIX)


@pytest.mark.parametrize("who", [NATIONAL, INSPECTOR, HEAD, DIRECTOR, PARENT, STRUCTURE], ids=lambda who: who.role)
def test_nobody_else_records_them(who):
    given(CANDIDATURE, *VALIDATED_FIRST).when(record_contact, who, CONTACTED.on, None, TODAY).then_refused(FORBIDDEN)
    given(CANDIDATURE, *VALIDATED_FIRST).when(record_pix, who, PIX.on, TODAY).then_refused(FORBIDDEN)


@pytest.mark.parametrize("before", [(submitted(FIRST),), (submitted(FIRST), GOOD)], ids=["submitted", "opinion given"])
def test_nothing_is_recorded_of_a_candidature_that_is_not_validated(before):
    refused = given(CANDIDATURE, *before).when(record_contact, COORDONNATEUR, CONTACTED.on, None, TODAY)
    refused.then_refused(RULE_BROKEN, saying="pas encore validée")


@pytest.mark.parametrize("after", [(REJECTED,), (WITHDRAWN,)], ids=["rejected", "withdrawn"])
def test_nothing_is_recorded_once_it_has_ended(after):
    ended = given(CANDIDATURE, *VALIDATED_FIRST, *after)
    ended.when(record_training, COORDONNATEUR, TRAINED.on, "Pronote", TODAY).then_refused(RULE_BROKEN)
    ended.when(request_certificate, PARENT).then_refused(RULE_BROKEN)


def test_what_is_recorded_has_happened():
    tomorrow = date(2027, 1, 11)
    volunteer = given(CANDIDATURE, *VALIDATED_FIRST)
    volunteer.when(record_contact, COORDONNATEUR, tomorrow, None, TODAY).then_refused(INVALID, "on", "à venir")
    volunteer.when(record_contact, COORDONNATEUR, TODAY, None, TODAY).then_accepted()


def test_pix_is_recorded_once():
    given(CANDIDATURE, *VALIDATED_FIRST, PIX).when(record_pix, COORDONNATEUR, PIX.on, TODAY).then_refused(RULE_BROKEN)


def test_the_volunteer_asks_for_a_certificate_and_the_coordonnateur_issues_it():
    volunteer = given(CANDIDATURE, *VALIDATED_FIRST)
    volunteer.when(issue_certificate, COORDONNATEUR, TODAY).then_refused(RULE_BROKEN, saying="pas demandé")
    volunteer.when(request_certificate, PARENT).then(CertificateRequested())
    requested = given(CANDIDATURE, *VALIDATED_FIRST, CertificateRequested())
    requested.when(request_certificate, PARENT).then_refused(RULE_BROKEN, saying="déjà demandée")
    issued = CertificateIssued(number="PR-2027-00000000", on=TODAY)
    requested.when(issue_certificate, COORDONNATEUR, TODAY).then(issued)
    again = given(CANDIDATURE, *VALIDATED_FIRST, CertificateRequested(), issued)
    again.when(issue_certificate, COORDONNATEUR, TODAY).then_refused(RULE_BROKEN, saying="déjà délivrée")


@pytest.mark.parametrize("who", [PUBLIC, COORDONNATEUR, NATIONAL, actor(Role.PARENT, person_id=OTHER_PERSON)])
def test_nobody_but_the_volunteer_asks_for_it(who):
    given(CANDIDATURE, *VALIDATED_FIRST).when(request_certificate, who).then_refused(FORBIDDEN)


def test_each_is_told_what_they_may_do_and_why_not():
    def actions(who, *events):
        state = given(CANDIDATURE, *events).state
        return {action.action: action.reason for action in allowed_actions(state, state.belongings, who)}

    assert actions(DIRECTOR, submitted(FIRST)) == {"candidatureGiveOpinion": None}
    assert actions(HEAD, submitted(FIRST)) == {}, "the first degree is the inspector's to decide"
    assert (
        actions(INSPECTOR, submitted(FIRST))["candidatureValidate"]
        == "La candidature attend d'abord l'avis du directeur d'école."
    )
    assert actions(PARENT, *VALIDATED_FIRST) == {
        "candidatureWithdraw": None,
        "candidatureRecordAccompaniment": None,
        "candidatureCorrectAccompaniment": None,
        "candidatureRequestCertificate": None,
    }
    assert (
        actions(COORDONNATEUR, submitted(FIRST))["candidatureRecordContact"]
        == "La candidature n'est pas encore validée."
    )
