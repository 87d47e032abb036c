"""A dossier that was opened by mistake is given up, as long as it was never submitted."""

from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.events import DossierDiscarded, DossierGathered, DossierReturned
from domain.service_dossiers.gathering import discard
from tests.support.domain.builders import COORDONNATEUR, OTHER_STRUCTURE, STRUCTURE
from tests.support.domain.dossier_builders import FIRST, GATHERED, OPENED, TO_SUBMITTED, dossier

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
RETURNED = DossierReturned(reason="Il manque une feuille")


def test_a_dossier_that_was_opened_by_mistake_is_given_up_with_its_animations():
    gone = DossierDiscarded(reason="Période fausse")
    state = dossier(OPENED, GATHERED).when(discard, STRUCTURE, "Période fausse").then(gone)
    assert (state.status, state.animation_ids) == (DossierStatus.DISCARDED, ())
    dossier(OPENED, GATHERED, gone).when(discard, STRUCTURE, "Encore").then_refused(RULE_BROKEN)
    dossier(OPENED).when(discard, STRUCTURE, " ").then_refused(INVALID, "reason")
    for other in (OTHER_STRUCTURE, COORDONNATEUR):
        dossier(OPENED).when(discard, other, "Période fausse").then_refused(FORBIDDEN)


def test_what_was_submitted_is_no_more_given_up():
    again = DossierGathered(animation_ids=(FIRST,))
    for steps in (TO_SUBMITTED, (*TO_SUBMITTED, RETURNED), (*TO_SUBMITTED, RETURNED, again)):
        dossier(*steps).when(discard, STRUCTURE, "Période fausse").then_refused(RULE_BROKEN)
