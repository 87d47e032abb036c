"""The school of an animation: chosen by name, shown by name wherever people look, and the animations of a school."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.support.network.post_office import sent_by
from tests.support.people import COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID

JAURES, VERNE = "0340766Y", "0340767Z"
TABLE = f"UAI;nom;commune;degré\n{JAURES};École Jean Jaurès;Montpellier;1\n{VERNE};Collège Jules Verne;Sète;2"
NAMED = "École Jean Jaurès, Montpellier"
IMPORT = "117-import-animations"
SHOWN = "query($id: ID!) { animation(id: $id) { school { uai label animations { totalCount nodes { id } } } } }"


@pytest.fixture
def at_school(people: Any) -> str:
    """Published, for the parents of a school, in another hall."""
    people.sign()
    people.does("113-import-schools", COORDONNATEUR, csv=TABLE)
    animation: str = people.declare(school=JAURES, venueName="Salle des fêtes")
    people.publish(animation)
    return animation


def test_a_school_is_named_to_everybody_by_its_name(people, server, at_school):
    school = server.ask(SHOWN, id=at_school)["animation"]["school"]
    assert school == {"uai": JAURES, "label": NAMED, "animations": {"totalCount": 1, "nodes": [{"id": at_school}]}}
    assert len(people.listing(school=[JAURES])) == 1
    assert people.listing(school=[VERNE]) == []
    (row,) = csv.DictReader(io.StringIO(server.http.get("/animations.csv").content.decode("utf-8-sig")), delimiter=";")
    assert row["Établissement"] == NAMED
    (event,) = server.http.get("/animations.jsonld").json()["@graph"]
    assert event["location"]["containedInPlace"] == {"@type": "School", "name": NAMED}
    assert NAMED in server.http.get("/animations.atom").text
    assert NAMED in server.http.get(f"/animations/{at_school}").text
    # A shipped lycée and a school that only an animation names are known too.
    lycee = server.ask('{ schools(where: {text: "lycée", territory: ["34"]}, first: 1) { nodes { uai label } } }')
    (listed,) = lycee["schools"]["nodes"]
    others = {listed["uai"]: listed["label"], "0349102J": "Établissement (Hérault, UAI 0349102J)"}
    for uai, label in others.items():
        people.does("47-modify-an-animation", STRUCTURE, animationId=at_school, school=uai)
        assert server.ask(SHOWN, id=at_school)["animation"]["school"]["label"] == label
        answer = server.ask("query($u: String!) { schools(where: {text: $u}) { nodes { label } } }", u=uai)
        assert len(answer["schools"]["nodes"]) == 1
    people.does("47-modify-an-animation", STRUCTURE, animationId=at_school, school=None)
    assert server.ask(SHOWN, id=at_school)["animation"]["school"] is None


def test_who_registered_reads_its_name_and_hears_when_it_is_another(people, server, at_school):
    who = {"firstName": "Léa", "lastName": "Nom", "email": "lea@exemple.fr"}
    people.does("40-register-for-an-animation", None, animationId=at_school, **who)
    confirmation = sent_by(server.application).text().replace("\u00a0", " ")
    assert f"Établissement : {NAMED}" in confirmation
    people.does("47-modify-an-animation", STRUCTURE, animationId=at_school, school=VERNE)
    change = sent_by(server.application)
    assert change.to("lea@exemple.fr")
    text = change.text().replace("\u00a0", " ")
    assert "L'établissement a changé." in text
    assert f"Établissement : {NAMED}" in text
    assert "Établissement : Collège Jules Verne, Sète" in text


def test_a_table_names_schools_as_people_do(people, server, at_school):
    header = "Titre;Description;Date;Horaires;Type de lieu;Lieu;Public;Type;Thèmes;Places;Établissement"
    line = "{};Échanger;12/03/2027;18h30-20h;École;Cour;Parents;Café des parents;ENT - Pronote;12;{}"
    named = [("Café", NAMED.upper()), ("Atelier", "Collège Jules Verne"), ("Goûter", VERNE.lower())]
    csv_text = "\n".join((header, *(line.format(*row) for row in named)))
    rows = server.run(IMPORT, STRUCTURE, input={"structureId": STRUCTURE_ID, "csv": csv_text})["rows"]
    schools = [server.ask(SHOWN, NATIONAL, id=row["animationId"])["animation"]["school"]["uai"] for row in rows]
    assert schools == [JAURES, VERNE, VERNE]
    unknown = "\n".join((header, line.format("Bal", "École des Oiseaux"), line.format("Bal 2", "0180035R")))
    rows = server.run(IMPORT, STRUCTURE, input={"structureId": STRUCTURE_ID, "csv": unknown})["rows"]
    assert [row["errors"][0]["field"] for row in rows] == [["csv", "school"]] * 2
    assert "aucun établissement connu ne s'appelle ainsi" in rows[0]["errors"][0]["message"]
    assert "Établissement du territoire Hérault (34) attendu" in rows[1]["errors"][0]["message"]
