"""Webhooks over HTTP: subscribed by those whose events they are, their secret shown once, and what was sent listed."""

from __future__ import annotations

from datetime import UTC, datetime

from application.webhooks.delivering import Deliverer
from application.webhooks.sending import Sender
from tests.support.network.receiver import receiver
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    SCHOOL,
    STRUCTURE,
    STRUCTURE_ID,
    TEACHER,
    People,
)
from tests.support.server import Server

SUBSCRIBE, URL = "270-subscribe-a-system", "https://systeme.exemple.fr/evenements"


def _delivers(server: Server) -> None:
    app, site = server.application, server.services.public_url
    deliverer = Deliverer(app.execute, app.vault, app.bus.keyed, site, Sender(local=True), lambda: datetime.now(UTC))
    with app.pool.connection() as conn:
        while deliverer.deliver(conn) == 0:
            pass


def test_a_structure_subscribes_is_sent_its_events_and_sees_what_was_sent(people: People, server: Server) -> None:
    people.sign()
    object.__setattr__(server.services, "local_webhooks", True)
    with receiver() as system:
        wanted = {
            "structureId": STRUCTURE_ID,
            "url": system.url,
            "kinds": ["animation.created", "animation_request.sent"],
        }
        made = people.does(SUBSCRIBE, STRUCTURE, **wanted)
        which = {"webhookId": made["webhook"]["id"]}
        system.secret = made["secret"]
        assert people.does("271-rotate-a-secret", STRUCTURE, **which)["secret"] != made["secret"]
        declared = people.declare()
        column = f"UAI;nom;commune;degré\n{SCHOOL};École Jean Jaurès;34172;1"
        people.does("113-import-schools", COORDONNATEUR, csv=column)
        wish = {"theme": "ent-pronote", "wishedFrom": "2027-03-01", "wishedUntil": "2027-03-31"}
        request = people.does("150-ask-for-an-animation", TEACHER, **wish, text="En fin de journée.")["request"]
        _delivers(server)
    message, waiting = system.received
    assert (waiting["type"], waiting["data"]["subject"]) == ("animation_request.sent", request["id"])
    assert (message["type"], message["data"]["animationId"]) == ("animation.created", declared)
    _, sent = server.run("277-see-deliveries", STRUCTURE, **which)["nodes"]
    assert (sent["messageId"], sent["httpStatus"], sent["attempts"]) == (system.ids[0], 204, 1)
    for who, number in ((STRUCTURE, 1), (NATIONAL, 1), (OTHER_STRUCTURE, 0), (COORDONNATEUR, 0)):
        answer = server.ask("{ webhooks { nodes { id deliveredTo } } }", who)["webhooks"]["nodes"]
        assert len(answer) == number
    assert server.ask(
        f'{{ webhookDeliveries(webhookId: "{which["webhookId"]}") {{ totalCount }} }}', OTHER_STRUCTURE
    ) == {"webhookDeliveries": None}
    assert not [
        key for entry in people.history() if entry["type"] == "webhook.subscribed" for key in entry if "secret" in key
    ]


def test_everything_wrong_is_named_and_nobody_subscribes_to_what_is_not_theirs(people: People) -> None:
    people.sign()
    local = people.is_refused(
        SUBSCRIBE, STRUCTURE, structureId=STRUCTURE_ID, url="http://localhost/", kinds=["animation.*"]
    )
    assert [error["field"] for error in local] == [["url"]]
    errors = people.is_refused(SUBSCRIBE, STRUCTURE, structureId=STRUCTURE_ID, url="https://10.0.0.1/", kinds=[])
    assert sorted(error["field"][0] for error in errors) == ["kinds", "url"]
    unknown = people.is_refused(SUBSCRIBE, NATIONAL, url=URL, kinds=["animation.*", "contact.*"])
    assert [error["field"] for error in unknown] == [["kinds", "1"]]
    ours = {"structureId": STRUCTURE_ID, "url": URL, "kinds": ["animation.*"]}
    for who in (OTHER_STRUCTURE, COORDONNATEUR, AUDITOR, None):
        people.is_refused(SUBSCRIBE, who, **ours)
    made = people.does(SUBSCRIBE, COORDONNATEUR, territory="34", url=URL, kinds=["registration.*"])
    twice = people.is_refused(SUBSCRIBE, COORDONNATEUR, territory="34", url=URL, kinds=["registration.*"])
    assert [(error["code"], error["field"]) for error in twice] == [("DUPLICATE", ["url"])]
    people.is_refused("272-pause-a-subscription", STRUCTURE, webhookId=made["webhook"]["id"])
    paused = people.does("272-pause-a-subscription", COORDONNATEUR, webhookId=made["webhook"]["id"])["webhook"]
    assert (paused["status"], paused["pausedBecause"]) == ("PAUSED", "BY_HAND")
    twin = people.does(SUBSCRIBE, COORDONNATEUR, territory="34", url=URL, kinds=["registration.*"])["webhook"]["id"]
    twice = people.is_refused("273-resume-a-subscription", COORDONNATEUR, webhookId=paused["id"])
    assert [(error["code"], error["field"]) for error in twice] == [("DUPLICATE", ["webhookId"])]
    people.does("275-end-a-subscription", COORDONNATEUR, webhookId=twin)
    assert (
        people.does("273-resume-a-subscription", COORDONNATEUR, webhookId=paused["id"])["webhook"]["status"] == "ACTIVE"
    )
    people.does("275-end-a-subscription", COORDONNATEUR, webhookId=paused["id"])
    assert people.is_refused("274-send-events-again", COORDONNATEUR, webhookId=paused["id"], fromPosition=1)
