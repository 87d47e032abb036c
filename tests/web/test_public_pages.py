"""A parent finds an animation, and says afterwards what it was worth: by pages alone, without scripts."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise

import pytest

from application.followers.reacting import react
from tests.support.people import NATIONAL, STRUCTURE, People
from tests.support.server import SITE, Server
from tests.support.visitor import Visitor, links


@pytest.fixture(scope="module")
def cafe(people: People) -> str:
    """Of one seat, elsewhere, on another day."""
    cafe = people.declare(
        title="Un café <b>entre parents</b>",
        startsAt="2027-04-20T09:00:00+02:00",
        endsAt="2027-04-20T10:00:00+02:00",
        communeCode="34301",
        themes=["educonnect"],
        accessibility=["langue-des-signes"],
        languages=["ar"],
        seats=1,
    )
    people.publish(cafe)
    return cafe


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Pronote", "entre parents"]),
        ("?theme=educonnect", ["entre parents"]),
        ("?lieu=34200", ["entre parents"]),
        ("?lieu=Montpellier", ["Pronote"]),
        ("?au=2027-03-15&utm_source=lettre", ["Pronote"]),
        ("?startsFrom=2027-03-16", ["entre parents"]),
        ("?startsFrom=16/03/2027", ["entre parents"]),
        ("?text=PRONOTE+sans&seatsLeft=true", ["Pronote"]),
        ("?territory=13", []),
        ("?accessibility=langue-des-signes", ["entre parents"]),
        ("?language=ar", ["entre parents"]),
        ("?lieu=Montpellier&voisines=true", ["Pronote"]),
        ("?lieu=Balaruc-les-Bains&voisines=true", ["entre parents"]),
    ],
)
def test_a_reader_finds_what_is_to_come_by_place_theme_and_date(
    query: str, titles: list[str], visitor: Visitor, animation: str, cafe: str
) -> None:
    page = visitor.sees(f"/animations{query}")
    shown = re.findall(r'<h3><a href="/animations/([\w-]+)"[^>]*>', page)
    assert shown == [{"Pronote": animation, "entre parents": cafe}[title] for title in titles]
    assert "<b>" not in page


@pytest.mark.parametrize("view", ["", "&vue=mois"])
def test_who_finds_nothing_in_a_commune_is_led_to_those_around(visitor: Visitor, cafe: str, view: str) -> None:
    page = visitor.sees(f"/animations?lieu=Balaruc-les-Bains{view}")
    around = next(link for link in links(page) if "around=" in link)
    assert "Chercher aussi dans les communes voisines" in page
    if not view:
        assert cafe in visitor.sees(around.replace("&amp;", "&"))


def test_a_place_that_means_several_communes_is_asked_about_and_an_unknown_one_is_named(visitor: Visitor) -> None:
    page = visitor.sees("/animations?lieu=saint-jean-de&theme=educonnect")
    choices = [link for link in links(page) if "commune=" in link]
    assert len(choices) > 1
    assert all("theme=educonnect" in link for link in choices)
    page = visitor.sees("/animations?lieu=Nullepart-sur-Mer&startsFrom=demain&au=9999-12-31", 422)
    assert "<title>Erreur : Animations à venir" in page
    assert '<a href="#au">Jusqu&#39;au : une date est attendue' in page
    assert '<a href="#lieu">Nous ne connaissons pas de commune « Nullepart-sur-Mer »' in page


@pytest.mark.parametrize(
    ("query", "remark"),
    [
        ("theme=x", "Thème : nous ne connaissons pas « x »."),
        (
            "theme=temps-ecran&theme=nope&theme=rien",
            "Thème : nous ne connaissons pas « nope », « rien ». Voici la liste avec le reste de ce critère.",
        ),
        ("type=x&audience=y", "Public : nous ne connaissons pas « y »."),
        ("territory=zz", "Département : nous ne connaissons pas « zz »."),
        ("venueType=x", "Type de lieu : nous ne connaissons pas « x »."),
        ("structureId=x", "Structure : nous ne connaissons pas « x »."),
        ("structureId=00000000-0000-4000-8000-000000000000", "Structure : nous ne connaissons pas « 00000000-"),
        ("around=99999", "Commune ou code postal : nous ne connaissons pas « 99999 »."),
        ("language=zz", "Langue : nous ne connaissons pas « zz »."),
        ("startsFrom=02/03/2027&au=2027-03-01", "Jusqu&#39;au : le 01/03/2027 vient avant le début cherché."),
        ("commune=Nullepart", "Nous ne connaissons pas de commune « Nullepart »."),
    ],
)
def test_what_no_list_knows_is_named_as_people_see_it_above_the_list_without_it(
    visitor: Visitor, animation: str, query: str, remark: str
) -> None:
    page = visitor.sees(f"/animations?{query}", 422)
    assert remark in page
    assert animation in page
    assert "where." not in page


def test_a_commune_may_be_named_in_the_address(visitor: Visitor) -> None:
    posted = visitor.http.get("/animations?lieu=13001").headers["location"]
    assert "commune=13201" in posted
    assert "commune=13001" not in posted
    assert "Aix" not in visitor.sees("/candidatures?lieu=13001")
    assert 'value="Aix-en-Provence"' in visitor.sees("/animations?commune=13001")
    for path in ("/animations", "/candidatures"):
        answer = visitor.http.get(f"{path}?commune=Montpellier")
        assert (answer.status_code, "commune=34172" in answer.headers["location"]) == (303, True)
    page = visitor.sees("/candidatures?commune=Nullepart", 422)
    assert "Nous ne connaissons pas de commune « Nullepart »." in page


def test_a_month_is_shown_day_by_day_with_the_filters_of_the_list(
    visitor: Visitor, people: People, animation: str, cafe: str
) -> None:
    times = [f"2027-04-20T{hour}:00:00+02:00" for hour in (17, 18, 19, 20)]
    for title, (start, end) in {f"Suite {hour}": pair for hour, pair in enumerate(pairwise(times))}.items():
        people.publish(people.declare(title=title, startsAt=start, endsAt=end, themes=["educonnect"]))
    listed = visitor.sees("/animations?theme=educonnect&startsFrom=2027-04-01")
    (path,) = (link for link in links(listed) if "vue=mois" in link)
    page = visitor.sees(path)
    assert '<h2 id="resultats">Avril 2027 : 4\N{NO-BREAK SPACE}animations</h2>' in page
    shown = re.findall(r'<a href="/animations/[\w-]{36}">(.*)</a>', page)
    assert shown == ["Un café &lt;b&gt;entre parents&lt;/b&gt;", "Suite 0", "Suite 1"]
    (whole_day,) = (link for link in links(page) if "au=2027-04-20" in link)
    assert visitor.sees(whole_day).count('<li class="site-card">') == 4
    kept = "theme=educonnect&startsFrom=2027-04-01&startsBefore=2027-05-01"
    assert {f"/animations.{kind}?{kept}" for kind in ("ics", "atom", "csv")} <= set(links(page))
    before, after = [link for link in links(page) if re.search("mois=2027-0[35]", link)][:2]
    assert "Aucune animation ce mois-ci" in visitor.sees(before)
    assert "theme=educonnect" in before
    assert "mois=2027-05" in after
    assert animation in visitor.sees("/animations?vue=mois&mois=03/2027&startsFrom=2030-01-01")
    assert '<a href="#mois">Mois : un mois est attendu' in visitor.sees("/animations?vue=mois&mois=hier&theme=x", 422)


def test_the_table_of_a_list_holds_what_the_list_does(visitor: Visitor, animation: str) -> None:
    tables = [
        next(link for link in links(visitor.sees(f"/animations{query}")) if link.startswith("/animations.csv"))
        for query in ("", "?theme=educonnect", "?startsFrom=2026-01-01", "?au=2027-04-01")
    ]
    assert tables == [
        "/animations.csv?upcoming=true",
        "/animations.csv?theme=educonnect&upcoming=true",
        "/animations.csv?startsFrom=2026-01-01",
        "/animations.csv?startsBefore=2027-04-02&upcoming=true",
    ]
    assert all(visitor.http.get(table).status_code == 200 for table in tables)


def test_titles_say_where_a_list_continues(visitor: Visitor, server: Server, people: People) -> None:
    for title in ("Avant", "Après"):
        people.publish(people.declare(title=title))
    first = server.ask(
        "{ animations(first: 1, orderBy: [{field: STARTS_AT, direction: ASC}]) { pageInfo { endCursor } } }", None
    )["animations"]["pageInfo"]
    read = {path: visitor.sees(path) for path in ("/animations", f"/animations?after={first['endCursor']}")}
    titles = [re.findall("<title>(.*?) –", page) for page in read.values()]
    assert titles == [["Animations à venir"], ["Animations à venir (suite)"]]
    visitor.signs_in("STRUCTURE")
    notices = "{ viewer { notifications(first: 1) { pageInfo { endCursor } } } }"
    with server.application.pool.connection() as conn:
        while react(conn):
            pass
    cursor = server.ask(notices, STRUCTURE)["viewer"]["notifications"]["pageInfo"]["endCursor"]
    assert "<title>Mon compte (suite) –" in visitor.sees(f"/mon-compte?after={cursor}")


def test_what_is_not_published_is_shown_as_little_as_what_does_not_exist(visitor: Visitor, people: People) -> None:
    refused = people.declare(title="Jamais publiée")
    people.does("37-refuse-an-animation", NATIONAL, animationId=refused, reason="Hors programme.")
    assert "Jamais" not in visitor.sees(f"/animations/{refused}", 404)


def test_styles_and_fonts_are_kept_for_a_year_and_the_first_page_is_light(visitor: Visitor) -> None:
    page = visitor.http.get("/")
    size = int(page.headers["content-length"])
    for address in set(re.findall(r'"(/assets/[^"]+)"', page.text)):
        asset = visitor.http.get(address)
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        size += int(asset.headers["content-length"])
        for name in set(re.findall(r"url\(((?:fonts)/[^)]+)\)", asset.text)):
            assert visitor.http.get(f"{address.rpartition('/')[0]}/{name}").headers["content-type"] == "font/woff2"
    assert size < 100_000


def test_parents_say_what_an_animation_was_worth_once_and_closed_or_unknown_links_help(
    visitor: Visitor, people: People, server: Server, animation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.does("119-word-the-satisfaction-form", NATIONAL, questions=QUESTIONS)
    query = "query($id: ID!) { animation(id: $id) { questionnaireUrl } }"
    link = server.ask(query, STRUCTURE, id=animation)["animation"]["questionnaireUrl"].removeprefix(SITE)
    early = visitor.sees(link)
    assert "<h1>Le questionnaire n&#39;est pas encore ouvert</h1>" in early
    assert "Le questionnaire s&#39;ouvre au début de l&#39;animation." in early
    assert "jeton" not in early
    monkeypatch.setattr(server.clock, "now", datetime.fromisoformat("2027-03-15T18:00:00+01:00"))
    page = visitor.sees(link)
    assert "Vos réponses sont anonymes" in page
    assert "Que changer\N{NO-BREAK SPACE}?" in page
    assert "textarea" not in page
    refused = visitor.sends(page, values={"question-1": "4"}, status=422)
    assert '<a href="#question-2">« Reviendrez-vous ? » : choisissez une réponse.' in refused
    assert 'value="4" checked' in refused
    assert "choisissez dans la liste" in visitor.sends(page, values=ANSWERS | {"question-1": "9"}, status=422)
    stale = visitor.sends(page, values=ANSWERS | {"formVersion": "7"}, status=422)
    assert "Le questionnaire a changé" in stale
    form = visitor.form(page, values=ANSWERS)
    answers = [visitor.http.send(form) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    thanks = visitor.sees(answers[1].headers["location"])
    assert "<h1>Merci pour votre réponse</h1>" in thanks
    assert "votre première réponse est gardée, et elle compte une seule fois" in thanks
    with server.application.pool.connection() as conn:
        assert conn.execute("SELECT answers FROM questionnaire_tallies").fetchall() == [(1,)]
    other = visitor.form(visitor.sees(link), values=ANSWERS)
    thanks = visitor.http.send(other, follow_redirects=True).text
    assert "Elle s'ajoute à celles des autres participants" in thanks
    assert "première réponse" not in thanks
    opened = visitor.form(visitor.sees(link), values=ANSWERS)
    monkeypatch.setattr(server.clock, "now", datetime.fromisoformat("2027-04-15T18:00:00+02:00"))
    again, late = visitor.http.send(form), visitor.http.send(opened)
    assert again.headers["location"].endswith("?etape=deja")
    assert late.status_code == 422
    for words in (
        "Le questionnaire est fermé",
        "14 jours après",
        "Vos réponses ne sont pas enregistrées",
        "Vous pouvez dire votre avis",
    ):
        assert words in late.text
    assert "mène à aucun questionnaire" in visitor.sees(f"{link[:-3]}AAA", 404)


QUESTIONS = [
    {"text": "Utile ?", "kind": "SCALE"},
    {"text": "Reviendrez-vous ?", "kind": "CHOICE", "choices": ["Oui & plus", "Non"]},
    {"text": "Que changer ?", "kind": "TEXT"},
]
ANSWERS = {"question-1": "4", "question-2": "Oui & plus"}
