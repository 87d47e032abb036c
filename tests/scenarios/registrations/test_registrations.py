"""Registrations over HTTP: seats, the waiting list, links and codes, and who sees whom."""

from __future__ import annotations

import pytest

from domain.kernel.actors import Role
from tests.scenarios.registrations.registering import (
    CANCEL,
    FOLLOW,
    REGISTER,
    REGISTER_FOR,
    SEE,
    register,
    registrants,
    standing_of,
    who_registers,
)
from tests.support.papers.pdf_text import text
from tests.support.people import (
    ANIMATION,
    AUDITOR,
    COORDONNATEUR,
    DIRECTOR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    STRUCTURE,
)
from tests.support.server import SITE, token

MEDIATEUR = token(Role.MEDIATEUR, "Médiatrice 7")


def test_parents_register_until_the_seats_are_taken_and_then_wait_in_line(people, server, animation):
    standing = [register(people, animation, number)["registration"] for number in range(1, 5)]
    assert [standing_of(registration) for registration in standing] == [
        ("SEATED", None),
        ("SEATED", None),
        ("WAITING", 1),
        ("WAITING", 2),
    ]
    assert [registration["animation"]["seatsLeft"] for registration in standing] == [1, 0, 0, 0]
    shown = server.run(SEE, None, id=animation)
    assert (shown["seatsLeft"], shown["waiting"], shown["registrations"]) == (0, 2, None)
    assert people.listing(seatsLeft=True) == []
    assert people.listing(seatsLeft=False) == [ANIMATION["title"]]


def test_a_cancelled_seat_goes_to_the_first_in_line_by_itself(people, server, animation):
    links = [register(people, animation, number)["link"] for number in range(1, 5)]
    cancelled = people.does(CANCEL, None, link=links[0])["registration"]
    assert standing_of(cancelled) == ("CANCELLED", None)
    followed = [server.run(FOLLOW, None, link=link) for link in links]
    assert [standing_of(registration) for registration in followed] == [
        ("CANCELLED", None),
        ("SEATED", None),
        ("SEATED", None),
        ("WAITING", 1),
    ]
    document = '{ auditTrail(where: {type: ["registration.seat_obtained"]}) { nodes { cause } } }'
    (obtained,) = server.ask(document, AUDITOR)["auditTrail"]["nodes"]
    assert obtained["cause"].startswith("event:registration.cancelled:")
    (error,) = people.is_refused(CANCEL, None, link=links[0])
    assert error["message"] == "Cette inscription est déjà annulée."


def test_one_e_mail_address_registers_once_and_again_after_cancelling(people, server, animation):
    link = register(people, animation, 1)["link"]
    named = {"animationId": animation, **who_registers(2, email="Parent1@Exemple.FR ")}
    assert people.does(REGISTER, None, **named)["registration"]["status"] == "SEATED"
    assert [registration["lastName"] for registration in registrants(server, animation)] == ["Nom1"]
    (error,) = people.is_refused(REGISTER_FOR, STRUCTURE, **named)
    assert (error["code"], error["field"]) == ("DUPLICATE", ["email"])
    people.does(CANCEL, None, link=link)
    assert register(people, animation, 1)["registration"]["status"] == "SEATED"


def test_a_repeated_request_registers_once_and_gives_the_same_link(people, server, animation):
    key = "6a1c1a52-7a0e-4f0e-9a5e-5f1f5f3f0a77"
    first, again = (register(people, animation, 1, idempotencyKey=key) for _ in range(2))
    assert first == again
    assert len(registrants(server, animation)) == 1


def test_a_mediateur_registers_a_parent_without_e_mail_and_it_is_kept_who_did(people, server, animation):
    values = {"firstName": "Fatou", "lastName": "Sans-Courriel", "children": 3}
    payload = people.does(REGISTER_FOR, MEDIATEUR, animationId=animation, **values)
    (listed,) = registrants(server, animation)
    assert (listed["onBehalf"], listed["registeredBy"], listed["email"]) == (True, "Médiatrice 7", None)
    assert (listed["lastName"], listed["children"]) == ("Sans-Courriel", 3)
    typed = payload["code"].replace("-", " ").lower()
    (error,) = people.is_refused(CANCEL, None, animationId=animation, code="AAAA-AAAA")
    assert (error["code"], error["field"]) == ("INVALID", ["code"])
    assert people.does(CANCEL, None, animationId=animation, code=typed)["registration"]["status"] == "CANCELLED"


def test_the_printed_code_alone_gives_a_seat_up_and_prints_its_ticket(people, server, animation):
    payload = people.does(REGISTER_FOR, MEDIATEUR, animationId=animation, firstName="Moussa", lastName="Inventé")
    code, address = payload["code"], f"/animations/{animation}/ticket.pdf"
    for params in ({"code": code}, {"code": code.lower().replace("-", " ")}, {"link": payload["link"]}):
        answer = server.http.get(address, params=params)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert "Moussa Inventé" in text(answer.content)
        assert code in text(answer.content)
    assert server.http.get(payload["ticketUrl"].removeprefix(SITE)).status_code == 200
    for params in ({"code": "AAAA-AAAA"}, {"link": "A" * 64}, {}):
        assert server.http.get(address, params=params).status_code == 404
    (error,) = people.is_refused(CANCEL, None, code="AAAA-AAAA")
    assert (error["code"], error["field"]) == ("INVALID", ["code"])
    (error,) = people.is_refused(CANCEL, None, code=code, day="2020-01-01")
    assert (error["code"], error["field"]) == ("INVALID", ["code"])
    typed = code.replace("-", " ").lower()
    assert people.does(CANCEL, None, code=typed)["registration"]["status"] == "CANCELLED"
    assert server.http.get(address, params={"code": code}).status_code == 409


@pytest.mark.parametrize("link", ["", "x", "é", "A" * 64, "A" * 10_000])
def test_a_link_that_was_not_made_here_is_for_nothing(people, server, animation, link):
    (error,) = people.is_refused(CANCEL, None, link=link)
    assert (error["code"], error["field"]) == ("INVALID", ["link"])
    (error,) = server.errors("query($link: String!) { registration(link: $link) { id } }", link=link)
    assert error["extensions"]["code"] == "INVALID"


def test_without_link_or_code_nothing_is_cancelled(people, animation):
    register(people, animation, 1)
    (error,) = people.is_refused(CANCEL, None, animationId=animation)
    assert (error["code"], error["field"]) == ("INVALID", ["link"])


def test_only_the_structure_sees_who_registered(people, server, animation):
    registration = register(people, animation, 1, phone="06 11 22 33 44", children=1)["registration"]
    (seen,) = registrants(server, animation)
    assert (seen["firstName"], seen["email"], seen["phone"]) == ("Prénom1", "parent1@exemple.fr", "06 11 22 33 44")
    document = "query($id: ID!) { node(id: $id) { id } }"
    assert server.ask(document, STRUCTURE, id=registration["id"])["node"] == {"id": registration["id"]}
    for who in (None, PARENT, MEDIATEUR, OTHER_STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR, DIRECTOR):
        assert server.run(SEE, who, id=animation)["registrations"] is None
        assert server.ask(document, who, id=registration["id"])["node"] is None
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
        (entry,) = people.history(who, type=["registration.made"])
        assert {entry["data"][name] for name in ("first_name", "last_name", "email", "phone")} == {None}


def test_the_structure_s_list_is_paged_and_narrowed(people, server, animation):
    for number in range(1, 6):
        register(people, animation, number)
    first = server.run(SEE, STRUCTURE, id=animation, first=2)["registrations"]
    assert (first["totalCount"], [registration["status"] for registration in first["nodes"]]) == (
        5,
        ["SEATED", "SEATED"],
    )
    rest = server.run(SEE, STRUCTURE, id=animation, first=9, after=first["pageInfo"]["endCursor"])["registrations"]
    assert [registration["placeInLine"] for registration in rest["nodes"]] == [1, 2, 3]
    waiting = server.run(SEE, STRUCTURE, id=animation, status=["WAITING"])["registrations"]
    assert waiting["totalCount"] == 3
