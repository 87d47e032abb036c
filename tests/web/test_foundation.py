"""What holds for all pages: their documents, the State's marks, what is logged of a link."""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
from typing import Any

import pytest
from graphql import parse, validate
from starlette.requests import Request
from starlette.routing import Route, Router

from api.schema import schema
from cli.logs import RequestLog
from web.accounts.data import OwnData
from web.accounts.pages import Accounts
from web.candidatures.candidature import CandidaturePage
from web.core.assets import Assets, assets
from web.core.cookies.done import Done
from web.core.cookies.lists import Lists
from web.core.cookies.sessions import Sessions
from web.core.documents import ROOT, documents
from web.core.problems import Problem
from web.core.rendering import Templates
from web.registrations.registration import RegistrationPage
from web.satisfaction.questionnaire import QuestionnairePage


def test_every_document_is_one_that_the_schema_answers():
    for each in documents():
        assert validate(schema._schema, parse(each.text)) == [], each.name


def test_every_page_says_when_an_animation_is_in_the_time_of_its_place():
    for path in sorted(ROOT.rglob("*.html")):
        spans = re.findall(r"span\([^()]*\)", path.read_text(encoding="utf-8"))
        assert all("territory.timeZone" in each for each in spans), (path.name, spans)


def test_a_page_with_a_form_that_can_be_refused_says_so_in_its_title():
    """What a screen reader says first of a page is its title."""
    silent = []
    for path in sorted(ROOT.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        may_fail = "page.summary(" in text or "page.outcome(done, posted)" in text
        if may_fail and "{% block title %}" in text and "Erreur" not in text.partition("{% block title %}")[2][:300]:
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_forms_are_checked_by_the_site_alone_in_french_and_all_at_once():
    """A browser says what it misses in its own language, one field at a time, and shows no summary."""
    checked = []
    for path in sorted(ROOT.rglob("*.html")):
        tags = re.findall(r"<form [^\n]*", path.read_text(encoding="utf-8"))
        checked += [(path.name, tag) for tag in tags if 'method="post"' in tag and " novalidate" not in tag]
    assert checked == []


def test_a_search_that_is_not_understood_is_said_in_the_title_and_above_the_page():
    silent = []
    for path in sorted(ROOT.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if path.name not in ("macros.html", "searched.html") and "page.words(" in text:
            title = re.search(r"block title %}{{ \"Erreur : \" if [^}]*\.error }}", text) and "page.to_correct(" in text
            silent += [] if title else [str(path.relative_to(ROOT))]
    assert silent == []


def test_a_page_below_a_list_is_titled_by_what_it_is_of():
    """Tabs, histories and screen readers tell two candidatures apart by their titles alone."""
    below = re.compile(r"trail\(\[\(.*\), \(.*\)\], ")
    alike = []
    for path in sorted(ROOT.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        title = re.search(r"{% block title %}(?:{{ \"Erreur : \"[^}]*}})?(.*?){% endblock %}", text)
        if below.search(text) and title and "{{" not in title[1]:
            alike.append(str(path.relative_to(ROOT)))
    assert alike == []


def test_what_a_form_led_to_takes_the_focus_without_scripts():
    """What is read after a form was sent is what became of it; a warning beside a list waits for its turn."""
    waits = re.compile(r"data-refusal|fr-alert--warning")
    message = re.compile(r"<[^>]*role=\"(?:alert|status)\"[^>]*>")
    silent = [
        f"{path.relative_to(ROOT)}: {tag}"
        for path in sorted(ROOT.rglob("*.html"))
        for tag in message.findall(path.read_text(encoding="utf-8"))
        if not waits.search(tag) and 'tabindex="-1" autofocus' not in tag
    ]
    assert silent == []


def test_a_page_that_shows_how_long_a_list_is_says_where_it_was_counted_no_further():
    bare = re.compile(r"totalCount[^}]*\|\s*(plural|count)\b")
    templates = sorted(ROOT.rglob("*.html"))
    assert [str(path.relative_to(ROOT)) for path in templates if bare.search(path.read_text(encoding="utf-8"))] == []


def test_a_fragment_is_escaped_and_written_anew_for_other_values():
    templates = Templates(Sessions(b"secret", False), Done(b"secret", False), Lists(b"secret", False), assets="")
    terms: list[dict[str, object]] = [
        {"code": "a", "label": "L'<écran>"},
        {"code": "b", "label": "Jeux", "retired": True},
    ]
    choice = {"name": "theme", "label": "Thème", "any": "Tous"}
    first = templates.fragment("layout/choice", **choice, terms=terms, chosen=[])
    assert '<option value="a">L&#39;&lt;écran&gt;</option>' in first
    assert "Jeux" not in first
    assert templates.fragment("layout/choice", **choice, terms=terms, chosen=[]) is first
    terms[1]["retired"] = False
    assert '<option value="b" selected>Jeux' in templates.fragment("layout/choice", **choice, terms=terms, chosen=["b"])


def test_a_site_that_is_not_of_the_state_bears_none_of_its_marks():
    plain, official = assets(state=False), assets(state=True)
    request = Request(
        {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "path_params": {}}
    )
    pages = {
        brand: Templates(
            Sessions(b"secret", False),
            Done(b"secret", False),
            Lists(b"secret", False),
            brand=brand,
            assets="",
            menu=(),
            footer=(),
        )
        .page(request, "layout/problem", problem=Problem.missing())
        .body
        for brand in ("state", "none")
    }
    assert "République".encode() in bytes(pages["state"])
    assert "République".encode() not in bytes(pages["none"])
    assert plain.address != official.address
    assert any("Marianne" in name for name in official.names)
    assert not any("Marianne" in name or "favicon" in name for name in plain.names)


def test_the_styles_hold_no_component_that_no_page_uses():
    """Each first visit waits for them, on a line that may be slow."""
    pages = " ".join(
        path.read_text(encoding="utf-8") for suffix in ("html", "py") for path in ROOT.rglob(f"*.{suffix}")
    )
    components = [path.stem for path in (ROOT / "assets" / "dsfr" / "css").glob("*.css")]
    used = {"core", "form", *(re.findall(r"\bfr-([a-z]+)", pages.replace("fr-btn", "fr-button")))}
    assert sorted({each.replace("skiplink", "skiplinks") for each in components} - used) == []


def test_a_first_page_is_light_enough_for_a_slow_line():
    """Styles and scripts, compressed: the HTML of a list adds some 6 kB and icons 2, and the budget is 100."""
    site = assets(state=True)
    sizes = {name: len(served(site, name)) for name in site.names if name.endswith((".css", ".js"))}
    assert sum(sizes.values()) < 60_000, sizes


def served(site: Assets, name: str) -> bytes:
    scope = {
        "type": "http",
        "path": "/",
        "headers": [],
        "query_string": b"",
        "path_params": {"name": name},
    }
    return bytes(site.get(Request(scope)).body)


@pytest.mark.parametrize("state", [True, False])
def test_the_styles_name_no_icon_that_is_not_served(state: bool):
    site = assets(state=state)
    named = set(re.findall(rb"url\((icons/[^)]+)\)", gzip.decompress(served(site, "site.css"))))
    assert {name.decode() for name in named} <= site.names
    assert named


@pytest.mark.parametrize("page", [RegistrationPage, CandidaturePage, QuestionnairePage, Accounts, OwnData])
def test_a_link_that_lets_its_holder_act_is_not_logged(page: Any, caplog: pytest.LogCaptureFixture):
    async def answer(request: Request) -> None:
        raise AssertionError

    class Paths:
        def route(self, path: str, handler: object, *methods: str) -> Route:
            return Route(path, answer)

        desk = route

    routes = [route for route in page(Paths(), *([[]] if page is Accounts else [])).routes if "{" in route.path]
    assert routes
    site = RequestLog(Router(routes))

    async def send(message: object) -> None:
        pass

    for route in routes:
        path = re.sub(r"\{\w+\}", "secret", route.path)
        scope = {"type": "http", "method": "POST", "path": path, "headers": []}
        with caplog.at_level(logging.INFO, "parentalite.requests"):
            asyncio.run(site(scope, None, send))  # type: ignore[arg-type]
    assert {record.path.split("/")[2] for record in caplog.records} == {"…"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("contact", "written_to"), [("acces@exemple.fr", ["acces@exemple.fr"]), ("", [])])
def test_the_declaration_of_accessibility_says_what_was_tried_when_and_whom_to_write_to(contact, written_to):
    templates = Templates(
        Sessions(b"", False), Done(b"", False), Lists(b"", False), brand="none", assets="", menu=(), footer=()
    )
    request = Request(
        {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "path_params": {}}
    )
    page = bytes(templates.page(request, "information/accessibility", contact=contact).body).decode()
    assert re.findall(r'href="mailto:([^"]+)"', page) == written_to
    for needed in ("non conforme", "Établissement de cette déclaration", "2026", "Chromium", "Défenseur des droits"):
        assert needed in page
