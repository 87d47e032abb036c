"""Four eyes: over all acts of a dossier, two persons, whatever their roles and names (docs/glossary.md)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain.kernel.authors import Author
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.amendment import accept, decline
from domain.service_dossiers.certification import send_back
from domain.service_dossiers.transitions import allowed_actions
from tests.support.domain.builders import COORDONNATEUR, NATIONAL
from tests.support.domain.dossier_builders import (
    GATHERED,
    OPENED,
    TO_CERTIFIED,
    TO_SUBMITTED,
    certified,
    dossier,
    piece,
    proposed,
    submitted,
)
from tests.support.domain.dossier_decisions import certifying, paying

RULE_BROKEN = ErrorCode.RULE_BROKEN
JEAN, ANNE, PAUL = "a" * 21 + "A", "b" * 21 + "A", "c" * 21 + "A"
#: The structure's people, by the names of their tokens.
ANNE_THERE, JEAN_THERE = Author("anne", ANNE), Author("jean", JEAN)
#: Jean, as a coordonnateur and in the national team, under other names.
JEAN_CERTIFIES = replace(COORDONNATEUR, name="J. Exemple", subject="J. Exemple", person=JEAN)
JEAN_PAYS = replace(NATIONAL, name="national:jean", person=JEAN)
PAUL_CERTIFIES = replace(COORDONNATEUR, name="anne", person=PAUL)
NOW = date(2027, 4, 20)
ACCOUNT = UUID("00000000-0000-4000-8000-0000000000f1")


def _reason(state, actor, action):
    (allowed,) = [each for each in allowed_actions(state, actor) if each.action == action]
    return allowed.reason


@pytest.mark.parametrize(
    ("does", "word"), [(0, "ouvert"), (1, "rassemblé"), (2, "complété"), (3, "soumis")], ids=lambda value: str(value)
)
def test_who_claimed_payment_in_any_way_does_not_certify_and_is_told_beforehand(does, word):
    authors = [ANNE_THERE] * 4
    authors[does] = JEAN_THERE
    story = dossier(OPENED, GATHERED, piece(), submitted(submitted_by="x")).by(*authors)
    reason = f"Nul ne certifie un dossier qu'il a lui-même {word}."
    story.when(*certifying(who=JEAN_CERTIFIES)).then_refused(RULE_BROKEN, saying=reason)
    assert _reason(story.state, JEAN_CERTIFIES, "serviceDossierCertify") == reason
    story.when(send_back, JEAN_CERTIFIES, "Une feuille manque").then_accepted()


def test_another_person_of_the_same_name_certifies():
    story = dossier(OPENED, GATHERED, submitted(submitted_by="x")).by(ANNE_THERE)
    story.when(*certifying(who=PAUL_CERTIFIES)).then(certified())
    assert _reason(story.state, PAUL_CERTIFIES, "serviceDossierCertify") is None


@pytest.mark.parametrize("name", ["jean", "Jean", " JEAN ", "\uff4a\uff45\uff41\uff4e"])
def test_where_older_events_tell_no_person_names_are_compared_in_one_form(name):
    story = dossier(*TO_SUBMITTED).by(Author("jean"))
    story.when(*certifying(who=replace(JEAN_CERTIFIES, name=name))).then_refused(RULE_BROKEN)


def test_where_older_events_tell_no_person_mandates_of_one_account_are_one_person():
    story = dossier(*TO_SUBMITTED).by(Author(f"structure:{ACCOUNT}"))
    official = replace(COORDONNATEUR, name=f"coordonnateur:{ACCOUNT}", account_id=ACCOUNT)
    story.when(*certifying(who=official)).then_refused(RULE_BROKEN)
    by_token = dossier(*TO_SUBMITTED).by(Author("jean"))
    by_token.when(*certifying(who=replace(official, subject="Jean"))).then_refused(RULE_BROKEN)


def test_who_certified_does_not_record_the_payment():
    story = dossier(*TO_CERTIFIED).by(*[ANNE_THERE] * 3, JEAN_THERE)
    reason = "Nul n'enregistre le paiement d'un dossier qu'il a lui-même certifié."
    story.when(*paying(who=JEAN_PAYS)).then_refused(RULE_BROKEN, saying=reason)
    assert _reason(story.state, JEAN_PAYS, "servicePaymentRecord") == reason
    story.when(*paying(who=replace(NATIONAL, person=PAUL))).then_accepted()


def test_who_claimed_the_payment_does_not_record_it():
    story = dossier(*TO_CERTIFIED).by(JEAN_THERE, *[ANNE_THERE] * 3)
    story.when(*paying(who=JEAN_PAYS)).then_refused(RULE_BROKEN, saying="ouvert")


def test_who_proposed_an_amendment_does_not_accept_it_and_may_take_it_back():
    story = dossier(*TO_CERTIFIED, proposed()).by(*[ANNE_THERE] * 4, JEAN_THERE)
    story.when(accept, JEAN_CERTIFIES, 1).then_refused(RULE_BROKEN, saying="lui-même proposé")
    assert "proposé" in _reason(story.state, JEAN_CERTIFIES, "serviceAmendmentAccept")
    story.when(decline, JEAN_CERTIFIES, 1, "Rien ne manque").then_accepted()


def test_who_submitted_does_not_accept_an_amendment_of_somebody_else():
    story = dossier(*TO_CERTIFIED, proposed()).by(*[JEAN_THERE] * 3, ANNE_THERE, ANNE_THERE)
    story.when(accept, JEAN_CERTIFIES, 1).then_refused(RULE_BROKEN, saying="ouvert puis rassemblé puis soumis")
