"""Whom no letter reaches is shown to whoever answers for them, beside the address and in their inbox."""

from __future__ import annotations

from typing import Any

import pytest

from application.followers.mailing import Mailer, Smtp
from application.followers.reacting import react
from application.followers.unreached import tell_unreached
from application.notifications.bounces import read_bounce, record_bounce
from tests.support.network.delivery_reports import POSTFIX, report
from tests.support.network.post_office import PostOffice, post_office
from tests.support.people import (
    CANDIDATURE,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Server

REGISTRATIONS = "query($id: ID!) { animation(id: $id) { registrations { nodes { email emailProblem } } } }"
INBOX = "{ viewer { notifications { nodes { kind message subjectId toCall { firstName lastName phone } } } } }"
REFUSED = "550 5.1.1 no such user"


@pytest.fixture
def office() -> Any:
    with post_office() as running:
        yield running


@pytest.fixture
def animation(people: People, server: Server) -> str:
    people.sign()
    created = people.declare()
    people.publish(created)
    _reacts(server)
    return created


def _reacts(server: Server) -> None:
    with server.application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass


def _sends(server: Server, office: PostOffice) -> None:
    """Everything that happened is reacted to, sent, told, and reacted to again."""
    application = server.application
    send = Smtp(office.url).send
    mailer = Mailer(application.vault, application.bus.keyed, "a@example.org", "https://x.example.org", send)
    _reacts(server)
    with application.pool.connection() as conn:
        while mailer.send_next(conn):
            pass
        tell_unreached(conn, application.execute, server.clock.now)
    _reacts(server)
    with application.pool.connection() as conn:
        assert tell_unreached(conn, application.execute, server.clock.now) == 0, "each is told once"
    server.post({"query": "{ position }"}, None, Min_Position=str(server.log_head())).raise_for_status()


def _inbox(server: Server, who: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = server.ask(INBOX, who)["viewer"]["notifications"]["nodes"]
    return nodes


def test_a_registrant_whose_address_is_refused_is_to_be_telephoned(people, server, office, animation):
    office.answers["dead@example.org"] = REFUSED
    for email, phone in (("dead@example.org", "06 39 98 00 01"), ("ok@example.org", None)):
        values = {"animationId": animation, "firstName": "Léa", "lastName": "Inventée", "email": email, "phone": phone}
        people.does("40-register-for-an-animation", None, **values)
    _sends(server, office)
    dead, well = server.ask(REGISTRATIONS, STRUCTURE, id=animation)["animation"]["registrations"]["nodes"]
    assert dead["emailProblem"] == (
        "Non joint par courriel : la messagerie du destinataire refuse cette adresse. Téléphonez."
    )
    assert well["emailProblem"] is None
    (latest, *_) = _inbox(server, STRUCTURE)
    assert latest["kind"] == "registration.to_call"
    assert "n'est pas jointe par courriel" in latest["message"]
    assert latest["toCall"] == [{"firstName": "Léa", "lastName": "Inventée", "phone": "06 39 98 00 01"}]
    assert _inbox(server, OTHER_STRUCTURE) == []


def test_a_letter_that_comes_back_later_is_shown_beside_the_person_as_well(people, server, office, animation):
    values = {"animationId": animation, "firstName": "Léa", "lastName": "Inventée", "email": "dead@example.org"}
    people.does("40-register-for-an-animation", None, **values)
    _sends(server, office)
    (letter,) = office.received
    returned = read_bounce(report(POSTFIX, str(letter["Message-ID"]).strip("<>").partition("@")[0]))
    with server.application.pool.connection() as conn:
        assert returned is not None
        assert [record_bounce(conn, returned) for _ in range(2)] == [True, True]
    _sends(server, office)
    (registrant,) = server.ask(REGISTRATIONS, STRUCTURE, id=animation)["animation"]["registrations"]["nodes"]
    assert registrant["emailProblem"].startswith("Non joint par courriel : la messagerie du destinataire")
    assert _inbox(server, STRUCTURE)[0]["kind"] == "registration.to_call"
    (entry,) = people.history(NATIONAL, type=["letter.refused"])
    assert "example.org" not in str(entry)


def test_what_is_recorded_of_it_holds_no_address(people, server, office, animation):
    office.answers["dead@example.org"] = REFUSED
    values = {"animationId": animation, "firstName": "Léa", "lastName": "Inventée", "email": "dead@example.org"}
    people.does("40-register-for-an-animation", None, **values)
    _sends(server, office)
    (entry,) = people.history(NATIONAL, type=["letter.refused"])
    assert (entry["actor"], entry["role"]) == ("system", "system")
    assert "example.org" not in str(entry)


def test_a_change_later_names_them_among_those_to_telephone(people, server, office, animation):
    office.answers["dead@example.org"] = REFUSED
    values = {"animationId": animation, "firstName": "Léa", "lastName": "Inventée", "email": "dead@example.org"}
    people.does("40-register-for-an-animation", None, **values)
    _sends(server, office)
    document = 'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige"}) { position } }'
    server.ask(document, STRUCTURE, id=animation)
    _reacts(server)
    notifications = [
        notification for notification in _inbox(server, STRUCTURE) if notification["kind"] == "registration.to_call"
    ]
    assert len(notifications) == 2
    assert "l'animation est annulée" in notifications[0]["message"]
    assert [registrant["firstName"] for registrant in notifications[0]["toCall"]] == ["Léa"]


def test_a_contact_whose_address_is_refused_is_shown_to_the_structure(people, server, office, animation):
    office.answers["ecole@example.org"] = REFUSED
    people.does("70-add-a-contact", STRUCTURE, structureId=STRUCTURE_ID, name="École", email="ecole@example.org")
    people.does("73-send-the-planning", STRUCTURE, structureId=STRUCTURE_ID, days=300)
    _sends(server, office)
    document = "query($id: ID!) { structure(id: $id) { contacts { nodes { emailProblem } } } }"
    (contact,) = server.ask(document, STRUCTURE, id=STRUCTURE_ID)["structure"]["contacts"]["nodes"]
    assert contact["emailProblem"].startswith("Non joint par courriel")
    assert _inbox(server, STRUCTURE)[0]["kind"] == "contact.unreached"


def test_an_invited_person_whose_address_is_refused_is_shown_to_the_structure(people, server, office, animation):
    office.answers["invite@example.org"] = REFUSED
    people.does(
        "50-invite-somebody-to-speak-for-a-structure",
        STRUCTURE,
        structureId=STRUCTURE_ID,
        email="invite@example.org",
    )
    _sends(server, office)
    document = "query($id: ID!) { structure(id: $id) { invitations { emailProblem } } }"
    (invitation,) = server.ask(document, STRUCTURE, id=STRUCTURE_ID)["structure"]["invitations"]
    assert invitation["emailProblem"].startswith("Non joint par courriel")
    assert _inbox(server, STRUCTURE)[0]["kind"] == "invitation.unreached"


def test_a_candidate_whose_address_is_refused_is_shown_to_the_coordonnateur(people, server, office, animation):
    office.answers["candidate@example.org"] = REFUSED
    people.does("12-submit-a-candidature", None, **CANDIDATURE | {"email": "candidate@example.org"})
    _sends(server, office)
    document = "{ candidatures { nodes { emailProblem } } }"
    (candidature,) = server.ask(document, COORDONNATEUR)["candidatures"]["nodes"]
    assert candidature["emailProblem"].startswith("Non joint par courriel")
    assert _inbox(server, COORDONNATEUR)[0]["kind"] == "candidature.unreached"
