"""Every address that the product prints, mails or publishes leads to a page."""

from __future__ import annotations

import csv
import re
from urllib.parse import urlsplit

from graphql import GraphQLObjectType

from api.schema import schema
from application.notifications.unsubscribing import PATH as UNSUBSCRIBING
from tests.support.network.post_office import sent_by
from tests.support.papers.pdf_text import picture, qr_texts
from tests.support.people import CANDIDATURE, COORDONNATEUR, DIRECTOR, NATIONAL, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import SITE, Server
from tests.support.visitor import Visitor, links

ADDRESS = re.compile(r"https://(?:parentalite|x)\.example\.org([^\s\"'<>)\\]*)")


def test_every_link_of_letters_papers_and_feeds_leads_to_a_page(server: Server, people: People, visitor: Visitor):
    for number, who in enumerate((STRUCTURE, COORDONNATEUR, NATIONAL, DIRECTOR)):
        people.does("69-say-where-to-be-written-to", who, email=f"{number}@exemple.fr")
    question = {"text": "Utile ?", "kind": "SCALE"}
    people.does("119-word-the-satisfaction-form", NATIONAL, questions=[question])
    animation = people.declare()
    people.publish(animation)
    form = {"animationId": animation, "firstName": "Léa", "lastName": "Martin", "email": "lea@exemple.fr"}
    link = people.does("40-register-for-an-animation", None, **form)["link"]
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Mairie")
    people.does("12-submit-a-candidature", None, **CANDIDATURE)
    invitation = {"structureId": STRUCTURE_ID, "email": "invite@exemple.fr"}
    people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **invitation)
    people.declare(title="À publier")

    published = {
        "letters": _letters(server),
        "QR codes": _codes(
            server,
            f"/animations/{animation}/ticket.pdf?link={link}",
            f"/animations/{animation}/attendance-sheet/blank.pdf",
            *(f"/animations/{animation}/{paper}.pdf" for paper in ("poster", "flyer", "slide")),
            *(f"{owner}/planning.pdf" for owner in (f"/structures/{STRUCTURE_ID}", "/territories/34")),
        ),
        "feeds": [_unfolded(server.http.get(f"/animations.{kind}").text) for kind in ("ics", "atom", "jsonld")],
    }
    addresses = {name: set(ADDRESS.findall("\n".join(texts))) for name, texts in published.items()}
    assert all(addresses.values()), addresses
    paths = {path for each in addresses.values() for path in each if not _is_file(path)} | _rows(server)
    assert f"/animations/{animation}" in _rows(server)
    # What stands on no page is no place on one.
    assert [path for path in paths if "#" in path] == []
    expected = {"animations", "inscriptions", "questionnaire", "candidatures", "invitations"}
    expected |= {"territoire", "moderation", "ecole"}
    assert expected - {urlsplit(path).path.split("/")[1] for path in paths} == set()
    # The API's own page, with styles of its own.
    unsubscribing = {path for path in paths if path.startswith(f"/{UNSUBSCRIBING}/")}
    assert {visitor.http.get(path).status_code for path in unsubscribing} == {200}
    pages = [visitor.sees("/"), *(visitor.sees(path) for path in sorted(paths - unsubscribing))]
    inside = {link for page in pages for link in links(page) if link.startswith("/")}
    assert {path: status for path in inside if (status := _status(visitor, path)) != 200} == {}


def test_every_address_of_the_api_names_the_site_and_leads_somewhere(server: Server, people: People, visitor: Visitor):
    animation = people.declare()
    people.publish(animation)
    someone = {"animationId": animation, "firstName": "Moussa", "lastName": "Traoré"}
    made = people.does("41-register-somebody-else", STRUCTURE, **someone)
    ticket = made["ticketUrl"]
    again = "query($id: ID!) { node(id: $id) { ... on Registration { ticketUrl } } }"
    registration = server.ask(again, STRUCTURE, id=made["registration"]["id"])["node"]
    assert registration["ticketUrl"] == ticket
    selection = "animation(id: $id) { questionnaireUrl structure { planningUrl } } territories { planningUrl }"
    shown = server.ask(f"query($id: ID!) {{ {selection} }}", STRUCTURE, id=animation)
    addresses = {
        "RegistrationMadePayload.ticketUrl": ticket,
        "Registration.ticketUrl": registration["ticketUrl"],
        "Animation.questionnaireUrl": shown["animation"]["questionnaireUrl"],
        "Structure.planningUrl": shown["animation"]["structure"]["planningUrl"],
        "Territory.planningUrl": shown["territories"][0]["planningUrl"],
    }
    for name, url in addresses.items():
        assert url.startswith(f"{SITE}/"), name
        assert visitor.http.get(url.removeprefix(SITE)).status_code == 200, name
    # A certificate's is seen where one is issued, and a link for the web is the structure's own.
    elsewhere = {"Candidature.certificateUrl", "Animation.onlineLink", "Past.onlineLink"}
    kinds = [kind for kind in schema._schema.type_map.values() if isinstance(kind, GraphQLObjectType)]
    named = {f"{kind.name}.{name}" for kind in kinds for name in kind.fields if name.endswith(("Url", "Link"))}
    named = {name for name in named if not name.startswith(("Query.", "Mutation."))}
    assert named - elsewhere == set(addresses)


def _status(visitor: Visitor, path: str) -> int:
    return visitor.http.get(path, follow_redirects=True).status_code


def _letters(server: Server) -> list[str]:
    parts = [part for letter in sent_by(server.application).received for part in letter.walk()]
    return [part.get_content() for part in parts if part.get_content_maintype() == "text"]


def _codes(server: Server, *papers: str) -> list[str]:
    headers = {"authorization": f"Bearer {STRUCTURE}"}
    return [text for paper in papers for text in qr_texts(picture(server.http.get(paper, headers=headers).content))]


def _rows(server: Server) -> set[str]:
    """Return the pages of the animations that the public table identifies."""
    rows = csv.DictReader(server.http.get("/animations.csv").text.removeprefix("\ufeff").splitlines(), delimiter=";")
    return {f"/animations/{row['Identifiant']}" for row in rows}


def _unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


def _is_file(path: str) -> bool:
    return "." in urlsplit(path).path
