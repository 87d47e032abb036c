"""Nobody loses a text to a limit: what is too long is named beside its field, and what was typed stands there still."""

from __future__ import annotations

import asyncio
import re
from html import escape

import httpx
import pytest
from playwright.sync_api import expect
from starlette.requests import Request
from starlette.types import Message

from tests.support.browser.accessible import violations
from tests.support.browser.chromium import chromium
from tests.support.people import People
from tests.support.server import Server
from tests.support.visitor import Visitor
from tests.web.structures.test_structure_office import sends_file
from tests.web.territories.test_measures import STRATEGY
from tests.web.test_in_a_browser import TELEPHONE
from web.core.cookies.guard import Guard
from web.core.forms import Field

NARROW, NBSP = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
ARABIC = "\N{ARABIC LETTER BEH}"
SCHOOLS = "0340005W\n"


@pytest.mark.parametrize(
    ("field", "typed", "shown"),
    [
        # Six bytes a letter: over 100,000 in all.
        ("diagnosis", ARABIC * 17_000, "Diagnostic : 5\xa0000 caractères au plus."),
        ("objectives", "a : 1\n" * 1_001, "Objectifs : 1\u202f000 lignes au plus."),
        ("targetSchools", SCHOOLS * 3_001, "Établissements cibles : 3\u202f000 lignes au plus."),
    ],
)
def test_a_text_that_is_too_long_is_named_and_kept(
    server: Server, people: People, field: str, typed: str, shown: str
) -> None:
    visitor = Visitor(server.address).signs_in("COORDONNATEUR")
    page = visitor.sends(visitor.sees("/territoire/strategies"), "ecrire", STRATEGY | {field: typed}, 422)
    assert f'<a href="#ecrire-{field}">{shown}</a>' in page
    assert typed.strip() in page


def test_what_is_too_much_for_one_sending_is_shown_to_be_shortened_and_sent_again(
    server: Server, people: People
) -> None:
    visitor = Visitor(server.address).signs_in("COORDONNATEUR")
    desk = visitor.sees("/territoire/strategies")
    long = "é<b>" + "a" * 300_000
    page = visitor.sends(desk, "ecrire", STRATEGY | {"diagnosis": long}, 413)
    assert "300 000 caractères au plus" in page.replace("\xa0", " ")
    assert f"\n{escape(long)}</textarea>" in page
    assert f'Diagnostic<span class="fr-hint-text">300{NARROW}004{NBSP}caractères</span>' in page
    # What else was typed goes with it.
    assert f'name="stakeholders" value="{escape(STRATEGY["stakeholders"])}"' in page
    assert 'name="action" value="ecrire"' in page
    shown = visitor.sends(page, "ecrire", {"diagnosis": "Court."}, 200)
    assert "La version est enregistrée." in shown
    # Each list is short enough, but not all of them together.
    values = {"objectives": "a : 1\n" * 1_000, "targetSchools": SCHOOLS * 3_000}
    page = visitor.sends(desk, "ecrire", STRATEGY | values, 413)
    assert page.index('name="targetSchools" rows') < page.index('name="objectives" rows')
    # More than is shown again, and what no page of this site has sent, leads back.
    page = visitor.sends(desk, "ecrire", STRATEGY | {"diagnosis": "a" * 1_000_000}, 413)
    assert "Revenez à la page précédente" in page
    page = visitor.sends(desk, "ecrire", STRATEGY | {"diagnosis": long, "jeton": "f.f"}, 413)
    assert "Revenez à la page précédente" in page
    assert "aaaa" not in page


def test_a_text_that_is_too_long_can_be_shortened_by_everybody(server: Server, people: People) -> None:
    with chromium() as browser:
        context = browser.new_context(viewport=TELEPHONE, java_script_enabled=True)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{server.address}/candidatures?commune=34172&ecole=autre")
        page.locator("#motivation").fill("a" * 300_000)
        page.locator("#firstName").fill("Léa")
        page.get_by_role("button", name="Envoyer").click()
        assert violations(page) == []
        page.get_by_label("Pourquoi voulez-vous aider").fill("Pour aider.")
        page.get_by_role("button", name="Envoyer de nouveau").click()
        expect(page.locator("#firstName")).to_have_value("Léa")
        expect(page.locator("#motivation")).to_have_value("Pour aider.")


def test_a_file_that_is_too_heavy_is_named_beside_its_input(visitor: Visitor, people: People) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/contacts")
    heavy = sends_file(visitor, page, "/structure/contacts/import", "tout.csv", b"n" * 5_000_001)
    assert re.search('<a href="#file">Tableau : 5\\s+Mo au plus par fichier : « tout.csv ».</a>', heavy)
    over = sends_file(visitor, page, "/structure/contacts/import", "tout.csv", b"n" * 60_000_001)
    assert "60 Mo au plus, tous ensemble" in over


async def posted(body: bytes, kind: str, field: Field) -> str:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode())]
    request = Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}, receive)
    form = await Guard(b"secret", secure=False).posted(request, [field], with_files=True)
    return form.values[field.name]


@pytest.mark.parametrize(("length", "left"), [(300_000, 0), (300_001, 300_001)])
def test_what_nobody_types_beside_a_file_is_not_read_letter_by_letter(length: int, left: int) -> None:
    """Sixty million bytes of another script would keep everybody waiting for seconds."""
    files = {"heading": (None, "\N{ZERO WIDTH SPACE}" * length)}
    sent = httpx.Request("POST", "http://site/", files=files)
    text = asyncio.run(posted(sent.read(), sent.headers["content-type"], Field("heading", "Intitulé")))
    assert len(text) == left


def test_a_browser_shows_the_limit_and_gives_the_text_back(server: Server, people: People) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{server.address}/connexion?vers=/territoire/strategies")
        page.locator('button[value="COORDONNATEUR"]').click()
        page.get_by_text("Écrire une stratégie").click()
        page.get_by_label("Diagnostic").evaluate("(field, text) => field.value = text", "a" * 2_000_000)
        page.get_by_label("Diagnostic").evaluate("field => field.form.noValidate = true")
        page.get_by_role("button", name="Enregistrer cette version").click()
        expect(page.get_by_text("300 000 caractères au plus")).to_be_visible()
        page.go_back()
        assert len(page.get_by_label("Diagnostic").input_value()) == 2_000_000
