"""The inbox over HTTP: each reads what concerns what they speak for, and marks what they have read."""

from __future__ import annotations

from typing import Any

import pytest

from application.followers.reacting import react
from domain.kernel.actors import Role
from tests.support.network.post_office import sent_by
from tests.support.people import (
    ANIMATION,
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    SIRET,
    STRUCTURE,
)
from tests.support.server import token

SEE, MARK = "60-see-notifications", "61-mark-notifications-as-read"
COLLEAGUE = token(Role.STRUCTURE, "Une collègue", sirets=[SIRET])


@pytest.fixture
def notified(people: Any, server: Any) -> Any:
    """A published and a refused animation, reacted to."""
    people.sign()
    people.publish(people.declare())
    refused = people.declare()
    document = 'mutation($id: ID!) { animationRefuse(input: {animationId: $id, reason: "Trop loin"}) { position } }'
    server.ask(document, NATIONAL, id=refused)
    with server.application.pool.connection() as conn:
        while react(conn, with_mail=False):
            pass


def _messages(server: Any, who: str | None) -> list[str]:
    return [node["message"].replace("\u00a0", " ") for node in server.run(SEE, who)["notifications"]["nodes"]]


def test_each_reads_what_concerns_them_the_latest_first(notified, server):
    title = ANIMATION["title"]
    place = "École Jean Jaurès, 1 rue de l'École, Montpellier"
    animation = f"« {title} » (lundi 15 mars 2027, de 18 h à 20 h, {place})"
    assert _messages(server, STRUCTURE) == [f"{animation} est refusée : Trop loin", f"{animation} est publiée."]
    host = "Centre social Les Tilleuls"
    waiting = f"{animation} attend sa publication. Déclarée par {host}, Hérault (34)."
    assert _messages(server, NATIONAL) == [waiting] * 2
    assert _messages(server, COORDONNATEUR) == [f"{host} déclare {animation}."] * 2
    refused, published = server.run(SEE, STRUCTURE)["notifications"]["nodes"]
    site = server.services.public_url
    assert published["url"] == f"{site}/animations/{published['subjectId']}"
    assert refused["url"] == f"{site}/structure/animations/{refused['subjectId']}"
    for who in (None, OTHER_STRUCTURE, AUDITOR, PARENT):
        assert _messages(server, who) == []
    assert server.run(SEE, AUDITOR)["unreadNotifications"] == 0


def test_what_one_has_read_a_colleague_may_not_have(notified, people, server):
    seen = server.run(SEE, STRUCTURE)
    assert seen["unreadNotifications"] == 2
    latest = seen["notifications"]["nodes"][0]["id"]
    assert people.does(MARK, STRUCTURE, ids=[latest])["marked"] == 1
    assert people.does(MARK, STRUCTURE, ids=[latest])["marked"] == 0
    again = server.run(SEE, STRUCTURE)
    assert again["unreadNotifications"] == 1
    assert [node["read"] for node in again["notifications"]["nodes"]] == [True, False]
    assert server.run(SEE, COLLEAGUE)["unreadNotifications"] == 2
    assert people.does(MARK, COLLEAGUE, upTo=latest)["marked"] == 2


def test_others_notifications_are_not_marked_and_the_public_has_none(notified, people, server):
    (latest, *_) = server.run(SEE, STRUCTURE)["notifications"]["nodes"]
    assert people.does(MARK, OTHER_STRUCTURE, ids=[latest["id"]])["marked"] == 0
    payload = server.run(MARK, None, input={"ids": [latest["id"]]})
    assert payload["errors"][0]["code"] == "UNAUTHENTICATED"
    payload = server.run(MARK, STRUCTURE, input={"ids": ["42", latest["id"]]})
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("INVALID", ["ids", "0"])]
    assert payload["marked"] == 1, "each has an outcome of its own"


def test_the_inbox_is_paged(notified, server):
    first = server.run(SEE, STRUCTURE, first=1)["notifications"]
    rest = server.run(SEE, STRUCTURE, first=5, after=first["pageInfo"]["endCursor"])["notifications"]
    assert (len(first["nodes"]), len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (1, 1, False)


PREFER = "69-say-where-to-be-written-to"


def test_who_wants_e_mails_gets_those_that_are_not_muted_and_nobody_else_does(people, server, founded_url):
    wishes = {"email": "tilleuls@exemple.fr", "muted": ["animation.refused"]}
    preferences = people.does(PREFER, STRUCTURE, **wishes)["viewer"]["mailPreferences"]
    assert preferences == wishes
    people.does(PREFER, OTHER_STRUCTURE, email="autre@exemple.fr")
    people.sign()
    published, refused = people.declare(title="Un"), people.declare(title="Deux")
    people.publish(published)
    document = 'mutation($id: ID!) { animationRefuse(input: {animationId: $id, reason: "Trop loin"}) { position } }'
    server.ask(document, NATIONAL, id=refused)
    office = sent_by(server.application)
    assert [(str(letter["To"]), str(letter["Subject"])) for letter in office.received] == [
        ("tilleuls@exemple.fr", "« Un » est publiée.")
    ]
    assert server.run(PREFER, STRUCTURE, input={})["viewer"]["mailPreferences"] == {"email": None, "muted": []}
    people.publish(people.declare(title="Trois"))
    assert sent_by(server.application).received == []


def test_an_erased_person_gets_no_e_mails_of_an_inbox(people, server):
    people.does(PREFER, STRUCTURE, email="tilleuls@exemple.fr")
    server.ask('mutation { personErase(input: {subject: "Les Tilleuls"}) { erased } }', NATIONAL)
    people.sign()
    with server.application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        assert conn.execute("SELECT count(*) FROM mail_subscriptions").fetchone() == (0,)
