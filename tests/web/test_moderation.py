"""The national team publishes several animations at once, reads one whole, and refuses it with a usual reason."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from domain.kernel.actors import Role
from projections.engine.terms import touched
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from tests.support.people import COORDONNATEUR, DIRECTOR, SCHOOL, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server, token
from tests.support.visitor import Visitor, links
from web.moderation.read_models import NAMES

NBSP = "\N{NO-BREAK SPACE}"
DESKS = [f"/moderation/{page}" for page in ("recalcul", "questions", "territoires", "typologie/fusionner")]
STATUS = "query($id: ID!) { animation(id: $id) { status refusalReason } }"


@pytest.fixture(scope="module")
def declared(people: People) -> list[str]:
    days = ("2027-03-15", "2027-03-16", "2027-03-17")
    times = [{"startsAt": f"{day}T18:00:00+01:00", "endsAt": f"{day}T20:00:00+01:00"} for day in days]
    return [people.declare(title=f"Atelier {number}", **each) for number, each in enumerate(times, 1)]


def test_several_are_published_at_once_and_one_is_refused_with_a_usual_reason(
    declared: list[str], server: Server, people: People
) -> None:
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sees("/moderation?mots=atelier")
    assert f"3{NBSP}animations attendent" in page
    assert "Aucune ne répond à ces critères." in team.sees("/moderation?mots=cirque"), "others wait"
    assert '<a href="#animationIds">Cochez au moins une animation.</a>' in team.sends(page, status=422)
    request = team.form(page)
    fields = [*dict(pair.split("=") for pair in request.content.decode().split("&")).items()]
    chosen = [("animationIds", animation) for animation in declared[:2]]
    answer = team.http.post("/moderation", data={**dict(fields), "animationIds": [id for _, id in chosen]})
    assert answer.headers["location"] == "/moderation?publiees=2"
    page = team.sees(answer.headers["location"])
    assert f"2{NBSP}animations publiées" in page
    assert "Atelier 1" not in page

    path = f"/moderation/animations/{declared[2]}"
    page = team.sees(path)
    missing = team.sends(page, "refuser", status=422)
    assert '<a href="#refuser-reason">Motif : choisissez un motif courant, ou écrivez le vôtre.' in plain(missing)
    usual = "Le titre ne dit pas de quoi il s'agit."
    page = team.sends(page, "refuser", {"usual": usual, "reason": "Dites-en plus."})
    assert "L&#39;animation est refusée" in page
    seen = server.ask(STATUS, STRUCTURE, id=declared[2])["animation"]
    assert seen == {"status": "REFUSED", "refusalReason": f"{usual} Dites-en plus."}
    # What went another way meanwhile is named; the rest is published.
    fourth = people.declare(title="Atelier 4", startsAt="2027-03-18T18:00:00+01:00", endsAt="2027-03-18T20:00:00+01:00")
    late = team.http.post("/moderation", data={**dict(fields), "animationIds": [declared[0], fourth], "cle": ""})
    assert late.status_code == 422
    assert f"<li>C&#39;est fait : 1{NBSP}animation publiée.</li>" in late.text
    assert "<li>Non publiée : « Atelier 1 » (15/03/2027) : " in late.text
    assert "Lisez ceci avant de continuer" in late.text
    # A page that was gone back to, and sent with others ticked; then with what it leads to.
    fifth = people.declare(title="Atelier 5", startsAt="2027-03-19T18:00:00+01:00", endsAt="2027-03-19T20:00:00+01:00")
    back = team.http.post("/moderation?mots=atelier", data={**dict(fields), "animationIds": [fourth]})
    assert ("Vous avez déjà envoyé" in back.text, "idempotence" in back.text) == (True, False)
    request = team.form(back.text, values={"animationIds": fifth})
    assert team.http.send(request).headers["location"] == "/moderation?mots=atelier&publiees=1"


def test_each_read_model_has_a_name_for_people() -> None:
    assert NAMES.keys() == {each.name for each in projections(TermsInForce())}


def plain(page: str) -> str:
    return page.replace(NBSP, " ")


def looks(team: Visitor, change: str, values: dict[str, str], status: int = 200) -> str:
    return team.sees(f"/moderation/typologie/{change}?{urlencode(values | {'voir': 'oui'})}", status)


def figures(page: str) -> list[list[str]]:
    """The rows of the preview: animations before and after, parents before and after."""
    return [re.findall(r"<td[^>]*>([^<]*)", row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)[1:]]


def test_a_change_of_the_typology_is_looked_at_before_it_is_made(server: Server, people: People, monkeypatch) -> None:
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sees("/moderation/typologie")
    assert "/moderation/typologie/fusionner?term=THEME:temps-ecran" in links(page)
    page = team.sends(
        team.sees("/moderation/typologie/ajouter"), "ajouter", {"kind": "THEME", "label": "IA", "code": "ia"}
    )
    assert "Le choix est ajouté" in page
    people.declare(title="Deux thèmes", themes=["jeux-video", "temps-ecran"], type="cafe-des-parents")
    people.declare(title="Un thème", themes=["jeux-video"], type="seminaire")
    term = {"term": "THEME:jeux-video"}
    assert '<a href="#renommer-label">' in looks(team, "renommer", term, 422)
    assert '<a href="#fusionner-into">' in looks(team, "fusionner", term | {"into": "THEME:jeux-video"}, 422)
    nothing = looks(team, "scinder", term, 422)
    assert all(f'<a href="#scinder-{name}">' in nothing for name in ("into-1", "rest")), "all at once"
    renamed = looks(team, "renommer", term | {"label": "Le jeu"}).replace(NBSP, " ")
    assert "« Jeux vidéo » devient « Le jeu »." in renamed
    retired = looks(team, "retirer", {"term": "THEME:ia"})
    assert "Aucune animation n&#39;a ce choix." in retired
    # What an old address or another program may name is refused at its field.
    for wrong in ("zzz", "ZZ:x", "THEME:", "THEME:zzz"):
        for change, values in (("renommer", {"label": "X"}), ("retirer", {}), ("scinder", {"into-1": wrong})):
            assert f'<a href="#{change}-term">' in looks(team, change, {"term": wrong, "rest": wrong} | values, 422)
        assert '<a href="#fusionner-into">' in looks(team, "fusionner", term | {"into": wrong}, 422)
    assert "choisissez dans la liste" in team.sends(looks(team, "retirer", term), "retirer", {"term": "zzz"}, 422)
    needed = looks(team, "retirer", {"term": "AUDIENCE:parents"}, 422)
    assert "« Parents » ne peut être ni retiré" in needed.replace(NBSP, " ")
    page = looks(team, "fusionner", term | {"into": "THEME:ia"})
    assert f"2{NBSP}animations sont touchées, dont 2 à venir" in page
    assert figures(page) == [["2", "0", "0", "0"], ["0", "2", "0", "0"]]
    assert "suivent aussitôt" in page
    with monkeypatch.context() as bound:
        bound.setattr(touched, "FEW_STREAMS", 0)
        page = looks(team, "fusionner", term | {"into": "THEME:ia"})
        assert "recalculés à côté" in page
    never = {"into-1": "THEME:ia", "startsFrom-1": "2026-02-01", "startsBefore-1": "2026-01-01"}
    page = looks(team, "scinder", term | never | {"rest": "THEME:temps-ecran"}, 422)
    assert '<a href="#scinder-startsBefore-1">' in page
    everything = {"into-1": "THEME:ia", "rest": "THEME:temps-ecran"}
    assert '<a href="#scinder-animationTypes-1' in looks(team, "scinder", term | everything, 422)
    too_early = everything | {"startsBefore-1": "2020-01-01"}
    assert f"«{NBSP}IA{NBSP}» ne reçoit aucune animation" in looks(team, "scinder", term | too_early)
    parts = {"into-1": "THEME:ia", "animationTypes-1": "seminaire", "rest": "THEME:temps-ecran"}
    page = looks(team, "scinder", term | parts)
    before, after = (int(number) for number in figures(page)[2][:2])
    # One of the two showed both terms: it counts with the other once, before and after.
    assert (figures(page)[0][:2], figures(page)[1][:2], after - before) == (["2", "0"], ["0", "1"], 0)
    page = team.sends(page, "scinder")
    assert "Le choix est scindé" in page
    assert "Remplacé par IA, Temps d&#39;écran" in page
    page = team.sees("/moderation/recalcul")
    assert "parlent la typologie d'aujourd'hui" in page
    assert "parentalite rebuild" not in page
    failing = "UPDATE read_models.generations SET failed_position = %s WHERE name = 'animations' AND state = 'live'"
    with server.application.pool.connection() as conn:
        conn.execute(failing, (7,))
    page = team.sees("/moderation/recalcul")
    with server.application.pool.connection() as conn:
        conn.execute(failing, (None,))
    assert "<code>parentalite rebuild animations</code>" in page


def test_questions_are_worded_and_a_territory_joins(server: Server) -> None:
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sends(team.sees("/moderation/questions"), "attestation", {"questions": "Et alors ?\n\nEnsuite ?"})
    assert page.count("<li>Et alors") == 1
    refused = team.sends(page, "satisfaction", {"text-1": "Utile ?"}, status=422)
    assert '<a href="#satisfaction-kind-1">' in refused
    chosen = {"text-2": "Revenir ?", "kind-2": "CHOICE", "choices-2": "Oui\nNon"}
    page = team.sends(refused, "satisfaction", {"kind-1": "SCALE"} | chosen)
    assert "Choix dans une liste : Oui ; Non" in page
    page = team.sees("/moderation/territoires")
    refused = team.sends(page, "rejoindre", {"code": "34", "name": "Hérault", "timeZone": "Europe/Paris"}, status=422)
    page = team.sends(refused, "rejoindre", {"code": "48", "name": "Lozère", "timeZone": "Europe/Paris"})
    assert "Lozère (48)" in page
    assert "Nommer quelqu'un" in page
    islands = {"code": "988", "name": "Nouvelle-Calédonie", "timeZone": "Pacific/Noumea"}
    assert "Nouvelle-Calédonie (988)" in team.sends(page, "rejoindre", islands)


def test_roles_are_given_and_ended(server: Server) -> None:
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sees("/moderation/personnes?role=controleurs")
    assert '<a href="#admettre-until">' in team.sends(page, "admettre", {"subject": "cour"}, status=422)
    page = team.sends(page, "admettre", {"subject": "cour-des-comptes", "until": "2027-12-31"})
    assert "cour-des-comptes" in team.sees("/moderation/personnes?role=controleurs")
    page = team.sends(page, "nommer", {"subject": "camille", "territories": "34"})
    assert "camille" in team.sees("/moderation/personnes")
    page = team.sends(page, "finir")
    assert "Le mandat a pris fin" in page
    staff = {"subject": "directrice", "staffRole": "DIRECTOR", "territory": "34", "schools": SCHOOL}
    team.sends(page, "lier", staff)
    assert "directrice" in team.sees("/moderation/personnes?role=directions")


def test_who_was_invited_and_has_not_answered_yet_is_found_among_people(server: Server, people: People) -> None:
    team, here = Visitor(server.address).signs_in("TEAM"), "/moderation/personnes?role=invites"
    assert "Personne pour le moment" in team.sees(here)
    invitation = {"structureId": STRUCTURE_ID, "email": "nouveau@exemple.fr"}
    link = people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **invitation)["link"]
    page = team.sees(here)
    assert "nouveau@exemple.fr" in page
    assert "nouveau@exemple.fr" in team.sees(f"/territoire/structures/{STRUCTURE_ID}/personnes")
    assert f"/territoire/structures/{STRUCTURE_ID}/personnes" in links(page)
    accepting = token(Role.PARENT, "nouveau@exemple.fr")
    people.does("51-accept-an-invitation", accepting, link=link)
    assert "Personne pour le moment" in team.sees(here)
    assert "nouveau@exemple.fr" in team.sees("/moderation/personnes?role=structures")


def test_who_erases_somebody_is_led_to_each_text_that_may_name_them(server: Server, people: People) -> None:
    animation = people.declare(title="Café", startsAt="2027-03-22T18:00:00+01:00", endsAt="2027-03-22T20:00:00+01:00")
    people.publish(animation)
    for name in ("Zampano", "Sanstrace"):
        person = {"firstName": "Gelsomina", "lastName": name, "email": f"{name}@exemple.fr"}
        people.does("40-register-for-an-animation", None, animationId=animation, **person)
    text = "Avec Mme ZAMPANO, dès la rentrée."
    named = {"kind": "NEWS", "title": "Rentrée", "summary": text, "text": "Le détail.", "themes": ["ent-pronote"]}
    wish = {"schoolUai": SCHOOL, "theme": "ent-pronote", "wishedFrom": "2027-03-01", "wishedUntil": "2027-04-01"}
    strategy = {"objectives": [{"label": "Familles", "target": 250}], "targetSchools": [SCHOOL]}
    stakeholders = [{"name": "Région", "kind": "collectivité"}]
    project = {"uai": SCHOOL, "schoolYear": "2026-2027", "hasPart": True, "evidence": text}
    people.does("140-propose-a-publication", STRUCTURE, structureId=STRUCTURE_ID, **named)
    people.does("150-ask-for-an-animation", DIRECTOR, **wish, text=text)
    group = {"name": "GRAF 34", "territory": "34", "subject": text}
    people.does("240-open-an-action-research-group", COORDONNATEUR, **group)
    strategy |= {"territory": "34", "diagnosis": text, "stakeholders": stakeholders}
    people.does("210-write-a-strategy", COORDONNATEUR, **strategy)
    people.does("217-record-a-school-project", COORDONNATEUR, **project)
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sends(team.sees("/moderation/personnes"), "effacer", {"subject": "zampano@exemple.fr"})
    assert "Les données sont effacées." in page
    desks = ("moderation/publications", "territoire/(?:demandes|groupes|strategies|projets)")
    to_read = re.findall(rf'<li><a href="(/(?:{"|".join(desks)})[^"]*)">', page)
    assert len(to_read) == 5
    for path in to_read:
        assert "ZAMPANO" in team.sees(path)
    page = team.sends(page, "effacer", {"subject": "sanstrace@exemple.fr"})
    assert "Aucune publication, demande d&#39;animation" in page.replace("'", "&#39;")


def test_a_school_finds_what_waits_and_an_account_leads_to_its_desk(server: Server) -> None:
    director = Visitor(server.address).signs_in("DIRECTOR")
    assert 'href="/ecole"' in director.sees("/mon-compte")
    page = director.sees("/ecole")
    assert "candidature de parent à examiner" in page
    assert SCHOOL in page


@pytest.mark.parametrize("role", ["STRUCTURE", "COORDONNATEUR", "AUDITOR"])
def test_the_queue_does_not_exist_for_others(role: str, declared: list[str], visitor: Visitor) -> None:
    visitor.signs_in(role)
    for path in ("/moderation", "/moderation/typologie", "/moderation/personnes", "/ecole", *DESKS):
        visitor.sees(path, 404)
    visitor.sees(f"/moderation/animations/{declared[0]}", 404)


def test_a_text_that_was_corrected_is_blanked(server: Server, people: People) -> None:
    animation = people.declare(title="Café de Mme Inventée", description="Avec Mme Inventée.")
    for description in ("Avec Mme Inventée encore.", "Avec vous."):
        people.does("47-modify-an-animation", STRUCTURE, animationId=animation, description=description)
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sees(f"/moderation/animations/{animation}")
    assert page.count("« Café de Mme Inventée »</option>") == 2
    assert '<a href="#masquer-blanked">' in team.sends(page, "masquer", {"reason": "Une personne."}, 422)
    done = team.sends(page, "masquer", {"blanked": "1", "reason": "Une personne était nommée."})
    assert "L&#39;ancien texte n&#39;est plus montré" in done


def test_the_queue_says_that_an_animation_began_while_it_waited(server: Server, people: People) -> None:
    waiting = people.declare(title="Restée en attente")
    pages = {
        "TEAM": ("/moderation?mots=Restée", f"/moderation/animations/{waiting}"),
        "STRUCTURE": (f"/structure/animations/{waiting}",),
    }
    now = server.clock.now
    for moment, is_past in ((now, False), (now.replace(year=now.year + 1), True)):
        server.clock.now = moment
        try:
            for role, addresses in pages.items():
                visitor = Visitor(server.address).signs_in(role)
                assert [("Date passée" in visitor.sees(each)) for each in addresses] == [is_past] * len(addresses)
        finally:
            server.clock.now = now
