"""Links of the same name that lead to different places are told apart by those who hear links alone."""

from __future__ import annotations

import re

import pytest

from tests.support.people import COORDONNATEUR, DIRECTOR, SCHOOL, People
from tests.support.server import Server
from tests.support.visitor import Visitor
from tests.web.test_desks_in_a_browser import WISH
from web.core.pages import namesakes


def alike(page: str) -> list[str]:
    """The names of links of the page's content, with what describes them, that lead to several places."""
    main = page.partition("<main")[2]
    described = {name: _text(content) for name, content in re.findall(r'id="([^"]+)">(.*?)</p>', main, re.DOTALL)}
    places: dict[str, set[str]] = {}
    for attributes, content in re.findall(r"<a ([^>]*href=[^>]*)>(.*?)</a>", main, re.DOTALL):
        about = re.search(r'aria-describedby="([^"]+)"', attributes)
        name = f"{_text(content)} ({described[about[1]]})" if about else _text(content)
        places.setdefault(name, set()).update(re.findall(r'href="([^"]+)"', attributes))
    return [name for name, addresses in places.items() if len(addresses) > 1]


def _text(content: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


@pytest.fixture(scope="module")
def twice(server: Server, people: People) -> None:
    """Two of everything that bears a name."""
    for day in ("18", "19"):
        times = {"startsAt": f"2027-03-{day}T18:00:00+01:00", "endsAt": f"2027-03-{day}T20:00:00+01:00"}
        people.publish(people.declare(title="Café des parents", school=SCHOOL, **times))
        people.declare(title="À publier deux fois", **times)
        people.does("150-ask-for-an-animation", DIRECTOR, **WISH | {"wishedUntil": f"2027-03-{day}"})
        text = {
            "kind": "KIT",
            "title": "Kit",
            "summary": f"Le kit du {day}.",
            "text": "Le kit.",
            "themes": ["temps-ecran"],
        }
        people.does("140-propose-a-publication", COORDONNATEUR, territory="34", **text)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        *((None, path) for path in ("/animations", "/animations?vue=mois&mois=2027-03", "/ressources")),
        *(("STRUCTURE", path) for path in ("/structure", "/structure/demandes", "/mon-compte")),
        *(
            ("TEAM", "/moderation"),
            ("DIRECTOR", "/ecole"),
            ("DIRECTOR", "/ecole/demandes"),
            ("COORDONNATEUR", "/mon-compte"),
        ),
    ],
)
@pytest.mark.usefixtures("twice")
def test_what_bears_the_same_name_twice_is_told_apart(visitor: Visitor, role: str | None, path: str):
    if role:
        visitor.signs_in(role)
    assert alike(visitor.sees(path)) == []


def test_what_bears_its_name_alone_says_nothing_more(visitor: Visitor, server: Server, people: People):
    people.publish(people.declare(title="Seul de son nom"))
    assert re.search(r">Seul de son nom</a>", visitor.sees("/animations"))


def test_namesakes_are_those_that_share_all_of_what_is_compared():
    nodes = [{"a": 1, "b": {"c": each}} for each in (1, 1, 2)]
    assert namesakes(nodes, "a", "b.c") == {(1, 1)}
    assert namesakes(nodes[1:], "a", "b.c") == frozenset()
