"""A blanked text over HTTP: in the table of the audit trail, in the timeline that is followed on, in the feeds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from application.followers.reacting import react
from tests.scenarios.following.test_subscriptions import TIMELINE, opened, subscribe
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server

WHY = "Une personne y est nommée"


@pytest.fixture
def blanked(people: People) -> dict[str, Any]:
    people.sign()
    animation = people.declare(title="Café de Zoé Exemple", description="Appelez Zoé Exemple.")
    people.publish(animation)
    changes = {"title": "Café", "description": "Corrigé."}
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, **changes)
    (early,) = people.is_refused("48-blank-a-former-text", NATIONAL, animationId=animation, version=3, reason=WHY)
    assert (early["code"], early["field"]) == ("RULE_BROKEN", ["version"])
    (denied,) = people.is_refused("48-blank-a-former-text", STRUCTURE, animationId=animation, version=1, reason=WHY)
    assert denied["code"] == "FORBIDDEN"
    return people.does("48-blank-a-former-text", NATIONAL, animationId=animation, version=1, reason=WHY)


@pytest.mark.parametrize(
    ("who", "hidden"), [(STRUCTURE, True), (COORDONNATEUR, True), (NATIONAL, False), (AUDITOR, False)]
)
def test_the_table_of_the_audit_trail_hides_it(server: Server, blanked: dict[str, Any], who: str, hidden: bool):
    answer = server.http.get("/audit-trail.csv", headers={"authorization": f"Bearer {who}"})
    assert answer.status_code == 200
    assert ("Zoé Exemple" not in answer.text) is hidden
    assert ("[texte masqué]" in answer.text) is hidden
    assert WHY in answer.text


def test_a_timeline_that_is_followed_on_from_before_hides_it(server: Server, blanked: dict[str, Any]):
    with opened(server, STRUCTURE) as socket:
        subscribe(socket, TIMELINE, structureId=STRUCTURE_ID, after=0)
        stream = ""
        while "text_blanked" not in stream:
            stream += json.dumps(json.loads(socket.recv(timeout=10)), ensure_ascii=False)
    assert "Zoé Exemple" not in stream
    assert "[texte masqué]" in stream


def test_feeds_and_lists_speak_of_today_alone(server: Server, blanked: dict[str, Any]):
    for path in ("/animations.ics", "/animations.atom", "/animations.jsonld", "/animations.csv"):
        text = server.http.get(path).text
        assert "Zoé" not in text
        assert "[texte masqué]" not in text


@pytest.mark.parametrize(("who", "hidden"), [(STRUCTURE, True), (COORDONNATEUR, True), (NATIONAL, False)])
def test_notices_of_before_say_what_is_blanked_to_nobody_else(
    server: Server, blanked: dict[str, Any], who: str, hidden: bool
):
    with server.application.pool.connection() as conn:
        while react(conn, with_mail=False):
            pass
    messages = str(server.run("60-see-notifications", who)["notifications"]["nodes"])
    assert ("Zoé Exemple" not in messages) is hidden
    assert ("[texte masqué]" in messages) is hidden
