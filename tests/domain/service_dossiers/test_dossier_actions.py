"""What may be done with a dossier in each status, by whom."""

import pytest

from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus
from domain.service_dossiers.events import DossierDiscarded, DossierReturned
from domain.service_dossiers.transitions import allowed_actions
from tests.support.domain.builders import actor
from tests.support.domain.dossier_builders import (
    GATHERED,
    OPENED,
    PAID,
    TO_CERTIFIED,
    TO_SUBMITTED,
    accepted,
    dossier,
    proposed,
    withdrawn,
)

RETURNED = DossierReturned(reason="Il manque une feuille")
STEPS = {
    DossierStatus.OPEN: (OPENED, GATHERED),
    DossierStatus.SUBMITTED: TO_SUBMITTED,
    DossierStatus.RETURNED: (*TO_SUBMITTED, RETURNED),
    DossierStatus.CERTIFIED: TO_CERTIFIED,
    DossierStatus.PAID: (*TO_CERTIFIED, PAID),
    DossierStatus.WITHDRAWN: (*TO_CERTIFIED, PAID, withdrawn(back="300.00")),
    DossierStatus.DISCARDED: (OPENED, GATHERED, DossierDiscarded(reason="Période fausse")),
}
FILES = {"servicePieceAttach", "servicePieceWithdraw"}
OPEN_TO = {
    (Role.STRUCTURE, DossierStatus.OPEN): {
        *FILES,
        "serviceDossierDiscard",
        "serviceDossierGather",
        "serviceDossierSubmit",
    },
    (Role.STRUCTURE, DossierStatus.RETURNED): {*FILES, "serviceDossierGather"},
    (Role.STRUCTURE, DossierStatus.CERTIFIED): {"serviceAmendmentPropose"},
    (Role.STRUCTURE, DossierStatus.PAID): {"serviceAmendmentPropose"},
    (Role.COORDONNATEUR, DossierStatus.SUBMITTED): {"serviceDossierCertify", "serviceDossierReturn"},
    (Role.COORDONNATEUR, DossierStatus.CERTIFIED): {"servicePaymentRecord", "certificationWithdraw"},
    (Role.COORDONNATEUR, DossierStatus.PAID): {"certificationWithdraw"},
    (Role.COORDONNATEUR, DossierStatus.WITHDRAWN): {"serviceRecoveryRecord"},
    (Role.NATIONAL, DossierStatus.CERTIFIED): {"servicePaymentRecord", "certificationWithdraw"},
    (Role.NATIONAL, DossierStatus.PAID): {"certificationWithdraw"},
    (Role.NATIONAL, DossierStatus.WITHDRAWN): {"serviceRecoveryRecord"},
}


@pytest.mark.parametrize("status", DossierStatus)
def test_allowed_actions_tell_what_can_be_done_and_why_the_rest_cannot(status):
    wrong = []
    for role in Role:
        answers = allowed_actions(dossier(*STEPS[status]).state, actor(role))
        allowed = {answer.action for answer in answers if answer.allowed}
        if allowed != OPEN_TO.get((role, status), set()):
            wrong.append(f"{role} may {sorted(allowed)}")
        wrong += [f"{role}: {answer}" for answer in answers if bool(answer.reason) is answer.allowed]
    assert not wrong, "\n".join(wrong)


def test_amendments_are_decided_while_some_wait():
    decisions = {"serviceAmendmentAccept", "serviceAmendmentRefuse"}
    for steps, open_to in (((*TO_CERTIFIED, proposed()), decisions), ((*TO_CERTIFIED, proposed(), accepted()), set())):
        answers = allowed_actions(dossier(*steps).state, actor(Role.COORDONNATEUR))
        assert {answer.action for answer in answers if answer.allowed} & decisions == open_to
