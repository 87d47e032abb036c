"""Whoever types an address learns nothing of whoever has it: the answer is the same whether it is registered or not."""

from __future__ import annotations

from typing import Any

import pytest

from application.followers.reacting import react
from domain.kernel.actors import Role
from eventstore.log import read_at
from tests.support.people import DIRECTOR, NATIONAL, STRUCTURE
from tests.support.server import token

REGISTER, REGISTER_FOR, CANCEL, KEEP = (
    "40-register-for-an-animation",
    "41-register-somebody-else",
    "42-cancel-a-registration",
    "43-keep-a-seat",
)
FOLLOW, SEE, MOVE = "45-follow-a-registration", "46-see-who-registered", "47-modify-an-animation"
KNOWN, UNKNOWN = "connue@example.org", "inconnue@example.org"
MEDIATEUR, STRANGER = token(Role.MEDIATEUR, "médi"), token(Role.PARENT, "autre")


def _who(email: str, name: str = "Autre") -> dict[str, Any]:
    return {"firstName": "Léa", "lastName": name, "email": email}


@pytest.fixture
def animation(people: Any) -> str:
    people.sign()
    declared = people.declare(seats=3)
    people.publish(declared)
    return str(declared)


def _listed(server: Any, animation: str) -> list[str]:
    return [node["lastName"] for node in server.run(SEE, STRUCTURE, id=animation)["registrations"]["nodes"]]


def _shape(payload: dict[str, Any]) -> dict[str, Any]:
    """The answer without what differs between any two registrations."""
    registration = {
        name: value for name, value in payload["registration"].items() if name not in ("id", "email", "animation")
    }
    return registration | {
        "link": len(payload["link"]),
        "code": len(payload.get("code") or ""),
        "errors": payload["errors"],
    }


@pytest.mark.parametrize("first", ["itself", "the structure", "a director"])
@pytest.mark.parametrize(("again", "who"), [(REGISTER, None), (REGISTER, STRANGER), (REGISTER_FOR, MEDIATEUR)])
def test_an_address_that_is_known_is_answered_as_one_that_is_not(people, server, animation, first, again, who):
    by, operation = {
        "itself": (None, REGISTER),
        "the structure": (STRUCTURE, REGISTER_FOR),
        "a director": (DIRECTOR, REGISTER_FOR),
    }[first]
    people.does(operation, by, animationId=animation, **_who(KNOWN, "Connue"))
    known = people.does(again, who, animationId=animation, **_who("Connue@Example.ORG"))
    unknown = people.does(again, who, animationId=animation, **_who(UNKNOWN))
    assert _shape(known) == _shape(unknown)
    assert _listed(server, animation) == ["Connue", "Autre"], "no second seat"
    followed = [server.run(FOLLOW, None, link=registration["link"]) for registration in (known, unknown)]
    assert [
        (registration["status"], registration["toConfirm"], registration["placeInLine"]) for registration in followed
    ] == [("SEATED", False, None)] * 2


def test_what_is_answered_then_follows_keeps_and_cancels_as_any_and_touches_nobody_else(people, server, animation):
    first = people.does(REGISTER, None, animationId=animation, **_who(KNOWN, "Connue"))
    known, unknown = (
        people.does(REGISTER, None, animationId=animation, **_who(address)) for address in (KNOWN, UNKNOWN)
    )
    people.does(MOVE, STRUCTURE, animationId=animation, venueName="Salle des fêtes")
    for registration in (known, unknown):
        assert server.run(FOLLOW, None, link=registration["link"])["toConfirm"] is True
        assert people.does(KEEP, None, link=registration["link"])["registration"]["toConfirm"] is False
        assert people.does(CANCEL, None, link=registration["link"])["registration"]["status"] == "CANCELLED"
        (error,) = people.is_refused(CANCEL, None, link=registration["link"])
        assert error["message"] == "Cette inscription est déjà annulée."
    assert server.run(FOLLOW, None, link=first["link"])["status"] == "SEATED"


def test_in_the_waiting_list_and_behind_its_end_too(people, server, animation):
    people.does(REGISTER, None, animationId=animation, **_who(KNOWN, "Connue"))
    for number in range(3):
        people.does(REGISTER, None, animationId=animation, **_who(f"p{number}@example.org"))
    known = people.does(REGISTER, None, animationId=animation, **_who(KNOWN))
    unknown = people.does(REGISTER, None, animationId=animation, **_who(UNKNOWN))
    assert _shape(known) == _shape(unknown)
    assert known["registration"]["placeInLine"] == 2
    assert server.run(SEE, None, id=animation)["waiting"] == 2


def test_the_same_key_answers_the_same_and_another_address_under_it_does_not(people, animation):
    people.does(REGISTER, None, animationId=animation, **_who(KNOWN, "Connue"))
    key = "6a1c1a52-7a0e-4f0e-9a5e-5f1f5f3f0a78"
    first, again = (
        people.does(REGISTER, None, animationId=animation, idempotencyKey=key, **_who(KNOWN)) for _ in range(2)
    )
    assert first == again
    (error,) = people.is_refused(REGISTER, None, animationId=animation, idempotencyKey=key, **_who(UNKNOWN))
    assert error["field"] == ["idempotencyKey"]


def test_the_address_is_told_that_it_is_registered_with_the_link_of_what_stands(people, server, animation):
    application = server.services.application
    first = people.does(REGISTER, None, animationId=animation, **_who(KNOWN, "Connue"))
    for _ in range(5):
        last = people.does(REGISTER, None, animationId=animation, **_who(KNOWN))
    people.does(CANCEL, None, link=last["link"])
    with application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        letters = conn.execute(
            "SELECT address_position, about->>'registration_id' FROM mail_outbox WHERE kind = 'registration.repeated'"
        ).fetchall()
        others = conn.execute("SELECT count(*) FROM mail_outbox WHERE kind = 'registration.cancelled'").fetchone()
        (made,) = read_at(conn, [letters[0][0]])
    assert len(letters) == 4, "a few times, and when what is none was cancelled"
    assert {letter[1] for letter in letters} == {first["registration"]["id"]}
    assert made.event.topic == "registration.made"
    assert others == (0,)


@pytest.mark.parametrize(("taken", "kind"), [(0, "registration.repeated"), (3, "registration.repeated_waiting")])
def test_the_address_reads_whether_it_has_a_seat_or_waits_for_one(people, server, animation, taken, kind):
    for number in range(taken):
        people.does(REGISTER, None, animationId=animation, **_who(f"{number}@example.org"))
    people.does(REGISTER, None, animationId=animation, **_who(KNOWN, "Connue"))
    for number in range(3):
        people.does(REGISTER, None, animationId=animation, **_who(f"plus{number}@example.org"))
    people.does(REGISTER, None, animationId=animation, **_who(KNOWN))
    with server.services.application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        kinds = conn.execute("SELECT kind FROM mail_outbox WHERE kind LIKE 'registration.repeated%'").fetchall()
    assert kinds == [(kind,)]


def test_who_registered_an_address_signed_in_and_who_reads_the_list_is_told(people, server, animation):
    people.does(REGISTER, STRANGER, animationId=animation, **_who(KNOWN, "Connue"))
    for operation, who in ((REGISTER, STRANGER), (REGISTER_FOR, STRUCTURE)):
        (error,) = people.is_refused(operation, who, animationId=animation, **_who(KNOWN))
        assert (error["code"], error["field"]) == ("DUPLICATE", ["email"])


def test_what_was_said_under_a_known_address_is_erased_with_it(people, server, animation):
    people.does(REGISTER, None, animationId=animation, **_who(KNOWN, "Connue"))
    link = people.does(REGISTER, None, animationId=animation, **_who(KNOWN, "Seconde"))["link"]
    assert server.services.application.export_person(KNOWN)["found"] == {"registration": 2}
    server.ask("mutation($of: String) { personErase(input: {subject: $of}) { erased } }", NATIONAL, of=KNOWN)
    followed = server.run(FOLLOW, None, link=link)
    assert (followed["status"], followed["lastName"]) == ("CANCELLED", None)
