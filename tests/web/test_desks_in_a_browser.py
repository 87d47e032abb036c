"""The desks of those who work in the programme, in Chromium: accessible, narrow, and the verifier that asks nobody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios.service.controls_story import Controls
from tests.support.browser.accessible import violations
from tests.support.browser.chromium import chromium
from tests.support.papers.dossiers import png
from tests.support.papers.forged_bundles import FORGED_BUNDLES
from tests.support.papers.sheets import attach
from tests.support.people import (
    CANDIDATURE,
    COORDONNATEUR,
    DIRECTOR,
    INSPECTOR,
    SCHOOL,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Server
from tests.web.structures.test_structure_office import TABLE as SEASON
from tests.web.test_in_a_browser import TELEPHONE
from tests.web.test_rights_of_pages import GROUP, STRATEGY

WISH = {
    **{"schoolUai": SCHOOL, "theme": "ent-pronote", "audience": "parents", "text": "Le soir."},
    **{"wishedFrom": "2027-03-01", "wishedUntil": "2027-03-31"},
}
TABLE = SEASON.replace(";12", ";douze").encode()
CANDIDATURES = "{ candidatures { nodes { id } } }"


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[str, list[str]]:
    """The addresses of all pages of desks in their states, by whoever reads them."""
    people = People(server)
    controls = Controls(people)
    certified = controls.certified(1)[0]
    control = controls.open()
    claims = controls.claims
    waiting, _unattested = claims.held(2)
    claims.attest(waiting)
    attach(server, waiting, png(), "feuille.png")
    dossier = claims.open(animationIds=[waiting])["id"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    people.does("12-submit-a-candidature", None, **CANDIDATURE)
    (candidature,) = server.ask(CANDIDATURES, INSPECTOR)["candidatures"]["nodes"]
    territory = [
        *("/territoire", "/territoire?nom=personne", "/territoire/attestations", "/territoire/dossiers"),
        *(f"/territoire/structures/{STRUCTURE_ID}", f"/territoire/dossiers/{dossier}"),
        *(f"/territoire/dossiers/{certified}", "/territoire/candidatures", "/territoire/conventions/signer"),
        *(f"/territoire/candidatures/{candidature['id']}", f"/territoire/conventions/{claims.convention}"),
        *("/territoire/logo", "/territoire/etablissements"),
    ]
    audit = [
        *("/controle", f"/controle/{control}", f"/controle/{control}/dossiers/{certified}", "/verifier"),
        f"/controle/dossiers/{certified}/historique?position=5",
    ]
    coming = people.declare(title="À venir", school=SCHOOL)
    people.publish(coming)
    school = [
        f"/animations/{coming}/inscrire",
        "/mon-compte",
        "/mon-compte/effacer",
        "/ecole",
        "/ecole/candidatures",
        f"/ecole/candidatures/{candidature['id']}",
    ]
    values = {"kind": "KIT", "title": "Kit", "summary": "Un kit.", "text": "Le kit.", "themes": ["temps-ecran"]}
    proposed = people.does("140-propose-a-publication", STRUCTURE, structureId=STRUCTURE_ID, **values)
    publication = proposed["publication"]["id"]
    territory += ["/territoire/publications", "/territoire/publications/nouvelle"]
    moderation = [
        "/moderation",
        "/moderation?mots=personne",
        *("/moderation/publications", f"/moderation/publications/{publication}"),
        f"/moderation/animations/{people.declare(title='Atelier')}",
        *(f"/moderation/{page}" for page in ("typologie", "recalcul", "questions", "territoires", "personnes")),
        "/moderation/typologie/scinder?term=THEME:jeux-video",
        "/moderation/typologie/fusionner?term=THEME:ent-pronote&into=THEME:jeux-video&voir=oui",
    ]
    territory += [f"/territoire/structures/{STRUCTURE_ID}/personnes", "/mon-compte/cles"]
    strategy = people.does("210-write-a-strategy", COORDONNATEUR, **STRATEGY)["strategy"]["id"]
    group = people.does("240-open-an-action-research-group", COORDONNATEUR, **GROUP)["group"]["id"]
    request = people.does("150-ask-for-an-animation", DIRECTOR, **WISH)["request"]["id"]
    sent = {"structureId": STRUCTURE_ID, "url": "https://exemple.fr/" + "a" * 60, "kinds": ["animation.*"]}
    webhook = people.does("270-subscribe-a-system", STRUCTURE, **sent)["webhook"]["id"]
    territory += [f"/territoire/{page}" for page in ("strategies", "projets", "groupes", "demandes", "chiffres")]
    territory += [f"/territoire/strategies/{strategy}", f"/territoire/groupes/{group}", "/territoire/abonnements"]
    moderation += ["/moderation/chiffres", "/moderation/abonnements", f"/moderation/abonnements/{webhook}"]
    school += ["/ecole/demandes", f"/ecole/demandes/{request}", "/ecole/projet"]
    structure = [f"/structure/dossiers/{each}" for each in (dossier, certified)] + ["/structure/personnes"]
    structure += [f"/structure/{page}" for page in ("demandes", "chiffres", "abonnements", "publications")]
    structure += [f"/structure/demandes/{request}", f"/structure/publications/{publication}"]
    structure += ["/structure/publications/nouvelle", f"/structure/abonnements/{webhook}"]
    pages = {"COORDONNATEUR": territory, "AUDITOR": audit, "DIRECTOR": school, "TEAM": moderation}
    return pages | {"STRUCTURE": structure, "PARENT": ["/mediateur", "/mediateur?nom=tilleuls"]}


def test_no_desk_breaks_a_rule_of_accessibility_and_the_verifier_verifies(
    server: Server, pages: dict[str, list[str]]
) -> None:
    findings: dict[str, list[str]] = {}
    complaints: list[str] = []
    tables = 0
    with chromium() as browser:
        for role, paths in pages.items():
            context = browser.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.goto(f"{server.address}/connexion")
            page.locator(f"button[value={role}]").click()
            for path in paths:
                answer = page.goto(f"{server.address}{path}")
                assert answer is not None
                assert answer.status == 200, path
                page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
                findings[path] = violations(page)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= TELEPHONE["width"], (path, wide)
                if number := page.locator("table.site-table").count():
                    assert heard(page).count("table") >= number, path
                    assert {"columnheader", "rowheader", "cell"} <= set(heard(page)), path
                    tables += number
            if role == "AUDITOR":
                findings["the verifier"] = verify(page, server)
            if role == "COORDONNATEUR":
                page.goto(f"{server.address}{paths[5]}")
                page.evaluate("document.querySelectorAll('form').forEach(each => { each.noValidate = true })")
                page.get_by_text("Certifier le service fait").click()
                page.get_by_role("button", name="Certifier : la somme est due").click()
                expect(page).to_have_title(re.compile("^Erreur : "))
                findings["a certification that was refused"] = violations(page)
            if role == "STRUCTURE":
                page.goto(f"{server.address}/structure/import")
                page.set_input_files(
                    "input[type=file]", {"name": "saison.csv", "mimeType": "text/csv", "buffer": TABLE}
                )
                page.get_by_role("button").last.click()
                expect(page.get_by_text("Corrigez les lignes")).to_be_visible()
                findings["an import with errors"] = violations(page)
            context.close()
    assert tables
    assert {path: violations for path, violations in findings.items() if violations} == {}
    assert [text for text in complaints if "status of 4" not in text] == []


def heard(page: Page) -> list[str]:
    """The roles of what Chromium hands to screen readers; a style may take a table's from it."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    return [node["role"]["value"] for node in tree["nodes"] if not node["ignored"]]


#: What is no bundle, such as one that was unpacked and packed again, falls beside the field.
_DROP = """() => {
  const held = new DataTransfer();
  held.items.add(new File(['PK'], 'dossier.zip', { type: 'application/zip' }));
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true }));
}"""


def verify(page: Page, server: Server) -> list[str]:
    """Give the verifier a genuine bundle, then a forged one, as this site serves it. Return its faults."""
    page.goto(f"{server.address}/verifier/verifier.html")
    faults = violations(page)
    page.get_by_role("button", name="Vérifier").press("Enter")
    expect(page.locator("#verdict")).to_contain_text("choisissez d'abord l'archive")
    faults += violations(page)
    genuine = next(bundle for bundle in FORGED_BUNDLES if bundle.accepted)
    forged = next(bundle for bundle in FORGED_BUNDLES if not bundle.accepted)
    for bundle, verdict in ((genuine, "est juste"), (forged, "Cette archive n'est pas une preuve")):
        page.set_input_files("#bundle", bundle.path)
        page.fill("#keys", bundle.key.read_text())
        page.get_by_role("button", name="Vérifier").press("Enter")
        expect(page.locator("#verdict")).to_contain_text(verdict)
        expect(page.locator("#checks [lang=en]")).to_have_count(0)
        faults += violations(page)
    page.evaluate(_DROP)
    expect(page.locator("#verdict")).to_be_empty()
    page.get_by_role("button", name="Vérifier").press("Enter")
    expect(page.locator("#verdict")).to_contain_text("donnez le fichier ZIP sans l'ouvrir")
    page.evaluate("() => { File.prototype.arrayBuffer = () => Promise.reject(new Error('it moved')); }")
    page.get_by_role("button", name="Vérifier").press("Enter")
    expect(page.locator("#verdict")).to_contain_text("n'a pas pu lire l'archive")
    wide = page.evaluate("document.documentElement.scrollWidth")
    return faults if wide <= TELEPHONE["width"] else [*faults, f"{wide} pixels wide"]
