"""Whoever is signed in says where to be written to, and erases what is held on them: by pages alone."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from application.followers.reacting import react
from tests.support.people import CANDIDATURE, DIRECTOR, NATIONAL, SCHOOL, STRUCTURE, STRUCTURE_ID, TEACHER, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links
from web.accounts.own import GROUPS, group_of
from web.accounts.waiting import tasks

CODES = '{ __type(name: "NotificationCode") { enumValues { name } } }'
PREFERENCES = "{ viewer { notificationCodes mailPreferences { email mutedCodes } } }"

NBSP = "\N{NO-BREAK SPACE}"
ANNE = {"firstName": "Anne", "lastName": "Blanc", "email": "anne@exemple.fr"}


def test_e_mails_are_muted_by_groups_and_what_was_muted_by_itself_stays(
    visitor: Visitor, people: People, server: Server
) -> None:
    people.does("69-say-where-to-be-written-to", STRUCTURE, email="a@exemple.fr", muted=["animation.refused"])
    page = visitor.signs_in("STRUCTURE").sees("/mon-compte")
    refused = visitor.sends(page, "preferences", {"email": "a@"}, status=422)
    assert '<a href="#email">' in refused
    page = visitor.sends(refused, "preferences", {"email": "b@exemple.fr", "mutedCodes": "DOSSIER"})
    assert "préférences sont enregistrées" in page
    viewer = server.ask(PREFERENCES, STRUCTURE)["viewer"]
    preferences = viewer["mailPreferences"]
    every = {each["name"] for each in server.ask(CODES, STRUCTURE)["__type"]["enumValues"]}
    assert [code for code in every if not group_of(code)] == []
    expected = {code for code in viewer["notificationCodes"] if group_of(code) == "DOSSIER"} | {"ANIMATION_REFUSED"}
    assert (preferences["email"], set(preferences["mutedCodes"])) == ("b@exemple.fr", expected)
    assert "DOSSIER_SUBMITTED" in every - expected


@pytest.mark.parametrize(
    ("role", "groups"),
    [
        ("STRUCTURE", set(GROUPS) - {"CANDIDATURE"}),
        ("COORDONNATEUR", set(GROUPS) - {"REGISTRATION", "STRUCTURE"}),
        ("TEAM", {"ANIMATION", "PUBLICATION", "CONVENTION", "WEBHOOK"}),
        ("DIRECTOR", {"REQUEST", "REGISTRATION", "CANDIDATURE"}),
        ("INSPECTOR", {"CANDIDATURE"}),
        ("TEACHER", {"REQUEST", "REGISTRATION"}),
        ("MEDIATEUR_HERE", {"REGISTRATION"}),
        ("AUDITOR", set()),
        ("PARENT", set()),
    ],
)
def test_nobody_is_offered_to_mute_what_never_comes_to_them(visitor: Visitor, role: str, groups: set[str]) -> None:
    page = visitor.signs_in(role).sees("/mon-compte")
    assert set(re.findall(r'name="mutedCodes" value="([A-Z]+)"', page)) == groups
    assert ('name="email"' in page) == bool(groups)
    assert ("Ce compte ne reçoit pas de messages." in page) == (not groups)


def test_a_teacher_hears_what_becomes_of_a_request_of_the_school(
    visitor: Visitor, people: People, server: Server
) -> None:
    wish = {"schoolUai": SCHOOL, "theme": "temps-ecran", "wishedFrom": "2027-03-01", "wishedUntil": "2027-04-01"}
    payload = people.does("150-ask-for-an-animation", TEACHER, **wish, audience="parents", text="Le soir")
    people.does("151-take-a-request-up", STRUCTURE, requestId=payload["request"]["id"], structureId=STRUCTURE_ID)
    with server.application.pool.connection() as conn:
        while react(conn):
            pass
    page = visitor.signs_in("TEACHER").sees("/mon-compte")
    address = f"/ecole/demandes/{payload['request']['id']}"
    assert f'<a href="{address}">Centre social Les Tilleuls prend en charge' in page
    visitor.sees(address)


def registers(visitor: Visitor, animation: str) -> str:
    """Register Anne as a parent who is signed in. Return the address of the registration."""
    visitor.signs_in("PARENT")
    answer = visitor.http.send(visitor.form(visitor.sees(f"/animations/{animation}"), values=ANNE))
    return answer.headers["location"].partition("?")[0]


def test_what_is_held_on_a_person_is_read_and_taken_along(visitor: Visitor, people: People, server: Server) -> None:
    animation = people.declare(title="Emporter")
    people.publish(animation)
    link = registers(visitor, animation)
    people.does("40-register-for-an-animation", None, animationId=animation, **ANNE | {"email": "autre@exemple.fr"})
    page = visitor.sees("/mon-compte/donnees")
    for held in ("Inscription : Emporter", "Inscription faite", "<dt>Prénom</dt><dd>Anne</dd>", "anne@exemple.fr"):
        assert held in page
    assert "autre@exemple.fr" not in page
    file = visitor.http.get("/mon-compte/donnees.json")
    assert file.headers["content-disposition"].startswith("attachment")
    (thing,) = file.json()["personalData"]["things"]
    assert (thing["kind"], thing["entries"][0]["data"]["last_name"]) == ("REGISTRATION", "Blanc")
    stranger = Visitor(server.address)
    assert f"{link}/donnees" in links(stranger.sees(link))
    assert "anne@exemple.fr" in stranger.sees(f"{link}/donnees")
    assert stranger.http.get(f"{link}/donnees.json").json()["personalData"]["things"] == [thing]
    stranger.sees("/inscriptions/x/donnees", 404)
    assert "<h1>Se connecter</h1>" in stranger.sees("/mon-compte/donnees")
    candidature = people.does("12-submit-a-candidature", None, **CANDIDATURE)
    people.does("13-give-an-opinion", DIRECTOR, candidatureId=candidature["candidature"]["id"], favourable=True)
    page = stranger.sees(f"/candidatures/{candidature['link']}/donnees")
    assert "Avis du directeur donné" in page
    # What is held may come from several territories.
    assert "Les heures y sont celles de Paris." in page
    assert "<dt>Degré</dt><dd>premier degré (école)</dd>" in page
    assert "<dt>Accepte les SMS</dt><dd>non</dd>" in stranger.sees(f"{link}/donnees")
    assert CANDIDATURE["motivation"] in page.replace("&#39;", "'")


def test_a_parent_erases_their_data_after_saying_so_twice(visitor: Visitor, people: People, server: Server) -> None:
    animation = people.declare(title="Effacer")
    people.publish(animation)
    link = registers(visitor, animation)
    assert "Anne" in visitor.sees(link)
    page = visitor.sees("/mon-compte/effacer")
    assert "Vous ne pourrez plus agir" not in page
    refused = visitor.sends(page, status=422)
    assert '<a href="#consent">' in refused
    assert "Vos données sont effacées" in visitor.sends(refused, values={"consent": "true"})
    assert "Anne" not in visitor.http.get(link).text
    assert "<h1>Se connecter</h1>" in visitor.sees("/mon-compte")


@pytest.mark.parametrize(("role", "status"), [("TEAM", 404), ("STRUCTURE", 200)])
@pytest.mark.usefixtures("people")
def test_the_national_team_erases_nobody_from_its_own_account(role: str, status: int, visitor: Visitor) -> None:
    page = visitor.signs_in(role).sees("/mon-compte/effacer", status)
    # What else ends with the data is said first.
    assert ("Vous ne pourrez plus agir comme : Structure, pour" in page) == (status == 200)


@pytest.mark.parametrize(
    ("role", "desk"),
    [("STRUCTURE", "/structure"), ("COORDONNATEUR", "/territoire"), ("TEAM", "/moderation"), ("DIRECTOR", "/ecole")],
)
def test_what_waits_for_somebody_leads_to_where_it_is_done(
    visitor: Visitor, people: People, role: str, desk: str
) -> None:
    visitor.signs_in(role)
    everything = tasks(desk, defaultdict(lambda: 2))
    assert everything
    for task in everything:
        # Criteria that a list does not know are named above it, with another status.
        assert "sans ce critère" not in visitor.sees(task.address), task


def test_an_account_says_what_waits(people: People, server: Server) -> None:
    refused = people.declare(title="À corriger")
    document = 'mutation($id: ID!) { animationRefuse(input: {animationId: $id, reason: "Trop loin"}) { position } }'
    server.ask(document, NATIONAL, id=refused)
    people.declare(title="À publier")
    page = Visitor(server.address).signs_in("STRUCTURE").sees("/mon-compte").replace(NBSP, " ")
    assert re.search(r'<a href="/structure\?etat=REFUSED#liste">[0-9]+ animations? refusées? à corriger</a>', page)
    assert "à publier" not in page
    page = Visitor(server.address).signs_in("TEAM").sees("/mon-compte").replace(NBSP, " ")
    assert re.search(r'<a href="/moderation">[0-9]+ animations? à publier</a>', page)
    assert "Ce qui vous attend" not in Visitor(server.address).signs_in("AUDITOR").sees("/mon-compte")


def test_each_notice_leads_to_its_page_and_is_new_until_it_was_read(
    visitor: Visitor, people: People, server: Server
) -> None:
    people.publish(people.declare(title="Publiée"))
    refused = people.declare(title="Refusée")
    document = 'mutation($id: ID!) { animationRefuse(input: {animationId: $id, reason: "Trop loin"}) { position } }'
    server.ask(document, NATIONAL, id=refused)
    people.does("12-submit-a-candidature", None, **CANDIDATURE)
    with server.application.pool.connection() as conn:
        while react(conn):
            pass
    for role in ("STRUCTURE", "COORDONNATEUR", "TEAM", "DIRECTOR"):
        reader = Visitor(server.address).signs_in(role)
        page = reader.sees("/mon-compte")
        opened = re.findall(r'<li>(?:<strong>Nouveau :</strong> )?<a href="([^"]+)">', page)
        assert opened, role
        assert {link: status for link in opened if (status := reader.http.get(link).status_code) != 200} == {}
    page = visitor.signs_in("STRUCTURE").sees("/mon-compte")
    assert f'<a href="/structure/animations/{refused}">' in page
    assert "Nouveau" in page
    read = visitor.http.send(
        next(visitor.form(part) for part in page.split("<h2") if "J'ai tout lu" in part), follow_redirects=True
    ).text
    assert "C&#39;est noté : vous avez tout lu" in read.replace("\N{NO-BREAK SPACE}", " ")
    assert "Nouveau" not in read
