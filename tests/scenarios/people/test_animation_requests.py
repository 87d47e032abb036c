"""A school asks for an animation, a structure takes it up, and an animation that names the school answers it."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from application.application import Application
from application.followers.scheduling import PartlyFailed
from cli.server.following import REOPENED, position_of
from cli.server.jobs import answer_again, follow
from domain.kernel.actors import Role
from domain.kernel.identifiers import structure_id
from tests.support.dumps import dump, in_hexadecimal
from tests.support.people import (
    COLLEGE,
    COORDONNATEUR,
    HEAD,
    NATIONAL,
    OTHER_SIRET,
    OTHER_STRUCTURE,
    PARENT,
    SCHOOL,
    STRUCTURE,
    STRUCTURE_ID,
    TEACHER,
)
from tests.support.server import token

ASK, TAKE_UP, ANSWER = "150-ask-for-an-animation", "151-take-a-request-up", "152-answer-a-request"
WISH = {"theme": "ent-pronote", "wishedFrom": "2027-03-01", "wishedUntil": "2027-03-31", "text": "En fin de journée."}
SEEN = (
    "query { animationRequests { nodes { id } } viewer { waiting { animationRequests } }"
    " waiting: animationRequests(where: {waiting: true}) { totalCount } }"
)
NODE = "query($id: ID!) { node(id: $id) { ... on AnimationRequest { text } } }"


def seen(server, who):
    answer = server.ask(SEEN, who)
    listed = answer["animationRequests"] or {"nodes": []}
    waiting = answer["viewer"]["waiting"]["animationRequests"]
    # As many as its list holds.
    assert waiting in (None, (answer["waiting"] or {}).get("totalCount")), answer
    return [node["id"] for node in listed["nodes"]], waiting


def reopening_has_read(server):
    with server.application.pool.connection() as conn:
        return position_of(conn, REOPENED.job)


def test_a_school_asks_a_structure_around_answers_and_what_waits_is_seen(people, server):
    people.sign()
    people.declare()
    column = "UAI;nom;commune;degré\n" + f"{SCHOOL};École Jean Jaurès;34172;1"
    people.does("113-import-schools", COORDONNATEUR, csv=column)
    request = people.does(ASK, TEACHER, **WISH)["request"]
    request_id = request["id"]
    (twice,) = people.is_refused(ASK, TEACHER, **WISH)
    assert (twice["code"], twice["field"]) == ("DUPLICATE", ["theme"])
    assert (request["school"]["uai"], request["status"], request["structure"]) == (SCHOOL, "OPEN", None)
    assert seen(server, TEACHER) == seen(server, STRUCTURE) == seen(server, COORDONNATEUR) == ([request_id], 1)
    assert seen(server, HEAD) == ([], 0)
    for stranger in (OTHER_STRUCTURE, HEAD, PARENT, None):
        assert server.ask(NODE, stranger, id=request_id) == {"node": None}
    other = str(structure_id(OTHER_SIRET))
    (refused,) = people.is_refused(TAKE_UP, OTHER_STRUCTURE, requestId=request_id, structureId=other)
    assert refused["code"] == "FORBIDDEN"
    taken = people.does(TAKE_UP, STRUCTURE, requestId=request_id, structureId=STRUCTURE_ID)["request"]
    assert (taken["status"], taken["structure"]["id"]) == ("TAKEN_UP", STRUCTURE_ID)
    assert (seen(server, STRUCTURE), seen(server, COORDONNATEUR)) == (([request_id], 1), ([request_id], 0))
    nameless = people.declare(title="Sans établissement")
    (refused,) = people.is_refused(ANSWER, STRUCTURE, requestId=request_id, animationId=nameless)
    assert refused["field"] == ["animationId"]
    animation = people.declare(title="Pour l'école", school=SCHOOL)
    answered = people.does(ANSWER, STRUCTURE, requestId=request_id, animationId=animation)["request"]
    assert (answered["status"], answered["animation"]["id"]) == ("ANSWERED", animation)
    assert [seen(server, who)[1] for who in (TEACHER, STRUCTURE, COORDONNATEUR)] == [0, 0, 0]
    assert server.run("157-see-a-request", TEACHER, id=request_id)["differences"] == []
    assert follow(server.application, REOPENED, server.clock.now) == 0
    people.does("38-cancel-an-animation", STRUCTURE, animationId=animation, reason="Salle inondée.")
    before = reopening_has_read(server)
    with patch.object(Application, "execute", side_effect=TimeoutError), pytest.raises(PartlyFailed):
        follow(server.application, REOPENED, server.clock.now)
    assert reopening_has_read(server) == before
    assert follow(server.application, REOPENED, server.clock.now) == 1
    assert reopening_has_read(server) > before
    server.post({"query": "{ position }"}, None, Min_Position=str(server.log_head())).raise_for_status()
    assert [seen(server, who)[1] for who in (TEACHER, STRUCTURE, COORDONNATEUR)] == [1, 1, 0]
    waiting = server.run("157-see-a-request", TEACHER, id=request_id)
    shown = (waiting["status"], waiting["animation"], waiting["reason"])
    assert shown == ("TAKEN_UP", None, "L'animation qui y répondait est annulée.")
    people.does("155-withdraw-a-request", TEACHER, requestId=request_id)
    assert people.does(ASK, TEACHER, **WISH)["request"]["status"] == "OPEN"


def test_a_request_stays_with_its_animation_and_its_reasons_with_those_concerned(people, server):
    people.sign()
    people.sign(siret=OTHER_SIRET, structureName="Un autre")
    wish = WISH | {"text": "Le matin."}
    request_id = people.does(ASK, TEACHER, **wish)["request"]["id"]
    assert people.does(ASK, TEACHER, **wish | {"audience": "mediateurs"})["request"]["status"] == "OPEN"
    people.does(TAKE_UP, STRUCTURE, requestId=request_id, structureId=STRUCTURE_ID)
    animation = people.declare(title="Un matin", school=SCHOOL)
    people.does(ANSWER, STRUCTURE, requestId=request_id, animationId=animation)
    back = {"requestId": request_id, "reason": "Mme Durand est malade."}
    (refused,) = people.is_refused("153-give-a-request-back", STRUCTURE, **back)
    assert "annulez-la" in refused["message"]

    def shown(who):
        server.post({"query": "{ position }"}, None, Min_Position=str(server.log_head())).raise_for_status()
        request = server.run("157-see-a-request", who, id=request_id)
        return request["status"], request["animation"] and request["animation"]["id"], request["reason"]

    people.does("37-refuse-an-animation", NATIONAL, animationId=animation, reason="Trop vague.")
    assert follow(server.application, REOPENED, server.clock.now) == 1
    status, pointed, reason = shown(STRUCTURE)
    assert (status, pointed, "refusée" in reason) == ("TAKEN_UP", animation, True)
    assert answer_again(server.application, server.clock.now) == 0
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, title="Un matin pour les parents")
    assert answer_again(server.application, server.clock.now) == 1
    assert shown(STRUCTURE) == ("ANSWERED", animation, None)
    people.does("38-cancel-an-animation", STRUCTURE, animationId=animation, reason="Salle inondée.")
    people.does("153-give-a-request-back", STRUCTURE, **back)
    for who in (TEACHER, COORDONNATEUR, NATIONAL, STRUCTURE):
        assert shown(who) == ("OPEN", None, back["reason"])
    assert shown(OTHER_STRUCTURE) == ("OPEN", None, None)


def test_what_a_school_wrote_is_erased_and_who_is_named_there_is_found(people, server, founded_url):
    people.sign()
    table = "UAI;nom;commune;degré\n" + f"{SCHOOL};École Jean Jaurès;34172;1"
    people.does("113-import-schools", COORDONNATEUR, csv=table)
    opened = {"name": "Groupe de Mme Trucmuchet", "territory": "34", "subject": "Les écrans"}
    group = people.does("240-open-an-action-research-group", COORDONNATEUR, **opened)["group"]["id"]
    member = {"firstName": "Zoé", "lastName": "Trucmuchet", "email": "zoe@exemple.fr", "profession": "enseignante"}
    people.does("241-add-a-member-to-a-group", COORDONNATEUR, groupId=group, **member)
    wish = WISH | {"text": "Pour la classe de Mme Trucmuchet."}
    request_id = people.does(ASK, TEACHER, **wish)["request"]["id"]
    erased = people.does("98-erase-a-person", NATIONAL, subject="zoe@exemple.fr")
    named = {thing: [each for each in erased["unreached"] if thing in each] for thing in (request_id, group)}
    assert [len(sentences) for sentences in named.values()] == [1, 1], erased["unreached"]
    for thing in named:
        people.does("98-erase-a-person", NATIONAL, subject=thing)
    held = dump(founded_url)
    assert "Trucmuchet" not in held
    assert in_hexadecimal("Trucmuchet") not in held
    shown = server.run("157-see-a-request", TEACHER, id=request_id)
    assert (shown["status"], shown["text"]) == ("WITHDRAWN", "[texte effacé]")


def test_a_request_stays_the_schools_once_who_asked_is_erased(people, server, founded_url):
    people.sign()
    people.does("113-import-schools", COORDONNATEUR, csv=f"UAI;nom;commune;degré\n{SCHOOL};École Jean Jaurès;34172;1")
    subject = "maitresse.inventee@exemple.fr"
    asker = token(Role.PARENT, subject)
    bound = {"subject": subject, "staffRole": "TEACHER", "territory": "34", "schools": [SCHOOL]}
    people.does("55-bind-school-staff", COORDONNATEUR, **bound)
    people.does("69-say-where-to-be-written-to", asker, email=subject)
    request_id = people.does(ASK, asker, **WISH)["request"]["id"]
    erased = server.ask("mutation { personErase(input: {}) { errors { code } } }", asker)["personErase"]
    assert erased == {"errors": []}
    held = dump(founded_url)
    assert "maitresse" not in held
    assert in_hexadecimal("maitresse") not in held
    # It goes on as the school's, whose others have it to withdraw.
    shown = server.run("157-see-a-request", TEACHER, id=request_id)
    assert (shown["status"], shown["text"]) == ("OPEN", WISH["text"])
    taken = people.does(TAKE_UP, STRUCTURE, requestId=request_id, structureId=STRUCTURE_ID)["request"]
    assert taken["status"] == "TAKEN_UP"
    people.does("155-withdraw-a-request", TEACHER, requestId=request_id)


def test_a_request_is_declined_withdrawn_or_lapses(people, server):
    people.sign()
    declined, withdrawn, lapsed = (
        people.does(ASK, HEAD, **WISH | {"schoolUai": COLLEGE, "wishedFrom": day})["request"]["id"]
        for day in ("2027-03-01", "2027-03-02", "2027-03-03")
    )
    why = {"reason": "Aucune structure n'est libre."}
    (refused,) = people.is_refused("154-decline-a-request", STRUCTURE, requestId=declined, **why)
    assert refused["code"] == "FORBIDDEN"
    people.does("154-decline-a-request", COORDONNATEUR, requestId=declined, **why)
    people.does("155-withdraw-a-request", HEAD, requestId=withdrawn)
    query = "query($status: [AnimationRequestStatus!]) { animationRequests(where: {status: $status}) { nodes { id } } }"
    assert server.ask(query, NATIONAL, status=["DECLINED"])["animationRequests"]["nodes"] == [{"id": declined}]
    assert server.ask(query, NATIONAL, status=["OPEN"])["animationRequests"]["nodes"] == [{"id": lapsed}]
