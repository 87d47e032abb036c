"""A candidature that is sent again: the answer tells nobody whether the address is known, and the address is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from application.followers.reacting import react
from tests.support.people import CANDIDATURE, COORDONNATEUR, DIRECTOR, NATIONAL, PARENT

SUBMIT, OPINION, SEE, REJECT = (
    "12-submit-a-candidature",
    "13-give-an-opinion",
    "15-see-candidatures",
    "86-reject-a-candidature",
)
FOLLOW, WITHDRAW = "68-follow-a-candidature", "67-withdraw-a-candidature"
KNOWN, UNKNOWN = CANDIDATURE["email"], "neuve@exemple.fr"


def _sent(people: Any, email: str, who: str | None = None) -> dict[str, Any]:
    payload: dict[str, Any] = people.does(SUBMIT, who, **CANDIDATURE | {"email": email, "lastName": "Autre"})
    return payload


def _shape(payload: dict[str, Any]) -> dict[str, Any]:
    """What a stranger can compare."""
    shown = {**payload["candidature"], "email": "", "submittedAt": ""}
    # Ids of two kinds would tell repetitions from what they repeat.
    shown["id"] = UUID(shown["id"]).version
    return {"link": len(payload["link"]), "errors": payload["errors"], "candidature": shown}


def _listed(server: Any) -> set[str]:
    return {edge["node"]["id"] for edge in server.run(SEE, COORDONNATEUR)["edges"]}


def test_a_candidature_sent_again_looks_like_a_first_one_and_acts_on_itself_alone(people, server):
    first = people.does(SUBMIT, None, **CANDIDATURE)
    again, other = _sent(people, KNOWN.capitalize()), _sent(people, UNKNOWN)
    assert _shape(again) == _shape(other)
    assert _listed(server) == {first["candidature"]["id"], other["candidature"]["id"]}
    repetition = again["candidature"]["id"]
    for operation, who, values in (
        (OPINION, DIRECTOR, {"favourable": True}),
        (REJECT, NATIONAL, {"reason": "Hors secteur."}),
    ):
        (error,) = people.is_refused(operation, who, candidatureId=repetition, **values)
        assert error["code"] in ("FORBIDDEN", "NOT_FOUND")
    assert server.ask("query($id: ID!) { candidature(id: $id) { id } }", NATIONAL, id=repetition)["candidature"] is None
    people.does(WITHDRAW, None, link=again["link"])
    assert server.run(FOLLOW, None, link=again["link"])["status"] == "WITHDRAWN"
    assert server.run(FOLLOW, None, link=first["link"])["status"] == "SUBMITTED"
    for each in (first, other):
        people.does(WITHDRAW, None, link=each["link"])
    # Nothing stands any more: it is a candidature like another.
    assert _sent(people, KNOWN)["candidature"]["id"] in _listed(server)


def test_one_telephone_and_name_with_another_address_is_the_same_person_and_a_family_is_not(people, server):
    first = people.does(SUBMIT, None, **CANDIDATURE)
    # The same number and name, written otherwise.
    same = {"firstName": "NOM", "lastName": "prenom", "phone": "+33 6 00 00 00 00", "email": UNKNOWN}
    again = people.does(SUBMIT, None, **CANDIDATURE | same)
    kin = people.does(SUBMIT, None, **CANDIDATURE | {"firstName": "Parente", "email": "parente@exemple.fr"})
    namesake = people.does(SUBMIT, None, **CANDIDATURE | {"phone": None, "email": "homonyme@exemple.fr"})
    assert _shape(again).keys() == _shape(kin).keys()
    assert (again["errors"], UUID(again["candidature"]["id"]).version) == ([], UUID(kin["candidature"]["id"]).version)
    assert again["candidature"]["status"] == kin["candidature"]["status"]
    assert _listed(server) == {each["candidature"]["id"] for each in (first, kin, namesake)}


def test_the_address_is_told_with_the_link_of_what_stands_and_who_sent_it_signed_in_is_refused(people, server):
    first = people.does(SUBMIT, PARENT, **CANDIDATURE)
    again = _sent(people, KNOWN)
    people.does(WITHDRAW, None, link=again["link"])
    with server.services.application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        letters = conn.execute("SELECT kind, about->>'candidature_id' FROM mail_outbox ORDER BY created_at").fetchall()
    letters_again = [about for kind, about in letters if kind == "candidature.repeated"]
    assert letters_again == [first["candidature"]["id"]] * 2
    assert "candidature.withdrawn" not in {kind for kind, _ in letters}
    (error,) = people.is_refused(SUBMIT, PARENT, **CANDIDATURE)
    assert (error["code"], error["field"]) == ("DUPLICATE", ["schoolUai"])
    assert server.services.application.export_person(KNOWN)["found"] == {"candidature": 2}
