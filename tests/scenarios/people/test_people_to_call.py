"""Who has no e-mail address is telephoned: the structure, and who registered them, are told whom."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from application.followers.reacting import react
from domain.kernel.actors import Role
from tests.support.dumps import dump
from tests.support.papers.pdf_text import text
from tests.support.people import DIRECTOR, NATIONAL, OTHER_STRUCTURE, SCHOOL, STRUCTURE
from tests.support.server import token

SEE, REGISTER_FOR = "60-see-notifications", "41-register-somebody-else"
WHO = {"firstName": "Moussa", "lastName": "Inventé", "phone": "+33600000000"}
COLLEAGUE = token(Role.DIRECTOR, "une autre direction", schools=[SCHOOL])


@pytest.fixture
def animation(people: Any) -> str:
    people.sign()
    created: str = people.declare(seats=1)
    people.publish(created)
    return created


def _calls(server: Any, who: str) -> list[tuple[str, list[Any]]]:
    """What each notification of somebody to call says, the latest first."""
    with server.application.pool.connection() as conn:
        while react(conn, with_mail=False):
            pass
    nodes = server.run(SEE, who)["notifications"]["nodes"]
    return [(node["message"], node["toCall"]) for node in nodes if node["kind"] == "registration.to_call"]


def _cancel(server: Any, animation: str) -> None:
    document = 'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige"}) { position } }'
    server.ask(document, STRUCTURE, id=animation)


def test_a_cancellation_names_who_is_to_be_called_to_the_structure_and_to_who_registered_them(
    people, server, animation, founded_url
):
    people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **WHO)
    _cancel(server, animation)
    for who in (STRUCTURE, DIRECTOR):
        ((message, people_to_call),) = _calls(server, who)
        assert "Une personne inscrite à « Café des parents : Pronote sans peine » (lundi 15 mars 2027, de" in message
        assert "n'a pas d'adresse" in message
        assert people_to_call == [WHO]
    for who in (OTHER_STRUCTURE, COLLEAGUE, NATIONAL):
        assert _calls(server, who) == []
    with server.application.pool.connection() as conn:
        (row,) = conn.execute("SELECT string_agg(n::text, '') FROM notifications n").fetchall()
    assert "Moussa" not in row[0]
    assert "600000000" not in row[0]
    assert "Moussa" in dump(founded_url), "in the read model of people alone"


def test_who_was_erased_is_named_to_nobody(people, server, animation):
    registration = people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **WHO)["registration"]["id"]
    _cancel(server, animation)
    assert _calls(server, STRUCTURE)
    server.ask("mutation($id: String!) { personErase(input: {subject: $id}) { erased } }", NATIONAL, id=registration)
    for who in (STRUCTURE, DIRECTOR):
        ((_, people_to_call),) = _calls(server, who)
        assert people_to_call == []


def test_a_change_a_seat_obtained_and_a_removal_too(people, server, animation):
    first = people.does(REGISTER_FOR, STRUCTURE, animationId=animation, **WHO)["registration"]["id"]
    waiting = {**WHO, "firstName": "Awa"}
    people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **waiting)
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Mairie")
    ((message, both),) = _calls(server, STRUCTURE)
    assert message.startswith("2 personnes inscrites à")
    assert "la date ou le lieu a changé" in message
    assert both == [WHO, waiting]
    ((_, own),) = _calls(server, DIRECTOR)
    assert own == [waiting]
    removed = {"animationId": animation, "registrationId": first, "reason": "Double"}
    people.does("44-remove-a-registration", STRUCTURE, **removed)
    (seat, removal, _) = _calls(server, STRUCTURE)
    assert (seat[0].split(" à ")[0], seat[1]) == ("Une place se libère pour une personne inscrite", [waiting])
    assert ("retire l'inscription" in removal[0], removal[1]) == (True, [WHO])
    assert len(_calls(server, DIRECTOR)) == 2


def test_whom_to_call_is_a_list_to_filter_to_print_and_to_open_in_a_spreadsheet(people, server, animation):
    people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **WHO)
    people.does(REGISTER_FOR, STRUCTURE, animationId=animation, **{**WHO, "phone": None}, email="awa@exemple.fr")
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Mairie")
    query = (
        "query($id: ID!, $call: Boolean) { animation(id: $id) { registrations(toCall: $call) { nodes { phone } } } }"
    )

    def phones(to_call: bool | None) -> list[Any]:
        nodes = server.ask(query, STRUCTURE, id=animation, call=to_call)["animation"]["registrations"]["nodes"]
        return [node["phone"] for node in nodes]

    assert [phones(True), phones(False), phones(None)] == [["+33600000000"], [None], ["+33600000000", None]]

    def answer(form: str, who: str | None = STRUCTURE) -> httpx.Response:
        headers = {"authorization": f"Bearer {who}"} if who else {}
        response: httpx.Response = server.http.get(f"/animations/{animation}/to-call.{form}", headers=headers)
        return response

    table, paper = answer("csv"), answer("pdf")
    assert table.content.decode("utf-8-sig").splitlines() == [
        "Nom;Prénom;Téléphone;Inscription;Enfants;Pourquoi appeler;Joint",
        "Inventé;Moussa;'+33600000000;place réservée, changement à confirmer;0;Sans adresse électronique.;",
    ]
    words = text(paper.content)
    for part in ("Inventé Moussa", "+33600000000", "Mairie", "lundi 15 mars 2027"):
        assert part in words
    for who in (DIRECTOR, OTHER_STRUCTURE, NATIONAL, None):
        assert answer("csv", who).status_code in (401, 403)


def test_a_parent_without_any_address_has_one_place_and_namesakes_have_one_each(people, server, animation):
    name = {"animationId": animation, "firstName": "Awa", "lastName": "Koné"}
    people.does(REGISTER_FOR, DIRECTOR, **name)
    swapped = name | {"firstName": "KONÉ", "lastName": "awa"}
    for again in (name, swapped):
        (error,) = people.is_refused(REGISTER_FOR, DIRECTOR, **again)
        assert (error["code"], error["field"]) == ("DUPLICATE", ["lastName"])
    for who in (COLLEAGUE, STRUCTURE):
        people.does(REGISTER_FOR, who, **name)
    people.does(REGISTER_FOR, DIRECTOR, **name | {"firstName": "Awa (mère de Léa)"})
    query = "query($id: ID!) { animation(id: $id) { registrations { totalCount } } }"
    assert server.ask(query, STRUCTURE, id=animation)["animation"]["registrations"]["totalCount"] == 4


def test_who_has_an_address_is_written_to_and_nobody_is_asked_to_call(people, server, animation):
    people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **WHO, email="moussa@exemple.fr")
    _cancel(server, animation)
    assert _calls(server, STRUCTURE) == _calls(server, DIRECTOR) == []
