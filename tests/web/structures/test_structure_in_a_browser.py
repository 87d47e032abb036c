"""The desk of structures in Chromium: accessible on a narrow screen, and the day lived without scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.accessible import violations, violations_once_refused
from tests.support.browser.chromium import chromium
from tests.support.people import NATIONAL, People
from tests.support.server import Server
from tests.web.structures.test_structure_day import photograph
from tests.web.test_in_a_browser import TELEPHONE

SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def signs_in(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/connexion?vers=/structure")
    page.get_by_role("button", name="Structure", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes événements")


def test_a_structure_lives_a_day_on_a_telephone_without_scripts(
    browser: Browser, server: Server, people: People, tmp_path: Path
) -> None:
    people.does("79-word-the-attestation-form", NATIONAL, questions=["Que retenez-vous ?", "Et ensuite ?"])
    context = browser.new_context(viewport=TELEPHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    signs_in(page, server)
    page.get_by_role("link", name="Déclarer une animation").click()
    page.get_by_label("Titre", exact=False).first.fill("Café du mercredi")
    page.get_by_role("button", name="Envoyer pour publication").click()
    expect(page.get_by_role("alert")).to_contain_text("Description")
    expect(page.get_by_label("Titre", exact=False).first).to_have_value("Café du mercredi")
    page.locator("#description").fill("Parler des écrans.")
    choices = {"type": "cafe-des-parents", "theme": "temps-ecran", "venueType": "ecole"}
    for name, value in choices.items():
        page.locator(f"#{name}").select_option(value)
    for name, value in {"date": "2027-01-20", "starts": "18:00", "ends": "20:00", "seats": "12"}.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#venueName").fill("École A")
    page.locator("#commune").fill("34172")
    page.get_by_role("button", name="Envoyer pour publication").click()
    expect(page.get_by_role("status")).to_contain_text("Votre animation est déclarée")
    here = page.url.partition("?")[0]
    people.publish(here.rpartition("/")[2])
    page.goto(here)
    page.get_by_role("link", name="Inscrire un parent sans e-mail").click()
    page.get_by_label("Prénom").fill("Léa")
    page.get_by_label("Nom", exact=True).fill("Martin")
    page.get_by_role("button", name="Inscrire").click()
    expect(page.get_by_role("status")).to_contain_text("La place est réservée")
    server.clock.now = datetime.fromisoformat("2027-01-20T20:30:00+01:00")
    page.goto(f"{here}/presences")
    page.get_by_role("button", name="Présent : Léa Martin").click()
    expect(page.get_by_role("status")).to_contain_text("C'est noté")
    page.get_by_role("link", name="Passer à l'attestation").click()
    expect(page.get_by_label("Parents présents")).to_have_value("1")
    for question in ("Que retenez-vous ?", "Et ensuite ?"):
        page.get_by_label(question).fill("Un bon moment.")
    page.get_by_role("button", name="Attester").click()
    expect(page.get_by_role("status")).to_contain_text("Votre attestation est enregistrée")
    (tmp_path / "feuille.jpg").write_bytes(photograph())
    page.goto(f"{here}/feuilles")
    page.get_by_label("Photographier une page").set_input_files(tmp_path / "feuille.jpg")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("status")).to_contain_text("1 page ajoutée")
    context.close()


def test_no_page_of_structures_breaks_a_rule_of_accessibility(browser: Browser, server: Server, people: People) -> None:
    title = "Un titre très long " + "anticonstitutionnellement" * 3
    coming, times = (
        people.declare(title=title),
        {"startsAt": "2027-01-18T18:00:00+01:00", "endsAt": "2027-01-18T20:00:00+01:00"},
    )
    past = people.declare(title="Passée", **times)
    for animation in (coming, past):
        people.publish(animation)
    form = {"animationId": past, "firstName": "Léa", "lastName": "Martin", "email": "lea@exemple.fr"}
    early, server.clock.now = server.clock.now, datetime.fromisoformat("2027-01-17T12:00:00+01:00")
    people.does("40-register-for-an-animation", None, **form)
    server.clock.now = max(early, datetime.fromisoformat("2027-01-21T12:00:00+01:00"))
    context = browser.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    signs_in(page, server)
    base = "/structure/animations"
    paths = [
        *("/structure", "/structure?quand=a-attester&tri=titre", "/structure?mots=rien", f"{base}/nouvelle"),
        *(
            f"{base}/{each}{part}"
            for each in (coming, past)
            for part in ("", "/modifier", "/presences", "/attestation")
        ),
        *(f"{base}/{coming}/inscrire", f"{base}/{past}/feuilles"),
        *(
            "/structure/import",
            "/structure/contacts",
            "/structure/dossiers",
            "/structure/satisfaction",
            "/structure/logo",
        ),
    ]
    findings = {}
    for number, path in enumerate(paths):
        page.goto(f"{server.address}{path}")
        findings[path] = violations(page)
        shoot(page, number)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= TELEPHONE["width"], (path, wide)
    page.goto(f"{server.address}{base}/nouvelle")
    page.get_by_role("button", name="Envoyer pour publication").click()
    findings["a form that was refused"] = violations(page)
    shoot(page, 90)
    page.get_by_role("link", name="Titre").click()
    expect(page.locator("#title")).to_be_focused()
    for path in (f"{base}/nouvelle", f"{base}/{past}/attestation", f"{base}/{past}/feuilles", "/structure/contacts"):
        page.goto(f"{server.address}{path}")
        findings[f"{path}, refused"] = violations_once_refused(page)
    # Who has no letters of ours, as where they are blocked to spare data, has a little less room.
    context.route("**/*.woff2", lambda route: route.abort())
    page.goto(f"{server.address}{base}/{past}/feuilles")
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    context.close()
    assert {path: violations for path, violations in findings.items() if violations} == {}
    assert [text for text in complaints if not re.search("status of 4|ERR_FAILED", text)] == []


def shoot(page: Page, number: int) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{number:02}-narrow.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=f"{SHOTS}/{number:02}-wide.png", full_page=True)
        page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
