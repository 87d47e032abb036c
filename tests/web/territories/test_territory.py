"""A coordonnateur sees what each structure owes and what happened to it; others find no such page."""

from __future__ import annotations

import html
import re
from datetime import datetime

import pytest

from tests.support.people import CONVENTION, COORDONNATEUR, OTHER_SIRET, STRUCTURE, STRUCTURE_ID, People
from tests.support.people import NATIONAL as TEAM
from tests.support.server import Server
from tests.support.visitor import Visitor, links
from web.core.french import agent, typography

STRUCTURE_PAGE = f"/territoire/structures/{STRUCTURE_ID}"
CONVENTIONS = (
    "query($siret: String) { structure(siret: $siret) { id conventions { id ratePerAnimation requiredPieces } } }"
)
PAGES = ("/territoire", "/territoire/attestations", STRUCTURE_PAGE)


@pytest.fixture(scope="module")
def owing(server: Server, people: People) -> None:
    """One attestation is due since yesterday, another since long."""
    days = {"Un retard": "2027-01-18", "À faire": "2027-02-19"}
    for title, day in days.items():
        times = {"startsAt": f"{day}T18:00:00+01:00", "endsAt": f"{day}T20:00:00+01:00"}
        people.publish(people.declare(title=title, **times))
    moved = people.declare(title="Déplacée", startsAt="2027-03-18T18:00:00+01:00", endsAt="2027-03-18T20:00:00+01:00")
    people.does("47-modify-an-animation", STRUCTURE, animationId=moved, seats=20, venueName="Mairie")
    server.clock.now = datetime.fromisoformat("2027-02-20T12:00:00+01:00")


@pytest.mark.usefixtures("owing")
def test_a_coordonnateur_sees_what_each_structure_owes_and_everything_that_happened(visitor: Visitor) -> None:
    visitor.signs_in("COORDONNATEUR")
    page = visitor.sees("/territoire?doit=oui")
    assert "Centre social Les Tilleuls" in page
    assert "1\N{NO-BREAK SPACE}attestation en retard" in page
    assert "1\N{NO-BREAK SPACE}attestation à faire" in page
    assert "Les Tilleuls" not in visitor.sees("/territoire?doit=non")
    assert "Les Tilleuls" not in visitor.sees("/territoire?nom=mairie")
    page = visitor.sees("/territoire/attestations")
    assert page.index("Un retard") < page.index("À faire")
    assert page.count("En retard") == 1
    page = visitor.sees(STRUCTURE_PAGE)
    assert "dont 1 depuis plus de sept jours" in page
    assert "Animation publiée\N{NO-BREAK SPACE}: Un retard" in page
    assert "Places\N{NO-BREAK SPACE}: 12 → 20" in page
    assert "→ Mairie" in page
    assert page.index("Animation publiée") < page.index("Convention signée")
    assert "le dernier enregistré en premier" in page


@pytest.mark.usefixtures("owing")
def test_the_timeline_names_the_animation_of_registrations_and_who_acted_in_words(
    visitor: Visitor, people: People
) -> None:
    animation = people.declare(title="Soirée jeux")
    people.publish(animation)
    for name in ("a", "b"):
        registrant = {"firstName": name, "lastName": "Martin", "email": f"{name}@example.org"}
        people.does("40-register-for-an-animation", None, animationId=animation, **registrant)
    page = visitor.signs_in("COORDONNATEUR").sees(STRUCTURE_PAGE)
    assert "Inscription faite\N{NO-BREAK SPACE}: Soirée jeux (2 fois)" in page
    assert "Par une personne sans compte. Événements n°" in page
    assert "Par la structure" in page
    for account in (None, "equipe-nationale", "structure-86212304-77b7", "Structure 12"):
        assert agent("NATIONAL", account) == "l'équipe nationale"
    for name in ("Jeanne Martin", "j.martin", "j2@ac-poitiers.fr"):
        assert agent("COORDONNATEUR", name) == f"le coordonnateur ({name})"
    assert typography("Début : de 18 h 00 à 20 h 30").endswith("de 18\N{NO-BREAK SPACE}h à 20 h 30")


@pytest.mark.usefixtures("owing")
def test_a_convention_is_signed_amended_and_ended_on_pages(
    visitor: Visitor, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.signs_in("COORDONNATEUR")
    page = visitor.sees("/territoire/conventions/signer")
    # The only one: it is said, and sent.
    assert "<strong>Hérault</strong></p>" in page
    terms = {"siret": OTHER_SIRET, "structureName": "Mairie", "territory": "34", "signedOn": "2027-02-01"}
    refused = visitor.sends(page, "signer", terms | {"validFrom": "2027-02-01", "ratePerAnimation": "cent"}, status=422)
    assert '<a href="#signer-validUntil">' in refused
    terms |= {"validFrom": "2027-02-01", "validUntil": "2027-12-31", "ratePerAnimation": "120,50"}
    page = visitor.sends(refused, "signer", terms | {"coordonnateur": "Moi", "requiredPieces": "RIB\n\nFacture"})
    assert "La convention est enregistrée." in page
    other = server.ask(CONVENTIONS, TEAM, siret=OTHER_SIRET)["structure"]
    conventions = other["conventions"]
    assert [(each["ratePerAnimation"], each["requiredPieces"]) for each in conventions] == [
        ("120.50", ["RIB", "Facture"])
    ]
    nothing = visitor.sees(f"/territoire/attestations?structure={other['id']}")
    assert "Cette structure n'a rien à attester." in html.unescape(nothing), "others have"
    assert "Tout est attesté" not in nothing
    path = f"/territoire/conventions/{conventions[0]['id']}"
    page = visitor.sends(visitor.sees(path), "modifier", {"plannedAnimations": "12"})
    assert "<dd>12</dd>" in page
    assert "<h1>Convention : Mairie</h1>" in page
    page = visitor.sends(page, "modifier", {"ratePerAnimation": "130", "effectiveFrom": "2027-06-01"})
    paid = "120,50 €, puis 130,00 € à partir du mardi 1er juin 2027"
    assert f"<dd>{paid}</dd>" in page.replace("\N{NO-BREAK SPACE}", " ")
    of_structure = f"/territoire/structures/{other['id']}"
    assert f"Tarif par animation : {paid}." in visitor.sees(of_structure).replace("\N{NO-BREAK SPACE}", " ")
    page = visitor.sends(page, "terminer", {"terminatedOn": "2027-06-30", "reason": "Fermeture."})
    assert "Cette convention se termine le mercredi 30\N{NO-BREAK SPACE}juin 2027. Fermeture." in page
    assert ">Terminée<" not in visitor.sees(of_structure)
    monkeypatch.setattr(server.clock, "now", datetime.fromisoformat("2027-07-01T00:30:00+02:00"))
    assert "Cette convention est terminée. Fermeture." in visitor.sees(path)
    assert ">Terminée<" in visitor.sees(of_structure)
    monkeypatch.undo()
    Visitor(server.address).signs_in("ELSEWHERE").sees(path, 404)
    Visitor(server.address).signs_in("STRUCTURE").sees("/territoire/conventions/signer", 404)


@pytest.mark.usefixtures("owing")
@pytest.mark.parametrize("role", ["STRUCTURE", "PARENT", "DIRECTOR"])
def test_who_answers_for_no_territory_finds_no_such_page(role: str, visitor: Visitor) -> None:
    visitor.signs_in(role)
    nothing = visitor.sees("/territoire/rien", 404).replace("/territoire/rien", "")
    for path in PAGES:
        assert visitor.sees(path, 404).replace(path, "") == nothing


@pytest.mark.usefixtures("owing")
def test_who_answers_for_another_territory_sees_nothing_of_this_one(visitor: Visitor) -> None:
    visitor.signs_in("ELSEWHERE")
    assert "Les Tilleuls" not in visitor.sees("/territoire")
    assert "Tout est attesté" in visitor.sees("/territoire/attestations")
    visitor.sees(STRUCTURE_PAGE, 404)


@pytest.mark.usefixtures("owing")
def test_an_auditor_is_led_to_nothing_that_is_not_for_auditors(visitor: Visitor) -> None:
    visitor.signs_in("AUDITOR")
    shown = {link.partition("#")[0] for path in PAGES for link in links(visitor.sees(path)) if link.startswith("/")}
    assert {link: visitor.http.get(link).status_code for link in shown if visitor.http.get(link).is_client_error} == {}


@pytest.mark.usefixtures("owing")
def test_a_structure_gets_another_name_and_another_siret(visitor: Visitor) -> None:
    page = visitor.signs_in("COORDONNATEUR").sees(STRUCTURE_PAGE)
    assert '<a href="#renommer-reason">' in visitor.sends(page, "renommer", {"name": "Les Érables"}, status=422)
    page = visitor.sends(page, "renommer", {"name": "Les Érables", "reason": "Vote de l'assemblée."})
    assert "<h1>Les Érables</h1>" in page
    values = {"siret": "123", "on": "2027-02-01", "reason": "Déménagement."}
    assert '<a href="#demenager-siret">' in visitor.sends(page, "demenager", values, status=422)
    visitor.sends(page, "renommer", {"name": "Centre social Les Tilleuls", "reason": "Retour."})


@pytest.mark.usefixtures("owing")
@pytest.mark.parametrize("name", [" ", "!!!", "—", "a" * 201, "www.exemple.fr"])
def test_what_is_no_name_for_a_new_structure_is_none_for_a_known_one(visitor: Visitor, name: str) -> None:
    visitor.signs_in("COORDONNATEUR")
    page = visitor.sees("/territoire/conventions/signer")
    days = {"signedOn": "2027-01-02", "validFrom": "2027-01-02", "validUntil": "2027-06-30"}
    convention = {"siret": "21340172200011", "coordonnateur": "C", **days}
    signed = visitor.sends(page, "signer", {"structureName": name, **convention}, status=422)
    renamed = visitor.sends(visitor.sees(STRUCTURE_PAGE), "renommer", {"name": name, "reason": "Vote."}, status=422)
    (refused,) = re.findall("Nom de la structure : (.*?)</a>", signed)
    assert f'<a href="#renommer-name">Nouveau nom : {refused}</a>' in renamed


@pytest.mark.usefixtures("owing")
def test_no_structure_gets_the_name_of_another_of_its_territory(visitor: Visitor, people: People) -> None:
    other = {"siret": "21340172201787", "structureName": "Maison des Érables"}
    people.does("01-sign-a-convention", COORDONNATEUR, **CONVENTION | other)
    page = visitor.signs_in("COORDONNATEUR").sees(STRUCTURE_PAGE)
    taken = {"name": "MAISON DES ERABLES", "reason": "Vote de l'assemblée."}
    refused = visitor.sends(page, "renommer", taken, status=422)
    assert "Une autre structure du territoire s&#39;appelle déjà ainsi (SIRET 21340172201787)" in refused
    assert '<a href="#renommer-name">' in refused
    page = visitor.sends(refused, "renommer", taken | {"name": "Maison des Érables, Lunel"})
    assert "<h1>Maison des Érables, Lunel</h1>" in page
    visitor.sends(page, "renommer", {"name": "Centre social Les Tilleuls", "reason": "Retour."})


def test_who_is_not_signed_in_signs_in_first_and_comes_back(visitor: Visitor) -> None:
    assert 'name="vers" value="/territoire/attestations"' in visitor.sees("/territoire/attestations")
    for role in ("AUDITOR", "TEAM"):
        assert "Les Tilleuls" in visitor.signs_in(role).sees("/territoire?doit=oui")
