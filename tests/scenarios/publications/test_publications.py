"""News and resources, from a structure's proposal to the toolbox, its feeds and its history."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from api.core.lists import paging
from application.files.scanning.office import ODP
from domain.kernel.actors import Role
from projections.engine.paging import statements
from tests.support.papers.dossiers import pdf
from tests.support.papers.office import office
from tests.support.papers.sheets import bearer
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import OPERATIONS, Server, token

PROPOSE, MODIFY, PUBLISH, REFUSE = (
    "140-propose-a-publication",
    "141-modify-a-publication",
    "142-put-a-publication-online",
    "143-refuse-a-publication",
)
WITHDRAW, SEARCH, SEE = "144-withdraw-a-publication", "147-search-the-toolbox", "148-see-a-publication"
WORKSHOP: dict[str, Any] = {
    "kind": "WORKSHOP",
    "title": "Régler les écrans en famille",
    "summary": "Un atelier d'une heure et demie pour écrire les règles de la maison.",
    "text": "## Déroulé\n\n<script>alert(1)</script> Un *tour de table*, puis [la fiche](https://exemple.fr/fiche).",
    "themes": ["temps-ecran"],
    "degree": "FIRST",
    "audience": "parents",
    "links": [{"label": "Fiche", "url": "https://exemple.fr/fiche"}, {"url": "http://exemple.org/suite"}],
    "author": "Anne Autrice",
    "authorEmail": "anne@exemple.fr",
}
ERASE = """mutation($subject: String!) {
    personErase(input: {subject: $subject}) {
        counts { kind count } unreached mentions { thingId } errors { message } } }"""
ELSEWHERE = token(Role.COORDONNATEUR, territories=["971"])


def seen(server: Server, publication: str, who: str | None = None, **at: Any) -> Any:
    return server.run(SEE, who, id=publication, **({"at": at} if at else {}))


def found(server: Server, **where: Any) -> list[str]:
    return [node["title"] for node in server.run(SEARCH, where=where)["nodes"]]


def attached(server: Server, publication: str, content: bytes, **values: Any) -> dict[str, Any]:
    document = (OPERATIONS / "145-attach-a-file.graphql").read_text()
    variables = {"input": {"publicationId": publication, "file": None, **values}}
    answer = server.http.post(
        "/graphql",
        headers=bearer(STRUCTURE) | {"graphql-require-preflight": "1"},
        data={
            "operations": json.dumps({"query": document, "variables": variables}),
            "map": '{"0": ["variables.input.file"]}',
        },
        files={"0": ("mon diaporama.odp", content, "application/octet-stream")},
    )
    payload: dict[str, Any] = answer.json()["data"]["publicationFileAttach"]
    return payload


def notices(server: Server, who: str) -> list[str]:
    document = "{ viewer { waiting { publicationsToReview } notifications { nodes { code message url } } } }"
    viewer = server.ask(document, who)["viewer"]
    return [
        *(f"{each['code']} {each['message']} {each['url']}" for each in viewer["notifications"]["nodes"]),
        f"waiting {viewer['waiting']['publicationsToReview']}",
    ]


@pytest.fixture
def proposed(people: People) -> str:
    people.sign()
    payload = people.does(PROPOSE, STRUCTURE, structureId=STRUCTURE_ID, **WORKSHOP)
    assert payload["publication"]["status"] == "PROPOSED"
    return str(payload["publication"]["id"])


def test_a_structure_proposes_and_the_national_team_decides(people: People, server: Server, proposed: str):
    assert [seen(server, proposed, who) for who in (None, OTHER_STRUCTURE, ELSEWHERE)] == [None] * 3
    assert all(seen(server, proposed, who)["id"] == proposed for who in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR))
    queue = server.run("149-see-publications-to-review", NATIONAL)
    assert [node["id"] for node in queue["nodes"]] == [proposed]
    assert server.errors("{ publicationsToReview { totalCount } }", STRUCTURE)[0]["extensions"]["code"] == "FORBIDDEN"
    (refused,) = people.is_refused(PUBLISH, COORDONNATEUR, publicationId=proposed)
    assert (refused["code"], "celle d'une structure" in refused["message"]) == ("FORBIDDEN", True)
    (refused,) = people.is_refused(PUBLISH, ELSEWHERE, publicationId=proposed)
    assert "ses propres territoires" in refused["message"]

    people.does(REFUSE, NATIONAL, publicationId=proposed, reason="Indiquez la durée.")
    assert seen(server, proposed, STRUCTURE)["refusalReason"] == "Indiquez la durée."
    people.does(
        MODIFY, STRUCTURE, publicationId=proposed, summary="Un atelier d'une heure et demie.", expectedVersion=3
    )
    file = attached(server, proposed, office(ODP), label="Diaporama")["publication"]["files"][0]
    assert (file["label"], file["mediaType"]) == ("Diaporama", ODP)
    assert server.http.get(file["url"]).status_code == 404
    people.does(PUBLISH, NATIONAL, publicationId=proposed)

    shown = seen(server, proposed)
    assert (shown["status"], shown["author"], shown["refusalReason"]) == ("PUBLISHED", "Anne Autrice", None)
    assert (shown["kindLabel"], shown["territory"]["code"]) == ("Atelier clé en main", "34")
    assert "<script" not in shown["html"]
    assert "<h3>Déroulé</h3>" in shown["html"]
    assert [link["label"] for link in shown["links"]] == ["Fiche", "exemple.org/suite"]
    download = server.http.get(file["url"])
    assert (download.content, download.headers["content-type"]) == (office(ODP), ODP)
    assert download.headers["content-disposition"] == 'attachment; filename="fichier-1.odp"'

    # What its structure changes is read again before anybody else reads it; what the national team corrects is not.
    people.does(MODIFY, NATIONAL, publicationId=proposed, title="Régler les écrans à la maison")
    assert found(server) == ["Régler les écrans à la maison"]
    people.does(MODIFY, STRUCTURE, publicationId=proposed, title="Les écrans à la maison")
    assert (found(server), seen(server, proposed)) == ([], None)
    people.does(PUBLISH, NATIONAL, publicationId=proposed)
    people.does(WITHDRAW, NATIONAL, publicationId=proposed, reason="Une autre la remplace.")
    assert (seen(server, proposed), server.http.get(file["url"]).status_code) == (None, 404)
    assert seen(server, proposed, STRUCTURE)["withdrawalReason"] == "Une autre la remplace."


def test_coordonnateurs_and_the_national_team_publish_their_own(people: People, server: Server):
    news = {**WORKSHOP, "kind": "NEWS"}
    own = people.does(PROPOSE, COORDONNATEUR, territory="34", **news | {"title": "Rentrée dans l'Hérault"})
    server.clock.now += timedelta(minutes=1)
    national = people.does(PROPOSE, NATIONAL, **news | {"title": "Rentrée partout", "draft": True})
    assert [each["publication"]["status"] for each in (own, national)] == ["PUBLISHED", "PROPOSED"]
    assert server.run("149-see-publications-to-review", NATIONAL)["totalCount"] == 0
    people.does(PUBLISH, NATIONAL, publicationId=national["publication"]["id"])
    assert found(server, kind=["NEWS"]) == ["Rentrée partout", "Rentrée dans l'Hérault"]
    assert found(server, kind=["NEWS"], territory=["34"]) == ["Rentrée dans l'Hérault"]
    (refused,) = people.is_refused(MODIFY, ELSEWHERE, publicationId=own["publication"]["id"], title="Autre")
    assert refused["code"] == "FORBIDDEN"
    wrong = {"links": [{"url": "ftp://exemple.fr/"}], "themes": ["inconnu"], "summary": None}
    errors = people.is_refused(PROPOSE, COORDONNATEUR, territory="34", **news | wrong)
    assert sorted((error["code"], ".".join(error["field"])) for error in errors) == [
        ("INVALID", "links.0"),
        ("INVALID", "summary"),
        ("INVALID", "themes.0"),
    ]
    nameless = news | {"author": None, "authorEmail": "a@exemple.fr"}
    (refused,) = people.is_refused(PROPOSE, COORDONNATEUR, territory="34", **nameless)
    assert (refused["code"], refused["field"]) == ("INVALID", ["author"])
    unreachable = news | {"author": "Anne Autrice", "authorEmail": None}
    (refused,) = people.is_refused(PROPOSE, COORDONNATEUR, territory="34", **unreachable)
    assert (refused["code"], refused["field"]) == ("INVALID", ["authorEmail"])


def test_the_toolbox_is_searched_in_french_by_words_and_by_what_it_is_for(people: People, server: Server, monkeypatch):
    for title, summary, changes in (
        ("Journal de bord", "Un écran à la fois.", {"kind": "KIT", "degree": None, "audience": None}),
        ("Écrans et journaux", "Lire ensemble.", {"kind": "TUTORIAL", "degree": "SECOND", "themes": ["jeux-video"]}),
        ("Autre chose", "Rien.", {"text": "Un mot sur les écrans."}),
    ):
        server.clock.now += timedelta(minutes=1)
        people.does(PROPOSE, NATIONAL, **WORKSHOP | {"title": title, "summary": summary} | changes)
    every = ["Écrans et journaux", "Journal de bord", "Autre chose"]
    for text in ("écrans", "ECRAN", "ecrans"):
        assert found(server, text=text) == every, text
    assert found(server, text="journal") == ["Écrans et journaux", "Journal de bord"]
    assert found(server, text="Journaux") == ["Écrans et journaux", "Journal de bord"]
    by_date = server.run(SEARCH, where={"text": "écran"}, orderBy="PUBLISHED_AT", first=2)
    assert [node["title"] for node in by_date["nodes"]] == ["Autre chose", "Écrans et journaux"]
    rest = server.run(
        SEARCH,
        where={"text": "écran"},
        first=2,
        after=server.run(SEARCH, where={"text": "écran"}, first=2)["pageInfo"]["endCursor"],
    )
    assert ([node["title"] for node in rest["nodes"]], rest["totalCount"]) == (["Autre chose"], 3)
    assert found(server, degree="SECOND") == ["Écrans et journaux", "Journal de bord"]
    assert found(server, audience=["mediateurs"]) == ["Journal de bord"]
    assert found(server, theme=["jeux-video"], kind=["KIT", "TUTORIAL"]) == ["Écrans et journaux"]
    assert found(server, text="tutoriels lire") == ["Écrans et journaux"]
    assert found(server, text="« »") == []
    # Beyond what is counted one by one, the total is told as a least.
    counting = "query($text: String) { publications(where: {text: $text}) { totalCount totalCountIsExact } }"
    assert server.ask(counting, text="écran")["publications"] == {"totalCount": 3, "totalCountIsExact": True}
    for module in (statements, paging):
        monkeypatch.setattr(module, "MOST_COUNTED", 2)
    assert server.ask(counting, text="ecrans")["publications"] == {"totalCount": 2, "totalCountIsExact": False}
    query = '{ publications(where: {theme: ["inconnu"]}) { totalCount } }'
    assert server.errors(query)[0]["extensions"]["field"] == ["where", "theme"]


def test_feeds_hold_what_is_online_and_nothing_else(people: People, server: Server, proposed: str):
    attached(server, proposed, pdf(), label="Fiche de l'animateur")
    for address in ("/publications.atom", "/publications.jsonld"):
        assert "Régler" not in server.http.get(address).text
    people.does(PUBLISH, NATIONAL, publicationId=proposed)
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(server.http.get("/publications.atom?kind=WORKSHOP&theme=temps-ecran").content)
    (entry,) = feed.iter(f"{atom}entry")
    assert entry.findtext(f"{atom}author/{atom}name") == "Anne Autrice"
    assert [link.get("rel") for link in entry.iter(f"{atom}link")] == ["alternate", "enclosure", "related", "related"]
    (work,) = server.http.get("/publications.jsonld").json()["@graph"]
    assert (work["@type"], work["publisher"]["name"]) == ("LearningResource", "Centre social Les Tilleuls")
    assert work["associatedMedia"][0]["name"] == "Fiche de l'animateur"
    assert server.http.get("/publications.atom?kind=NEWS").text.count("<entry>") == 0
    assert server.http.get("/publications.atom?kind=FILM").status_code == 400


def test_the_past_is_read_by_those_who_answer_for_it_and_an_author_is_erased(
    people: People, server: Server, proposed: str
):
    first = people.does(PUBLISH, NATIONAL, publicationId=proposed)["position"]
    people.does(MODIFY, NATIONAL, publicationId=proposed, text="Une autre version.")
    assert seen(server, proposed, STRUCTURE, position=first)["text"] == WORKSHOP["text"]
    assert seen(server, proposed, None, position=first)["text"] == "Une autre version."
    assert seen(server, proposed, None, position=first - 1) is None
    summary = "Avec Mme AUTRICE, un jeudi."
    people.does(MODIFY, NATIONAL, publicationId=proposed, summary=summary)
    answer = server.ask(ERASE, NATIONAL, subject="anne@exemple.fr")["personErase"]
    assert answer["counts"] == [{"kind": "AUTHOR", "count": 1}]
    (unreached,) = answer["unreached"]
    assert "La publication « Régler les écrans en famille » peut nommer la personne" in unreached
    assert (proposed in unreached, answer["mentions"]) == (True, [{"thingId": proposed}])
    again = server.ask(ERASE, NATIONAL, subject="anne@exemple.fr")["personErase"]
    assert (again["errors"], again["mentions"]) == ([], None), "nobody knows the name any more"
    shown = seen(server, proposed)
    assert (shown["author"], shown["text"]) == (None, "Une autre version.")
    trail = "query($id: ID!) { auditTrail(where: {structureId: $id}) { nodes { sentence } } }"
    sentences = [entry["sentence"] for entry in server.ask(trail, NATIONAL, id=STRUCTURE_ID)["auditTrail"]["nodes"]]
    assert any("Nom de l'auteur effacé" in sentence for sentence in sentences)


def test_a_publication_whose_words_are_erased_is_shown_no_more_now_then_and_in_its_history(
    people: People, server: Server
) -> None:
    people.sign()
    named = WORKSHOP | {"title": "Les écrans chez Mme Trucmuchet"}
    payload = people.does(PROPOSE, STRUCTURE, structureId=STRUCTURE_ID, **named)
    publication_id, first = payload["publication"]["id"], payload["position"]
    people.does(MODIFY, STRUCTURE, publicationId=publication_id, title="Chez Mme Trucmuchet")
    people.does(PUBLISH, NATIONAL, publicationId=publication_id)
    assert server.ask(ERASE, NATIONAL, subject=publication_id)["personErase"]["errors"] == []
    server.post({"query": "{ position }"}, None, Min_Position=str(server.log_head())).raise_for_status()
    query = "query($id: ID!, $at: At) { publication(id: $id, at: $at) { status title text withdrawalReason } }"
    assert server.ask(query, None, id=publication_id) == {"publication": None}
    shown = server.ask(query, STRUCTURE, id=publication_id)["publication"]
    assert (shown["status"], shown["title"], shown["text"]) == ("WITHDRAWN", "[texte effacé]", "[texte effacé]")
    assert shown["withdrawalReason"] == "Ses textes sont effacés."
    for position in (first, first + 1):
        past = server.ask(query, STRUCTURE, id=publication_id, at={"position": position})["publication"]
        assert past["title"] == "[texte effacé]"
    trail = "query($id: ID!) { auditTrail(where: {structureId: $id}) { nodes { data sentence details } } }"
    assert "Trucmuchet" not in str(server.ask(trail, NATIONAL, id=STRUCTURE_ID))
