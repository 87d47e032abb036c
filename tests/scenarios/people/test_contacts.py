"""The contact list over HTTP: filled by hand and from a file, and written to."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from application.followers.reacting import react
from tests.support.dumps import dump, in_hexadecimal
from tests.support.network.post_office import sent_by
from tests.support.people import COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, STRUCTURE, STRUCTURE_ID

ADD, IMPORT, REMOVE, PLAN = (
    "70-add-a-contact",
    "71-import-contacts",
    "72-remove-a-contact",
    "73-send-the-planning",
)
LINES = ("Nom;Courriel;Type", "École Jean Jaurès;ecole@exemple.fr;école", "", "Maison « Les Lilas »;lilas@exemple.fr;")
FILE = "\ufeff" + "\r\n".join(LINES) + "\r\n"
OURS = {"structureId": STRUCTURE_ID}


@pytest.fixture(autouse=True)
def _signed(people: Any, server: Any) -> None:
    people.sign()
    with server.application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass


def _contacts(payload: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(node["name"], node["email"], node["kind"]) for node in payload["structure"]["contacts"]["nodes"]]


def test_contacts_are_added_by_hand_and_from_a_file(people):
    people.does(ADD, STRUCTURE, **OURS, name="Centre social", email="centre@exemple.fr", kind="centre social")
    payload = people.does(IMPORT, STRUCTURE, **OURS, csv=FILE)
    assert _contacts(payload) == [
        ("Centre social", "centre@exemple.fr", "centre social"),
        ("École Jean Jaurès", "ecole@exemple.fr", "école"),
        ("Maison « Les Lilas »", "lilas@exemple.fr", "autre"),
    ]
    (twice,) = people.is_refused(ADD, STRUCTURE, **OURS, name="Encore", email="CENTRE@exemple.fr")
    assert (twice["code"], twice["field"]) == ("DUPLICATE", ["email"])


def test_contacts_are_paged_from_both_ends(people, server):
    for name in ("Amicale", "Bibliothèque", "Centre social"):
        people.does(ADD, STRUCTURE, **OURS, name=name, email=f"{name[0]}@exemple.fr")
    document = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { structure(id: $id) {
      contacts(first: $first, after: $after, last: $last, before: $before) {
        nodes { name } pageInfo { startCursor endCursor hasPreviousPage hasNextPage } } } }"""

    def page(**arguments: Any) -> tuple[list[str], dict[str, Any]]:
        connection = server.ask(document, STRUCTURE, id=STRUCTURE_ID, **arguments)["structure"]["contacts"]
        return [node["name"] for node in connection["nodes"]], connection["pageInfo"]

    names, info = page(last=2)
    assert (names, info["hasPreviousPage"]) == (["Bibliothèque", "Centre social"], True)
    names, info = page(last=2, before=info["startCursor"])
    assert (names, info["hasPreviousPage"]) == (["Amicale"], False)
    names, info = page(first=2)
    assert (names, info["hasNextPage"]) == (["Amicale", "Bibliothèque"], True)


def test_a_file_is_taken_whole_or_not_at_all_and_each_bad_line_is_named(people):
    people.does(ADD, STRUCTURE, **OURS, name="École", email="ecole@exemple.fr")
    bad = "nom,courriel\nSans adresse,\n,vide@exemple.fr\nBonne,bonne@exemple.fr\nMauvaise,pas une adresse\n"
    errors = people.is_refused(IMPORT, STRUCTURE, **OURS, csv=bad)
    assert [error["message"].split(" : ")[0] for error in errors] == ["ligne 2", "ligne 3", "ligne 5"]
    twice = "nom,courriel\nBonne,bonne@exemple.fr\nEncore,bonne@exemple.fr\n"
    (error,) = people.is_refused(IMPORT, STRUCTURE, **OURS, csv=twice)
    assert error["message"].startswith("ligne 3 : ")
    for nothing in ("", "a;b\n1;2\n", "nom;courriel\n"):
        (error,) = people.is_refused(IMPORT, STRUCTURE, **OURS, csv=nothing)
        assert (error["code"], error["field"]) == ("INVALID", ["csv"])


def test_a_file_that_is_imported_again_changes_nothing_and_one_that_grew_adds_what_is_new(people, server):
    first = people.does(IMPORT, STRUCTURE, **OURS, csv=FILE)
    head = server.log_head()
    again = people.does(IMPORT, STRUCTURE, **OURS, csv=FILE)
    assert (again["structure"], server.log_head()) == (first["structure"], head)
    assert [(payload["added"], payload["known"]) for payload in (first, again)] == [(2, 0), (0, 2)]
    address = f"/structures/{STRUCTURE_ID}/contacts.csv"
    exported = server.http.get(address, headers={"authorization": f"Bearer {STRUCTURE}"})
    payload = _upload(server, exported.content)
    assert (payload["added"], payload["known"], payload["ignoredColumns"]) == (0, 2, ["Désabonné le"])
    assert server.log_head() == head
    for who in (OTHER_STRUCTURE, COORDONNATEUR, NATIONAL):
        assert server.http.get(address, headers={"authorization": f"Bearer {who}"}).status_code == 403
    grown = people.does(IMPORT, STRUCTURE, **OURS, csv=FILE + "Nouvelle;nouvelle@exemple.fr;\r\n")
    assert [name for name, _, _ in _contacts(grown)][2:] == ["Nouvelle"]


def _upload(server: Any, content: bytes, who: str = STRUCTURE) -> Any:
    query = """mutation($input: ContactsImportInput!) { contactsImport(input: $input) {
      structure { contacts { nodes { name email kind } } } ignoredColumns added known position
      errors { code message field } } }"""
    operations = {"query": query, "variables": {"input": {**OURS, "file": None}}}
    form = {"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.input.file"]})}
    headers = {"authorization": f"Bearer {who}", "graphql-require-preflight": "1"}
    answer = server.http.post("/graphql", data=form, files={"0": ("contacts", content)}, headers=headers)
    return answer.json()["data"]["contactsImport"]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "cp850", "mac_roman", "xlsx"])
def test_a_file_is_uploaded_as_the_spreadsheet_saved_it(server, encoding):
    rows = [
        ("Nom", "Courriel", "Téléphone"),
        ("École Noël", "ecole@exemple.fr", "06"),
        ("Élise", "elise@exemple.fr", ""),
    ]
    content = "\r\n".join(map(";".join, rows)).encode(encoding if encoding != "xlsx" else "utf-8")
    if encoding == "xlsx":
        book, file = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(file)
        content = file.getvalue()
    payload = _upload(server, content)
    assert (payload["errors"], payload["ignoredColumns"]) == ([], ["Téléphone"])
    assert [name for name, _, _ in _contacts(payload)] == ["École Noël", "Élise"]


def test_what_is_wrong_with_an_uploaded_file_is_named_by_its_row_and_none_but_the_structure_has_it_opened(server):
    (error,) = _upload(server, b"nom;courriel\nA;a\n")["errors"]
    assert (error["field"], error["message"][:9]) == (["file", "email"], "ligne 2 :")
    (error,) = _upload(server, b"PK\x03\x04")["errors"]
    assert error["field"] == ["file"]
    (error,) = _upload(server, b"PK\x03\x04", OTHER_STRUCTURE)["errors"]
    assert error["code"] == "FORBIDDEN"


def test_others_neither_see_nor_touch_the_list(people, server):
    contact = people.does(ADD, STRUCTURE, **OURS, name="École", email="ecole@exemple.fr")
    (entry,) = contact["structure"]["contacts"]["nodes"]
    document = "query($id: ID!) { structure(id: $id) { contacts { totalCount } } }"
    for who in (OTHER_STRUCTURE, COORDONNATEUR, NATIONAL):
        people.is_refused(ADD, who, **OURS, name="X", email="x@exemple.fr")
        people.is_refused(REMOVE, who, **OURS, contactId=entry["id"])
        people.is_refused(PLAN, who, **OURS)
        (error,) = server.errors(document, who, id=STRUCTURE_ID)
        assert error["extensions"]["code"] == "FORBIDDEN"


def test_the_planning_of_coming_animations_is_sent_to_those_in_the_list(people, server):
    people.does(IMPORT, STRUCTURE, **OURS, csv=FILE)
    (error,) = people.is_refused(PLAN, STRUCTURE, **OURS)
    assert "Aucune animation publiée" in error["message"]
    for title in ("Un", "Deux"):
        people.publish(people.declare(title=title))
    people.declare(title="Pas publiée")
    payload = people.does(PLAN, STRUCTURE, **OURS, days=100)
    (lilas,) = (node for node in payload["structure"]["contacts"]["nodes"] if node["email"] == "lilas@exemple.fr")
    people.does(REMOVE, STRUCTURE, **OURS, contactId=lilas["id"])
    office = sent_by(server.application)
    (message,) = office.received
    assert (message["To"], message["Subject"]) == (
        "ecole@exemple.fr",
        "Les prochaines animations de Centre social Les Tilleuls",
    )
    text = office.text().replace("\xa0", " ")
    assert " ".join(text.split()).count("== Lundi 15 mars 2027 ==") == 1
    for words in ("Un", "Horaire : de 18 h à 20 h", "Où : École Jean Jaurès, 1 rue de l'École", "Deux"):
        assert words in text
    for words in (
        "Thèmes : ENT - Pronote, Temps d'écran",
        "Public : Parents",
        "Places : 12 sur 12",
        "transmettre ce message",
    ):
        assert words in text
    assert re.search(r"S'inscrire : https://\S+/animations/\S+", text)
    assert "Pas publiée" not in text
    assert "ne transmettez pas" not in text


def test_contacts_are_told_of_a_change_and_of_a_cancellation_of_what_was_published(people, server):
    people.does(ADD, STRUCTURE, **OURS, name="École", email="ecole@exemple.fr")
    published, draft = people.declare(title="Publiée"), people.declare(title="Brouillon")
    people.publish(published)
    office = []
    for animation in (published, draft):
        people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Ailleurs")
        people.does("47-modify-an-animation", STRUCTURE, animationId=animation, seats=50)
        office.append(sent_by(server.application))
        document = 'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige"}) { position } }'
        server.ask(document, STRUCTURE, id=animation)
        office.append(sent_by(server.application))
    assert [post_office.to("ecole@exemple.fr") for post_office in office] == [
        ["Changement : Publiée"],
        ["Annulée : Publiée"],
        [],
        [],
    ]


def test_an_erased_contact_is_written_to_no_more_and_leaves_no_address(people, server, founded_url):
    people.does(ADD, STRUCTURE, **OURS, name="Personne Unique", email="unique@exemple.fr")
    people.publish(people.declare())
    people.does(PLAN, STRUCTURE, **OURS, days=100)
    server.ask('mutation { personErase(input: {subject: "unique@exemple.fr"}) { erased } }', NATIONAL)
    assert sent_by(server.application).received == []
    left = dump(founded_url)
    for secret in ("unique@exemple.fr", "Personne Unique"):
        assert secret not in left
        assert in_hexadecimal(secret) not in left
