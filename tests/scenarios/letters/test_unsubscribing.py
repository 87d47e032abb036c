"""Ending letters by the link that they bear: by a page with a button, and by one click of a mail program."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any

import pytest

from tests.support.network.post_office import sent_by
from tests.support.people import STRUCTURE, STRUCTURE_ID

ADD, PLAN, PREFER = "70-add-a-contact", "73-send-the-planning", "69-say-where-to-be-written-to"
OURS = {"structureId": STRUCTURE_ID}
SITE = "https://parentalite.example.org"


@pytest.fixture
def animation(people: Any, server: Any) -> str:
    people.sign()
    created: str = people.declare()
    people.publish(created)
    people.does(ADD, STRUCTURE, **OURS, name="École", email="ecole@exemple.fr")
    sent_by(server.application)
    return created


def _path(message: EmailMessage) -> str:
    """Where the letter's one click leads, on the server."""
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (address,) = re.findall(r"^<(https://\S+)>$", str(message["List-Unsubscribe"]))
    body = message.get_body(("plain",))
    assert body is not None
    assert address in body.get_content(), "also for people"
    # The tests' letters lead to a site of their own.
    return re.sub(r"^https://[^/]+", "", address)


def test_a_contact_ends_its_letters_and_the_structure_sees_it(people, server, animation):
    people.does(PLAN, STRUCTURE, **OURS, days=100)
    (message,) = sent_by(server.application).received
    path = _path(message)
    page = server.http.get(path)
    assert (page.status_code, "<form" in page.text) == (200, True)
    assert server.run(PLAN, STRUCTURE, input={**OURS, "days": 100})["errors"], "a visit has changed nothing"
    ended = server.http.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (ended.status_code, "C'est fait" in ended.text) == (200, True)
    assert server.http.post(path).status_code == 200, "as often as one clicks"
    people.does(ADD, STRUCTURE, **OURS, name="Mairie", email="mairie@exemple.fr")
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Ailleurs")
    payload = people.does(PLAN, STRUCTURE, **OURS, days=100)
    assert payload["writtenTo"] == 1
    since = {contact["name"]: contact["unsubscribedAt"] for contact in payload["structure"]["contacts"]["nodes"]}
    assert (since["École"] is None, since["Mairie"]) == (False, None)
    office = sent_by(server.application)
    assert {str(letter["To"]) for letter in office.received} == {"mairie@exemple.fr"}


def test_letters_that_wait_are_not_sent_to_who_unsubscribed_meanwhile(people, server, animation):
    people.does(PLAN, STRUCTURE, **OURS, days=100)
    (message,) = sent_by(server.application).received
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Ailleurs")
    server.http.post(_path(message))
    assert sent_by(server.application).received == []


def test_the_e_mails_of_an_inbox_end_by_their_link_until_one_says_otherwise(people, server, animation):
    people.does(PREFER, STRUCTURE, email="tilleuls@exemple.fr")
    people.publish(people.declare(title="Un"))
    (message,) = sent_by(server.application).received
    server.http.post(_path(message))
    document = {"query": "{ viewer { mailPreferences { email } } }"}
    preferences = server.post(document, STRUCTURE, Min_Position=str(server.log_head())).json()["data"]["viewer"]
    assert preferences == {"mailPreferences": {"email": None}}
    people.publish(people.declare(title="Deux"))
    assert sent_by(server.application).received == []
    people.does(PREFER, STRUCTURE, email="tilleuls@exemple.fr")
    people.publish(people.declare(title="Trois"))
    assert sent_by(server.application).to("tilleuls@exemple.fr") == ["« Trois » est publiée."]


@pytest.mark.parametrize("link", ["x", "AAAA" * 12, "é", "a" * 5_000, "%00"])
def test_a_link_that_was_not_made_here_ends_nothing(server, link):
    for answer in (server.http.get(f"/desabonnement/{link}"), server.http.post(f"/desabonnement/{link}")):
        assert (answer.status_code, "pas valable" in answer.text) == (404, True)


def test_letters_that_answer_to_what_one_did_have_no_such_link(people, server, animation):
    who = {"firstName": "Zoé", "lastName": "Nom", "email": "zoe@exemple.fr"}
    people.does("40-register-for-an-animation", None, animationId=animation, **who)
    (message,) = sent_by(server.application).received
    assert message["List-Unsubscribe"] is None


def test_the_same_planning_is_not_sent_twice_in_a_row(people, server, animation):
    assert people.does(PLAN, STRUCTURE, **OURS, days=100)["writtenTo"] == 1
    for _ in range(2):
        payload = server.run(PLAN, STRUCTURE, input={**OURS, "days": 100})
        (error,) = payload["errors"]
        assert (error["code"], payload["writtenTo"]) == ("RULE_BROKEN", None)
        assert "a été envoyé il y a moins d'une minute" in error["message"]
    assert len(sent_by(server.application).received) == 1
