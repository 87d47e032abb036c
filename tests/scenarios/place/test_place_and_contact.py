"""Where an animation is, whom to call about it, what it offers: said once, shown wherever people look."""

from __future__ import annotations

import json
from typing import Any

import icalendar
import pytest

from domain.kernel.actors import Role
from tests.support.people import (
    ANIMATION,
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    STRUCTURE,
    STRUCTURE_ID,
)
from tests.support.server import token

LINK = "https://visio.exemple.fr/parents?cle=secrete"
CONTACT = {"phone": "06 39 98 12 34", "email": "ateliers@exemple.fr", "hours": "le matin"}
OTHER_COORDONNATEUR = token(Role.COORDONNATEUR, "Coordination 18", territories=["18"])
ONLINE = {
    "venueType": "en-ligne",
    "venueName": "Visioconférence",
    "onlineLink": LINK,
    "contact": CONTACT,
    "accessibility": ["langue-des-signes", "sous-titrage", "sous-titrage"],
    "languages": ["FRA", "ar", "fsl"],
    "description": "**Lire** les notes\net [écrire](https://exemple.fr) <script>alert(1)</script>",
}
SHOWN = """contact { phone email hours } onlineLink accessibility { code label } languages languageNames
  description descriptionHtml"""
MODIFY = "47-modify-an-animation"


@pytest.fixture
def online(people) -> str:
    """Published, on the web."""
    people.sign()
    animation: str = people.declare(**ONLINE)
    people.publish(animation)
    return animation


def _shown(server: Any, animation: str, who: str | None = None) -> dict[str, Any]:
    document = f"query($id: ID!) {{ animation(id: $id) {{ {SHOWN} }} }}"
    shown: dict[str, Any] = server.ask(document, who, id=animation)["animation"]
    return shown


def test_everybody_reads_whom_to_call_and_what_is_offered(people, server, online):
    shown = _shown(server, online)
    assert (shown["contact"], shown["languages"]) == (CONTACT, ["fr", "ar", "fsl"])
    assert [offer["label"] for offer in shown["accessibility"]] == ["Langue des signes", "Sous-titrage"]
    assert shown["languageNames"] == ["français", "arabe", "langue des signes française"]
    assert shown["descriptionHtml"] == (
        '<p><strong>Lire</strong> les notes<br>\net <a href="https://exemple.fr" rel="nofollow noopener">écrire</a>'
        " &lt;script&gt;alert(1)&lt;/script&gt;</p>"
    )
    for where in ({"accessibility": ["sous-titrage"]}, {"language": ["ara"]}):
        assert len(people.listing(**where)) == 1
    assert people.listing(accessibility=["braille"]) == people.listing(language=["tr"]) == []
    other = {"phone": None, "email": "maison@exemple.fr", "hours": None}
    people.does("77-say-whom-to-call", COORDONNATEUR, structureId=STRUCTURE_ID, email="maison@exemple.fr")
    people.does(MODIFY, STRUCTURE, animationId=online, contact=None, languages=None)
    shown = _shown(server, online)
    assert (shown["contact"], shown["languages"]) == (other, [])


def test_the_link_is_for_who_has_a_seat_and_who_answers_for_it_and_nowhere_else(people, server, online):
    register, cancel = "40-register-for-an-animation", "42-cancel-a-registration"
    people.does(MODIFY, STRUCTURE, animationId=online, seats=1)
    who = {"firstName": "Léa", "lastName": "Nom", "email": "lea@exemple.fr"}
    seated = people.does(register, None, animationId=online, **who)["link"]
    waiting = people.does(register, None, animationId=online, **who | {"email": "zoe@exemple.fr"})["link"]

    def by_link(link: str) -> str | None:
        document = "query($link: String!) { registration(link: $link) { animation { onlineLink } } }"
        answer: str | None = server.ask(document, link=link)["registration"]["animation"]["onlineLink"]
        return answer

    assert (by_link(seated), by_link(waiting)) == (LINK, None)
    assert f'href="{LINK}"' in server.http.get(f"/inscriptions/{seated}").text
    assert "secrete" not in server.http.get(f"/inscriptions/{waiting}").text
    for reader in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
        assert _shown(server, online, reader)["onlineLink"] == LINK
    for stranger in (None, PARENT, OTHER_STRUCTURE, OTHER_COORDONNATEUR):
        assert _shown(server, online, stranger)["onlineLink"] is None
    then = "query($id: ID!, $at: At!) { animation(id: $id, at: $at) { onlineLink } }"
    position = {"position": server.log_head()}
    assert server.ask(then, None, id=online, at=position)["animation"]["onlineLink"] is None
    assert server.ask(then, STRUCTURE, id=online, at=position)["animation"]["onlineLink"] == LINK
    paths = ("animations.ics", "animations.atom", "animations.jsonld", "animations.csv")
    public = [server.http.get(f"/{path}").text for path in paths]
    assert all("Café des parents" in text and "secrete" not in text for text in public)
    assert "secrete" not in json.dumps(people.history(animationId=online), ensure_ascii=False)
    with server.application.pool.connection() as conn:
        (row,) = conn.execute("SELECT count(*) FROM stored_events WHERE state::text LIKE '%%secrete%%'").fetchall()
    assert row[0] == 0
    people.does(cancel, None, link=seated)
    assert (by_link(seated), by_link(waiting)) == (None, LINK)


def test_feeds_and_tables_tell_it_in_words_without_marks(people, server, online):
    (event,) = icalendar.Calendar.from_ical(server.http.get("/animations.ics").text).walk("VEVENT")
    assert event["contact"] == "06 39 98 12 34, ateliers@exemple.fr, le matin"
    assert event["description"] == (
        "Lire les notes\net écrire (https://exemple.fr) <script>alert(1)</script>\n\n"
        "Contact : 06 39 98 12 34, ateliers@exemple.fr, le matin\n"
        "Accessibilité : Langue des signes, Sous-titrage\n"
        "Langues : français, arabe, langue des signes française"
    )
    (node,) = server.http.get("/animations.jsonld").json()["@graph"]
    assert node["organizer"]["contactPoint"]["telephone"] == "06 39 98 12 34"
    assert node["inLanguage"] == ["fr", "ar", "fsl"]
    assert "<email>ateliers@exemple.fr</email>" in server.http.get("/animations.atom").text
    table = server.http.get("/animations.csv", params={"accessibility": "sous-titrage", "language": "ar"}).text
    assert all(words in table for words in ("06 39 98 12 34", "ateliers@exemple.fr", "Langue des signes, Sous-titrage"))


def test_near_is_what_is_in_the_same_intercommunality(people, server):
    people.sign()
    for title, commune in (("À Montpellier", "34172"), ("À Lattes", "34129"), ("À Béziers", "34032")):
        people.publish(people.declare(title=title, communeCode=commune))
    assert (
        sorted(people.listing(around="34172"))
        == sorted(people.listing(around="34057"))
        == ["À Lattes", "À Montpellier"]
    )
    assert people.listing(around="34172", commune=["34129", "34032"]) == ["À Lattes"]
    assert people.listing(around="34032", commune=["34172"]) == []
    (error,) = server.errors('{ animations(where: {around: "34000"}) { totalCount } }')
    assert error["extensions"]["field"] == ["where", "around"]
    assert "aucune commune n'a le code INSEE « 34000 »" in error["message"]
    assert server.http.get("/animations.ics", params={"around": "34000"}).status_code == 400
    assert "À Béziers" not in server.http.get("/animations.csv", params={"around": "34172"}).text


def test_each_value_is_checked_and_named(people):
    people.sign()
    errors = people.is_refused(
        "03-declare-an-animation",
        STRUCTURE,
        **ANIMATION
        | {
            "contact": {"phone": "12", "email": "x"},
            "onlineLink": "http://visio.exemple.fr",
            "languages": ["fr", "klingon"],
            "accessibility": ["tapis-rouge"],
        },
    )
    fields = {tuple(error["field"]) for error in errors}
    assert {("contact", "phone"), ("contact", "email"), ("onlineLink",), ("languages", "1")} <= fields
    (error,) = people.is_refused("03-declare-an-animation", STRUCTURE, **ANIMATION | {"onlineLink": LINK})
    assert error["message"].startswith("Lien de connexion : seule une animation « En ligne » en a un.")
