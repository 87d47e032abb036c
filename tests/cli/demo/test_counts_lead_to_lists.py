"""Each count on a desk of the demonstration leads to a list of exactly as many rows, whoever looks."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest

from cli.composition import Runtime
from cli.demo import season as demonstration_season
from cli.demo.roles import cast_roles
from cli.demo.season import load_once, structure_of
from domain.kernel.actors import Role
from domain.kernel.identifiers import structure_id
from tests.support.server import MASTER_KEY, Clock, running_server, token
from tests.support.visitor import Visitor

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
HTML = "{http://www.w3.org/1999/xhtml}"
DESKS = {
    Role.STRUCTURE: "/structure",
    Role.COORDONNATEUR: "/territoire",
    Role.DIRECTOR: "/ecole",
    Role.INSPECTOR: "/ecole",
    Role.HEAD: "/ecole",
    Role.TEACHER: "/ecole",
    Role.NATIONAL: "/moderation",
    Role.AUDITOR: "/territoire",
    Role.MEDIATEUR: "/mediateur",
}
_OWN = re.compile(r"/(structure|territoire|ecole|moderation|controle|mediateur|mon-compte)\b[^.]*")
#: « 5 attestations à remplir », « Toutes les formations (12) »; no date, no telephone.
_COUNT = re.compile(
    r"(?:Toutes les )?(\d+) (?!janv|févr|mars|avril|mai |juin|juil|août|sept|oct|nov|déc)[a-zé]|Toutes les .*\((\d+)\)$"
)
_MOST_PAGES = 25

Desks = dict[str, tuple[Visitor, list[str]]]


@pytest.fixture
def environment(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The command and the server of tests read the same personal data."""
    monkeypatch.setenv("PARENTALITE_MASTER_KEY", b64encode(MASTER_KEY).decode())
    return environment


@pytest.fixture
def desks(opened: Runtime, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desks]:
    """A visitor in each role, with the pages to begin at: their desk, their account, a structure with dossiers."""
    # Nothing of these is counted on a desk.
    for name in ("answer_questionnaires", "publish_resources", "set_logos", "measure"):
        monkeypatch.setattr(demonstration_season, name, lambda *_: 0)
    load_once(opened, 60, NOW)
    with opened.connection() as conn:
        parts = [part for part in cast_roles(conn, NOW) if part.role in DESKS]
    offers = {
        part.role.name: token(
            part.role, part.subject, sirets=part.sirets, territories=part.territories, schools=part.schools
        )
        for part in parts
    }
    with running_server(database_url, Clock(NOW), offers=offers) as server:
        begin = {part.role.name: [DESKS[part.role], "/mon-compte"] for part in parts}
        for siret in structure_of(parts):
            begin["COORDONNATEUR"].append(f"/territoire/structures/{structure_id(siret)}")
        yield {role: (Visitor(server.address).signs_in(role), pages) for role, pages in begin.items()}


def test_each_count_with_a_link_leads_to_as_many_rows(desks: Desks) -> None:
    counts, wrong = Counter[str](), list[str]()
    for role, (visitor, begin) in desks.items():
        for page, address, number, words in _counts(visitor, begin):
            counts[role] += 1
            if number != (rows := _rows(visitor, address)):
                wrong.append(f"{role}, {page}: « {words} » leads to {rows} rows, {address}")
    assert wrong == []
    assert counts.keys() >= {"STRUCTURE", "COORDONNATEUR", "DIRECTOR", "INSPECTOR", "HEAD", "TEACHER"}


def _counts(visitor: Visitor, begin: list[str]) -> Iterator[tuple[str, str, int, str]]:
    """Walk the pages from these on, one of each form. Yield each count: where, its link, its number and words."""
    to_see, seen, forms, met = [*begin], set[str](), set[str](), set[str]()
    while to_see and len(seen) < _MOST_PAGES:
        page = to_see.pop(0)
        if page in seen:
            continue
        seen.add(page)
        for link, words in _links(visitor.http.get(page, follow_redirects=True).text):
            address = urljoin(page, link)
            if (count := _COUNT.match(words)) and address.startswith("/") and address not in met:
                met.add(address)
                yield page, address, int(count[1] or count[2]), words
            path, names = urlsplit(address).path, sorted(name for name, _ in parse_qsl(urlsplit(address).query))
            form = f"{re.sub('[0-9a-f]{8}-[-0-9a-f]+', 'ID', path)} {names}"
            if _OWN.fullmatch(path) and form not in forms:
                forms.add(form)
                to_see.append(address.partition("#")[0])


def _rows(visitor: Visitor, address: str) -> int:
    """Return how many rows the list has on all its pages: the first list at the place that the address names."""
    path, _, place = address.partition("#")
    rows, page, seen = 0, path, set[str]()
    while page:
        assert page not in seen, "it leads in circles"
        seen.add(page)
        text = visitor.http.get(page, follow_redirects=True).text
        rows += _rows_of(_main(text), place)
        page = next(
            (urljoin(path, link).partition("#")[0] for link, words in _links(text) if words == "Page suivante"), ""
        )
    return rows


def _rows_of(main: Element, place: str) -> int:
    reached = not place
    for element in main.iter():
        reached = reached or element.get("id") == place
        if reached and {"site-rows", "site-cards"} & set(element.get("class", "").split()):
            return len(element.findall(f"{HTML}li"))
        if reached and element.tag == f"{HTML}tbody":
            return len(element.findall(f"{HTML}tr"))
    return 0


def _main(page: str) -> Element:
    return next(html5lib.parse(page).iter(f"{HTML}main"))


def _links(page: str) -> list[tuple[str, str]]:
    """Return the links of a page's content, each with its words."""
    return [
        (link.get("href", ""), " ".join("".join(link.itertext()).replace("\u202f", "").split()))
        for link in _main(page).iter(f"{HTML}a")
    ]
