"""Each page as each role: what is not for its reader answers like what does not exist. A new page stands here first."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.scenarios.service.controls_story import Controls
from tests.support.browser.plain_html import needs
from tests.support.people import CANDIDATURE, COORDONNATEUR, INSPECTOR, SCHOOL, STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor
from web.app import Pages

CANDIDATURES = "{ candidatures { nodes { id } } }"
WHO = (
    *("PARENT", "STRUCTURE", "OTHER", "MEDIATEUR", "COORDONNATEUR", "ELSEWHERE", "TEACHER", "DIRECTOR", "INSPECTOR"),
    *("HEAD", "TEAM", "AUDITOR"),
)

#: Who is not signed in: is shown what is public, and else signs in first.
NOBODY = "nobody"
#: What everybody is shown, or whoever holds a link.
EVERYBODY = (
    *("/actualites", "/programme", "/ressources", "/donnees-ouvertes"),
    *("/", "/accessibilite", "/animations", "/animations/{id}", "/candidatures", "/connexion", "/deconnexion"),
    *(
        "/donnees-personnelles",
        "/communes.json",
        "/inscription",
        "/mentions-legales",
        "/mon-compte/efface",
        "/verifier",
    ),
    *("/verifier/verifier.html", "/candidatures/{link}", "/candidatures/{link}/donnees"),
    *("/candidatures/{link}/donnees.json", "/inscriptions/{link}", "/inscriptions/{link}/donnees"),
    "/inscriptions/{link}/donnees.json",
)
#: What leads elsewhere, or is of a thing that other tests make.
ELSEWHERE_TESTED = (
    *("/certificates/{number}",),
    *("/assets/{digest}/{name:path}", "/connexion/depart", "/connexion/retour", "/invitations/{link}"),
    *("/moderation/typologie/{change}", "/questionnaire/{link}", "/ressources/{id}"),
    *(f"/{desk}/demandes/{{id}}" for desk in ("ecole", "structure", "territoire")),
    *(f"/{desk}/abonnements/{{id}}" for desk in ("moderation", "structure", "territoire")),
    *(
        f"/{desk}/publications/{{id}}{page}"
        for desk in ("moderation", "structure", "territoire")
        for page in ("", "/modifier")
    ),
)
_SIGNED_IN = " ".join(WHO)
_SCHOOLS = "TEACHER DIRECTOR INSPECTOR HEAD"
#: STRUCTURE and COORDONNATEUR are of the things asked for; OTHER and ELSEWHERE of another structure and territory.
READERS = {
    "/ecole/demandes": _SCHOOLS,
    "/moderation/abonnements": "TEAM",
    "/moderation/chiffres": "TEAM AUDITOR",
    "/structure/abonnements": "STRUCTURE",
    "/territoire/abonnements": "COORDONNATEUR ELSEWHERE",
    "/structure/demandes": "STRUCTURE",
    "/structure/publications": "STRUCTURE OTHER",
    "/structure/publications/nouvelle": "STRUCTURE OTHER",
    "/territoire/chiffres": "COORDONNATEUR ELSEWHERE TEAM AUDITOR",
    "/territoire/demandes": "COORDONNATEUR ELSEWHERE TEAM",
    "/territoire/publications": "COORDONNATEUR ELSEWHERE",
    "/territoire/publications/nouvelle": "COORDONNATEUR ELSEWHERE",
    "/animations/{id}/inscrire": "MEDIATEUR TEACHER DIRECTOR HEAD",
    "/controle": "STRUCTURE OTHER COORDONNATEUR ELSEWHERE TEAM AUDITOR",
    "/controle/dossiers/{id}/historique": "COORDONNATEUR TEAM AUDITOR",
    "/controle/{id}": "STRUCTURE COORDONNATEUR TEAM AUDITOR",
    "/controle/{id}/dossiers/{dossier}": "STRUCTURE COORDONNATEUR TEAM AUDITOR",
    "/ecole": _SCHOOLS,
    "/ecole/candidatures": "DIRECTOR INSPECTOR HEAD",
    "/ecole/candidatures/{id}": "DIRECTOR INSPECTOR",
    "/ecole/projet": "DIRECTOR HEAD",
    "/mediateur": "PARENT MEDIATEUR",
    "/mon-compte/effacer": _SIGNED_IN.replace("TEAM ", ""),
    "/territoire": "COORDONNATEUR ELSEWHERE TEAM AUDITOR",
    **dict.fromkeys(
        (f"/territoire/{page}" for page in ("strategies", "projets", "groupes")),
        "COORDONNATEUR ELSEWHERE TEAM AUDITOR",
    ),
    **dict.fromkeys((f"/territoire/{page}/{{id}}" for page in ("strategies", "groupes")), "COORDONNATEUR TEAM AUDITOR"),
    "/territoire/logo": "COORDONNATEUR ELSEWHERE TEAM",
    "/territoire/etablissements": "COORDONNATEUR ELSEWHERE TEAM",
    "/territoire/attestations": "COORDONNATEUR ELSEWHERE TEAM AUDITOR",
    "/territoire/candidatures": "COORDONNATEUR ELSEWHERE TEAM",
    "/territoire/candidatures/{id}": "COORDONNATEUR TEAM",
    "/territoire/conventions/signer": "COORDONNATEUR ELSEWHERE TEAM",
    "/territoire/conventions/{id}": "COORDONNATEUR TEAM",
    "/territoire/dossiers": "COORDONNATEUR ELSEWHERE TEAM AUDITOR",
    "/territoire/dossiers/{id}": "COORDONNATEUR TEAM AUDITOR",
    "/territoire/structures/{id}": "COORDONNATEUR TEAM AUDITOR",
    "/territoire/structures/{id}/personnes": "COORDONNATEUR TEAM",
    **dict.fromkeys((f"/mon-compte{page}" for page in ("", "/cles", "/donnees", "/donnees.json")), _SIGNED_IN),
    **dict.fromkeys(
        (
            f"/moderation{page}"
            for page in (
                *("", "/animations/{id}", "/personnes", "/questions", "/recalcul", "/territoires", "/typologie"),
                *("/publications", "/publications/nouvelle"),
            )
        ),
        "TEAM",
    ),
    **dict.fromkeys(
        (
            f"/structure{page}"
            for page in (
                *("", "/animations/nouvelle", "/contacts", "/dossiers", "/dossiers/{id}", "/import", "/personnes"),
                *(
                    "/chiffres",
                    "/logo",
                    "/satisfaction",
                    "/animations/{id}",
                    "/animations/{id}/attestation",
                    "/animations/{id}/feuilles",
                ),
                *("/animations/{id}/inscrire", "/animations/{id}/modifier", "/animations/{id}/presences"),
            )
        ),
        "STRUCTURE",
    ),
}

STRATEGY = {
    **{"territory": "34", "diagnosis": "Peu d'ateliers.", "objectives": [{"label": "Familles", "target": 250}]},
    "stakeholders": [{"name": "CAF", "kind": "État"}],
}
GROUP = {"name": "GRAF", "territory": "34", "subject": "Les écrans"}


def paths() -> list[str]:
    """Return the addresses of all pages that can be looked at."""
    services: Any = SimpleNamespace(
        public_url="https://x.example.org", web=SimpleNamespace(brand="none"), code_flow=None
    )
    routes: Any = Pages(services, b"secret").routes(services)
    return sorted({route.path for route in routes if "GET" in route.methods})


@pytest.fixture(scope="module")
def things(server: Server) -> dict[str, dict[str, str]]:
    """What stands in the addresses, of the structure and the territory of those who are not from elsewhere."""
    people = People(server)
    controls = Controls(people)
    certified = controls.certified(1)[0]
    control = controls.open()
    convention = controls.claims.convention
    times = {"startsAt": "2027-06-15T18:00:00+02:00", "endsAt": "2027-06-15T20:00:00+02:00"}
    submitted = people.declare(title="Soumise", **times)
    coming = people.declare(title="À venir", school=SCHOOL, **times)
    people.publish(coming)
    form = {"animationId": coming, "firstName": "Léa", "lastName": "Martin", "email": "lea@exemple.fr"}
    registration = people.does("40-register-for-an-animation", None, **form)["link"]
    candidature = people.does("12-submit-a-candidature", None, **CANDIDATURE)["link"]
    (examined,) = server.ask(CANDIDATURES, INSPECTOR)["candidatures"]["nodes"]
    return {
        "/animations": {"id": coming},
        "/candidatures": {"link": candidature},
        "/inscriptions": {"link": registration},
        "/controle": {"id": control, "dossier": certified},
        "/controle/dossiers": {"id": certified},
        "/ecole/candidatures": {"id": examined["id"]},
        "/moderation/animations": {"id": submitted},
        "/structure/animations": {"id": coming},
        "/structure/dossiers": {"id": certified},
        "/territoire/candidatures": {"id": examined["id"]},
        "/territoire/conventions": {"id": convention},
        "/territoire/dossiers": {"id": certified},
        "/territoire/structures": {"id": STRUCTURE_ID},
        "/territoire/strategies": {
            "id": people.does("210-write-a-strategy", COORDONNATEUR, **STRATEGY)["strategy"]["id"]
        },
        "/territoire/groupes": {
            "id": people.does("240-open-an-action-research-group", COORDONNATEUR, **GROUP)["group"]["id"]
        },
    }


@pytest.fixture(scope="module")
def visitors(server: Server) -> dict[str, Visitor]:
    signed_in = {who: Visitor(server.address).signs_in(who) for who in WHO}
    return {NOBODY: Visitor(server.address), **signed_in}


def test_every_page_stands_in_the_table() -> None:
    listed, pages = {*EVERYBODY, *READERS, *ELSEWHERE_TESTED}, set(paths())
    assert (pages - listed, listed - pages) == (set(), set())


@pytest.mark.parametrize("path", EVERYBODY)
def test_what_is_public_is_shown_whoever_signed_in(
    path: str, visitors: dict[str, Visitor], things: dict[str, dict[str, str]]
) -> None:
    address = path.format(**things.get(path.partition("/{")[0], {}))
    answers = {who: each.http.get(address) for who, each in visitors.items()}
    assert {who: each.status_code for who, each in answers.items() if each.status_code != 200} == {}
    assert _needs(answers.values()) == set()


@pytest.mark.parametrize(("path", "readers"), READERS.items())
def test_a_page_is_for_its_readers_and_does_not_exist_for_others(
    path: str, readers: str, visitors: dict[str, Visitor], things: dict[str, dict[str, str]]
) -> None:
    start = path.partition("/{")[0]
    address = path.format(**things.get(start, {}))
    answers = {who: visitor.http.get(address) for who, visitor in visitors.items()}
    assert answers.pop(NOBODY).headers["location"].startswith("/connexion?vers=")
    assert {who: each.status_code for who, each in answers.items()} == {
        who: 200 if who in readers.split() else 404 for who in answers
    }
    assert _needs(answers.values()) == set()
    stranger = next((who for who in ("ELSEWHERE", "OTHER", "PARENT") if answers[who].status_code == 404), None)
    if stranger is not None and address != path:
        nothing = path.format(**dict.fromkeys(things[start], str(uuid4())))
        missing = visitors[stranger].http.get(nothing)
        assert (missing.status_code, missing.text) == (404, answers[stranger].text.replace(address, nothing))


@pytest.mark.parametrize(
    "html",
    [
        *('<img src="/logo">', '<a href="/x"><img src="/logo" alt=""></a>', "<a>Ici</a>", '<p onclick="f()">Ici</p>'),
        *('<a href="javascript:f()">Ici</a>', '<button type="button">Ouvrir</button>', "<details>Ici</details>"),
        *('<form action="/x"><input></form>', "<form><button>Envoyer</button></form>"),
    ],
)
def test_what_a_page_would_lack_is_noticed(html: str) -> None:
    assert needs(html)


def _needs(answers: Iterable[httpx.Response]) -> set[str]:
    """What the pages lack without images and scripts. The verifier is a script that people ask for."""
    pages = (each for each in answers if each.headers["content-type"].startswith("text/html"))
    return {need for each in pages if "verifier.html" not in str(each.url) for need in needs(each.text)}
