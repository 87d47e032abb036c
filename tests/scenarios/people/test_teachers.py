"""A teacher is bound by the school's director or head, registers its parents, and sees those registered, no others."""

from __future__ import annotations

from domain.kernel.actors import Role
from tests.support.people import COLLEGE, DIRECTOR, HEAD, NATIONAL, SCHOOL, TEACHER
from tests.support.server import token

BIND, END, REGISTER_FOR = "55-bind-school-staff", "57-end-a-mandate", "41-register-somebody-else"
CAMILLE = token(Role.PARENT, "camille@exemple.fr")
WHO = {"firstName": "Moussa", "lastName": "Inventé", "phone": "+33600000000"}
OWN = """query { viewer { role registrationsForOthers(first: 10) {
  totalCount nodes { id firstName lastName phone status animation { title } } } } }"""
TEACHERS = "query { viewer { teachers { subject } } }"
NODE = "query($id: ID!) { node(id: $id) { ... on Registration { lastName } } }"


def _own(server, who):
    return server.ask(OWN, who)["viewer"]["registrationsForOthers"]


def test_a_teacher_registers_parents_and_sees_those_registered_and_no_others(people, server):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    people.does(BIND, DIRECTOR, subject="camille@exemple.fr", staffRole="TEACHER", territory="34", schools=[SCHOOL])
    assert server.ask(OWN, CAMILLE)["viewer"]["role"] == "TEACHER"
    made = people.does(REGISTER_FOR, CAMILLE, animationId=animation, **WHO)
    other = people.does(REGISTER_FOR, TEACHER, animationId=animation, **WHO | {"lastName": "Autre"})
    (seen,) = _own(server, CAMILLE)["nodes"]
    assert seen == {
        "id": made["registration"]["id"],
        **WHO,
        "status": "SEATED",
        "animation": {"title": "Café des parents : Pronote sans peine"},
    }
    assert [node["lastName"] for node in _own(server, TEACHER)["nodes"]] == ["Autre"]
    assert _own(server, DIRECTOR) == _own(server, None) == {"totalCount": 0, "nodes": []}
    assert server.ask(NODE, CAMILLE, id=made["registration"]["id"]) == {"node": {"lastName": "Inventé"}}
    assert server.ask(NODE, CAMILLE, id=other["registration"]["id"]) == {"node": None}
    listed = "query($id: ID!) { animation(id: $id) { registrations { totalCount } } }"
    assert server.ask(listed, CAMILLE, id=animation) == {"animation": {"registrations": None}}
    people.does("42-cancel-a-registration", CAMILLE, code=made["code"], animationId=animation)
    assert _own(server, CAMILLE)["nodes"][0]["status"] == "CANCELLED"


def test_a_director_lists_and_ends_the_mandates_of_their_own_teachers_alone(people, server):
    (bound,) = people.does(BIND, DIRECTOR, subject="camille", staffRole="TEACHER", territory="34", schools=[SCHOOL])[
        "mandates"
    ]
    people.does(BIND, HEAD, subject="dominique", staffRole="TEACHER", territory="34", schools=[COLLEGE])
    for who, subject in ((DIRECTOR, "camille"), (HEAD, "dominique")):
        assert server.ask(TEACHERS, who)["viewer"]["teachers"] == [{"subject": subject}]
    assert [server.ask(TEACHERS, who)["viewer"]["teachers"] for who in (TEACHER, NATIONAL, None)] == [None] * 3
    ended = {"accountId": bound["accountId"], "mandateId": bound["id"]}
    (refused,) = people.is_refused(END, HEAD, **ended)
    assert refused["code"] == "FORBIDDEN"
    people.does(END, DIRECTOR, **ended)
    assert server.ask(TEACHERS, DIRECTOR)["viewer"]["teachers"] == []
