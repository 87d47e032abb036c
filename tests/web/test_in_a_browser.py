"""Every page and state in Chromium: accessible by axe's rules, on a narrow screen, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser.accessible import violations, violations_once_refused
from tests.support.browser.chromium import chromium
from tests.support.people import CANDIDATURE, NATIONAL, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import SITE, Server

TELEPHONE = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def telephone(browser: Browser) -> Iterator[BrowserContext]:
    """A narrow screen, without scripts and without images."""
    context = browser.new_context(viewport=TELEPHONE, java_script_enabled=False)  # type: ignore[arg-type]
    context.route("**/*", lambda route: route.abort() if route.request.resource_type == "image" else route.fallback())
    yield context
    context.close()


@pytest.fixture(scope="module")
def animation(people: People) -> str:
    animation = people.declare(title="Un titre très long " + "anticonstitutionnellement" * 4)
    people.publish(animation)
    return animation


@pytest.fixture(scope="module")
def pages(server: Server, people: People, animation: str) -> list[str]:
    """The addresses of all pages in their states."""
    cancelled = people.declare(title="Annulée")
    people.publish(cancelled)
    people.does("38-cancel-an-animation", STRUCTURE, animationId=cancelled, reason="L'école est fermée.")
    form = {"animationId": animation, "firstName": "Léa", "lastName": "Martin", "email": "lea@exemple.fr"}
    link = people.does("40-register-for-an-animation", None, **form)["link"]
    questionnaire = begun_questionnaire(server, people)
    candidature = people.does("12-submit-a-candidature", None, **CANDIDATURE)["link"]
    invited = {"structureId": STRUCTURE_ID, "email": "anne@exemple.fr"}
    invitation = people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **invited)["link"]
    resource = {"kind": "TUTORIAL", "title": "Écrans", "summary": "Un tutoriel.", "text": "## Un\n\nDeux."}
    links = [{"url": "https://exemple.fr/" + "a" * 100}]
    published = people.does("140-propose-a-publication", NATIONAL, **resource, themes=["temps-ecran"], links=links)
    publication = published["publication"]["id"]
    return [
        *("/", "/animations?vue=mois&mois=2027-03", "/animations?vue=mois&mois=x", "/animations?territory=13"),
        *(f"/inscriptions/{link}/donnees", f"/candidatures/{candidature}/donnees"),
        *("/animations?lieu=saint", "/animations?lieu=zzz&startsFrom=demain"),
        *(f"/animations/{animation}", f"/animations/{cancelled}", f"/inscriptions/{link}", "/rien"),
        *("/inscription", "/candidatures", "/candidatures?lieu=saint", "/candidatures?commune=34172"),
        *(f"/candidatures/{candidature}", f"/invitations/{invitation}", "/connexion", "/structure"),
        questionnaire,
        *("/accessibilite", "/mentions-legales", "/donnees-personnelles", "/donnees-ouvertes"),
        *("/ressources", "/actualites?text=rien", f"/ressources/{publication}", "/programme"),
        f"/ressources?text={'x' * 101}",
    ]


def begun_questionnaire(server: Server, people: People) -> str:
    """Let an animation begin; return the address of its questionnaire."""
    questions = [
        {"text": "Était-ce utile ?", "kind": "SCALE"},
        {"text": "Reviendrez-vous ?", "kind": "CHOICE", "choices": ["Oui", "Peut-être, si l'horaire me convient"]},
    ]
    people.does("119-word-the-satisfaction-form", NATIONAL, questions=questions)
    begun = people.declare(startsAt="2027-01-20T18:00:00+01:00", endsAt="2027-01-20T20:00:00+01:00")
    people.publish(begun)
    server.clock.now = datetime.fromisoformat("2027-01-20T18:00:00+01:00")
    query = "query($id: ID!) { animation(id: $id) { questionnaireUrl } }"
    return str(server.ask(query, STRUCTURE, id=begun)["animation"]["questionnaireUrl"]).removeprefix(SITE)


def test_no_page_breaks_a_rule_of_accessibility_or_asks_another_site(
    browser: Browser, server: Server, pages: list[str], animation: str
) -> None:
    context = browser.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on(
        "request", lambda request: None if request.url.startswith(server.address) else complaints.append(request.url)
    )
    findings = {}
    for path in pages:
        page.goto(f"{server.address}{path}")
        findings[path] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= TELEPHONE["width"], (path, wide)
    page.goto(f"{server.address}/animations/{animation}")
    page.get_by_role("button", name="S'inscrire").click()
    findings["a form that was refused"] = violations(page)
    for path in pages:
        if re.match("/(inscriptions|candidatures)/[^/]+$|/inscription$", path):
            page.goto(f"{server.address}{path}")
            findings[f"{path}, refused"] = violations_once_refused(page)
    page.goto(f"{server.address}{next(path for path in pages if 'questionnaire' in path)}")
    page.get_by_role("button", name="Envoyer mes réponses").click()
    findings["answers that were refused"] = violations(page)
    page.get_by_role("link", name="Était-ce utile").click()
    expect(page.get_by_label("1", exact=True)).to_be_focused()
    context.close()
    assert {path: violations for path, violations in findings.items() if violations} == {}
    assert [text for text in complaints if "status of 4" not in text] == []


def test_colours_that_the_reader_chose_hide_nothing(browser: Browser, server: Server) -> None:
    context = browser.new_context(forced_colors="active", color_scheme="dark")
    page = context.new_page()
    page.goto(f"{server.address}/animations?vue=mois")
    style = "(each, name) => getComputedStyle(each)[name]"
    current = page.locator(".site-nav a[aria-current]")
    assert current.evaluate(style, "borderBottomStyle") == "solid"
    # What stands in a form is drawn on what the reader reads on.
    assert page.locator("select").first.evaluate(style, "colorScheme") == "light dark"
    page.goto(f"{server.address}/programme")
    text = page.locator("h1").evaluate(style, "color")
    filled, empty = (page.locator(f".site-chart-{part}").first.evaluate(style, "fill") for part in ("bar", "ground"))
    assert (filled, empty) == (text, page.locator("body").evaluate(style, "backgroundColor"))
    context.close()


def test_a_commune_is_suggested_while_it_is_typed_and_accepted_as_it_is_suggested(
    browser: Browser, server: Server, animation: str
) -> None:
    context = browser.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.address}/animations")
    field = page.get_by_label("Commune ou code postal")
    with page.expect_response(lambda answer: "communes.json" in answer.url):
        field.press_sequentially("montpellie")
    suggested = page.locator("datalist option").first
    expect(suggested).to_have_attribute("value", re.compile("^Montpellier 34"))
    expect(field).to_have_attribute("list", "lieu-communes")
    assert violations(page) == []
    field.fill(suggested.get_attribute("value") or "")
    field.press("Enter")
    expect(page).to_have_url(re.compile("commune=34172"))
    expect(page.get_by_role("link", name="Un titre très long")).to_be_visible()
    context.close()


def test_a_search_shows_what_it_finds_without_loading_the_page_anew(
    browser: Browser, server: Server, animation: str
) -> None:
    context = browser.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.address}/animations")
    page.evaluate("document.querySelector('header').id = 'still-there'")
    field = page.get_by_label("Commune ou code postal")
    focused = {"34200": "#resultats", "Nullepart-sur-Mer": "[role=alert] a", "Montpellier": "#resultats"}
    for place, target in focused.items():
        field.fill(place)
        field.press("Enter")
        expect(page).to_have_url(re.compile(f"lieu={place}"))
        expect(page.locator(target)).to_be_focused()
        expect(page.locator("header#still-there")).to_have_count(1)
        assert violations(page) == []
    with page.expect_response(lambda answer: "communes.json" in answer.url):
        field.press_sequentially("n")
    page.go_back()
    expect(page).to_have_title(re.compile("^Erreur : "))
    expect(page.locator("header#still-there")).to_have_count(0)
    context.close()


def test_a_parent_registers_and_gives_up_by_keyboard_alone_without_scripts(
    telephone: BrowserContext, server: Server, animation: str
) -> None:
    page = telephone.new_page()
    page.goto(f"{server.address}/animations")
    press_to(page, "Contenu")
    page.keyboard.press("Enter")
    press_to(page, "Un titre très long")
    page.keyboard.press("Enter")
    press_to(page, "firstName")
    page.keyboard.type("Sam")
    press_to(page, "S'inscrire")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Erreur : " + page.locator("h1").inner_text() + " – Parentalité et numérique")
    expect(page.get_by_role("alert")).to_be_focused()
    press_to(page, "Nom : champ obligatoire.")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Nom", exact=True)).to_be_focused()
    page.keyboard.type("Martin")
    press_to(page, "email")
    page.keyboard.type("sam@exemple.fr")
    press_to(page, "S'inscrire")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("C'est fait, vous êtes inscrit(e)")
    expect(page.get_by_role("status")).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre place est réservée")
    press_to(page, "Je ne peux plus venir")
    page.keyboard.press("Enter")
    press_to(page, "Renoncer à ma place")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("vous ne venez plus")


def press_to(page: Page, name: str) -> None:
    """Press Tab until what has this text, or this name in a form, has the focus; it must be seen to have it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and (focused.get_attribute("name") == name or focused.inner_text().strip().startswith(name)):
            assert focused.is_visible()
            return
    raise AssertionError(f"the keyboard does not reach {name}")
