"""What becomes of seats: changes of the animation, removals, erasure, the printed sheet, a rebuild, a crowd."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx

from domain.kernel.actors import Role
from projections.engine.rebuild import rebuild
from tests.scenarios.registrations.registering import (
    CANCEL,
    FOLLOW,
    KEEP,
    REGISTER,
    REMOVE,
    SEE,
    published,
    register,
    registrants,
    standing_of,
    who_registers,
)
from tests.support.dumps import dump, in_hexadecimal
from tests.support.papers.pdf_text import text
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    STRUCTURE,
)
from tests.support.server import MASTER_KEY, OPERATIONS, token

MEDIATEUR = token(Role.MEDIATEUR, "Médiatrice 7")


def test_after_a_change_of_place_each_registrant_keeps_the_seat_or_gives_it_up(people, server, animation):
    links = [register(people, animation, number)["link"] for number in range(1, 4)]
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Salle des fêtes")
    assert [registration["toConfirm"] for registration in registrants(server, animation)] == [True, True, True]
    kept = people.does(KEEP, None, link=links[0])["registration"]
    assert (kept["toConfirm"], kept["status"]) == (False, "SEATED")
    people.does(CANCEL, None, link=links[1])
    followed = server.run(FOLLOW, None, link=links[2])
    assert (followed["status"], followed["toConfirm"]) == ("SEATED", True)
    assert followed["animation"]["venueName"] == "Salle des fêtes"
    (error,) = people.is_refused(KEEP, None, link=links[0])
    assert error["code"] == "RULE_BROKEN"


def test_further_seats_are_given_to_those_who_wait_and_seats_taken_are_not_taken_away(people, server, animation):
    for number in range(1, 5):
        register(people, animation, number)
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, seats=3)
    assert [standing_of(registration) for registration in registrants(server, animation)][2:] == [
        ("SEATED", None),
        ("WAITING", 1),
    ]
    (error,) = people.is_refused("47-modify-an-animation", STRUCTURE, animationId=animation, seats=2)
    assert (error["code"], error["field"]) == ("RULE_BROKEN", ["seats"])


def test_the_structure_removes_a_registration_and_says_why(people, server, animation):
    made = [register(people, animation, number)["registration"] for number in range(1, 4)]
    values = {"animationId": animation, "registrationId": made[0]["id"], "reason": "Inscrite deux fois"}
    for who in (None, OTHER_STRUCTURE, NATIONAL):
        people.is_refused(REMOVE, who, **values)
    people.does(REMOVE, STRUCTURE, **values)
    listed = registrants(server, animation)
    assert [standing_of(registration) for registration in listed] == [
        ("CANCELLED", None),
        ("SEATED", None),
        ("SEATED", None),
    ]
    assert listed[0]["removalReason"] == "Inscrite deux fois"


def test_mediateurs_register_for_trainings_and_parents_do_not(people, server):
    people.sign()
    training = published(people, audience="mediateurs", type="formation-mediateurs")
    people.is_refused(REGISTER, None, animationId=training, **who_registers(1))
    assert register(people, training, 2, MEDIATEUR)["registration"]["status"] == "SEATED"


def test_what_is_not_published_cannot_be_told_from_what_does_not_exist(people, server):
    people.sign()
    declared = people.declare()
    nowhere = "00000000-0000-4000-8000-0000000000ff"
    unpublished, unknown = (
        people.is_refused(REGISTER, None, animationId=identity, **who_registers(1)) for identity in (declared, nowhere)
    )
    assert unpublished == unknown
    assert unknown[0]["code"] == "NOT_FOUND"


def test_every_missing_field_is_named_at_once(people, animation):
    errors = people.is_refused(REGISTER, None, animationId=animation, children=21, phone="x")
    assert {error["field"][0] for error in errors} == {"firstName", "lastName", "email", "children", "phone"}


def test_erasing_a_parent_leaves_nothing_of_them_and_frees_the_seat(people, server, animation, founded_url):
    register(people, animation, 1, firstName="Xavière", lastName="Introuvable", phone="06 98 76 54 32")
    register(people, animation, 2)
    link = register(people, animation, 3)["link"]
    server.ask('mutation { personErase(input: {subject: "Parent1@exemple.fr"}) { erased } }', NATIONAL)
    assert server.run(FOLLOW, None, link=link)["status"] == "SEATED"
    erased, *others = registrants(server, animation)
    assert (erased["status"], erased["firstName"], erased["email"]) == ("CANCELLED", None, None)
    assert [registration["firstName"] for registration in others] == ["Prénom2", "Prénom3"]
    (entry,) = people.history(type=["registration.personal_data_erased"])
    assert entry["role"] == "national"
    document = "{ auditTrail(where: {type: [%s]}) { nodes { personalFields personalDataErasedAt } } }"
    gone, kept, _ = server.ask(document % '"registration.made"', NATIONAL)["auditTrail"]["nodes"]
    assert gone["personalDataErasedAt"] is not None
    assert kept == gone | {"personalDataErasedAt": None}
    table = server.http.get("/audit-trail.csv?type=registration.made", headers={"authorization": f"Bearer {AUDITOR}"})
    assert [("effacé le" in line) for line in table.text.splitlines()] == [False, True, False, False]
    left = dump(founded_url)
    secrets = ("Xavière", "Introuvable", "parent1@exemple.fr", "06 98 76 54 32", "0698765432")
    assert "parent2@exemple.fr" in left, "the dump shows what is there"
    assert not [secret for secret in secrets if secret in left or in_hexadecimal(secret) in left]


def test_the_structure_prints_those_who_have_a_seat_into_the_attendance_sheet(people, server, animation):
    for number in range(1, 4):
        register(people, animation, number, lastName=f"Nom-{number} d'Été")
    path = f"/animations/{animation}/attendance-sheet/blank.pdf"

    def answer(who: str, **params: str) -> httpx.Response:
        response: httpx.Response = server.http.get(path, params=params, headers={"authorization": f"Bearer {who}"})
        return response

    printed = text(answer(STRUCTURE, registrants="true").content)
    assert "1 Nom-1 d'Été Prénom1 2 Nom-2 d'Été Prénom2 3 4 5 6 7 Parents présents" in printed
    assert "Nom-3" not in printed
    assert "Nom-1" not in text(answer(STRUCTURE).content)
    for who in (COORDONNATEUR, NATIONAL, AUDITOR):
        assert answer(who).status_code == 200
        assert answer(who, registrants="true").status_code == 403
    assert answer(STRUCTURE, registrants="oui").status_code == 400


def test_a_rebuild_counts_the_same_seats(people, server, animation, founded_url):
    links = [register(people, animation, number)["link"] for number in range(1, 5)]
    people.does(CANCEL, None, link=links[0])
    before = server.run(SEE, STRUCTURE, id=animation)
    rebuild(founded_url, MASTER_KEY, workers=1)
    assert server.run(SEE, STRUCTURE, id=animation) == before


def test_two_hundred_at_once_for_twenty_seats_seat_exactly_twenty_and_the_others_are_in_line(people, server):
    people.sign()
    animation = published(people, seats=20)
    document = (OPERATIONS / f"{REGISTER}.graphql").read_text()

    async def registers(client: httpx.AsyncClient, number: int) -> dict[str, Any]:
        values = {"animationId": animation, **who_registers(number)}
        answer = await client.post("/graphql", json={"query": document, "variables": {"input": values}})
        payload: dict[str, Any] = answer.json()["data"]["registrationSubmit"]
        assert payload["errors"] == []
        return payload

    async def all_at_once() -> list[dict[str, Any]]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=server.address, timeout=60, limits=limits) as client:
            return await asyncio.gather(*(registers(client, number) for number in range(200)))

    payloads = asyncio.run(all_at_once())
    followed = [server.run(FOLLOW, None, link=payload["link"]) for payload in payloads]
    assert Counter(registration["status"] for registration in followed) == {"SEATED": 20, "WAITING": 180}
    assert sorted(
        registration["placeInLine"] for registration in followed if registration["status"] == "WAITING"
    ) == list(range(1, 181))
    # Who was told a seat has it, and who was told a place in line has that very place.
    for payload, now in zip(payloads, followed, strict=True):
        shown = payload["registration"]
        assert shown is None or shown["status"] == now["status"]
    seen = server.run(SEE, None, id=animation)
    assert (seen["seatsLeft"], seen["waiting"]) == (0, 180)
