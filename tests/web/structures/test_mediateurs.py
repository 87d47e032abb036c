"""A médiateur chooses their structure on a page, is accepted there, registers for a training and sees it."""

from __future__ import annotations

from datetime import datetime

from tests.support.people import OTHER_SIRET, STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links

TRAINING = {"title": "Former les médiateurs", "audience": "mediateurs", "type": "formation-mediateurs"}
PERSON = {"firstName": "Anne", "lastName": "Petit", "email": "anne@exemple.fr"}


def test_a_structure_that_the_account_names_stands_at_the_desk_and_lets_register(
    visitor: Visitor, people: People
) -> None:
    cafe = people.declare(title="Pour tous les parents")
    people.publish(cafe)
    desk = visitor.signs_in("MEDIATEUR_HERE").sees("/mediateur")
    assert "Cherchez la structure" not in desk
    assert "C'est la structure de votre compte" in desk
    assert "Inscrire un parent" in desk
    assert "Inscrire un parent" in visitor.sees(f"/animations/{cafe}/inscrire")


def test_who_chose_a_structure_is_accepted_there_and_registers_for_a_training(
    visitor: Visitor, people: People, server: Server
) -> None:
    training, cafe = people.declare(**TRAINING), people.declare(title="Pour les parents")
    for animation in (training, cafe):
        people.publish(animation)
    anne, structure = visitor.signs_in("PARENT"), Visitor(server.address).signs_in("STRUCTURE")
    assert "/mediateur" in links(anne.sees("/mon-compte"))
    assert "réservée aux médiateurs" in anne.sees(f"/animations/{training}")
    assert "Aucune structure de ce nom" in anne.sees("/mediateur?nom=introuvable")
    page = anne.sees("/mediateur?nom=tilleuls")
    assert '<a href="#choisir-structureId">' in anne.sends(page, "choisir", status=422)
    page = anne.sends(page, "choisir", {"structureId": STRUCTURE_ID})
    assert "ne vous a pas encore accepté" in page
    assert f"/animations/{training}" in links(page)
    anne.sends(anne.sees(f"/animations/{training}"), values=PERSON)
    desk = anne.sees("/mediateur")
    assert "Place réservée" in desk.partition("Mes inscriptions")[2]
    assert "Inscrire un parent" not in desk

    page = structure.sees("/structure/personnes")
    page = structure.sends(page, "accepter")
    assert "Le médiateur est accepté" in page
    assert "Inscrire un parent" in anne.sees("/mediateur")
    assert f"/animations/{cafe}/inscrire" in links(anne.sees(f"/animations/{cafe}"))
    assert f"/animations/{training}/inscrire" not in links(anne.sees(f"/animations/{training}"))
    assert '<a href="#inviter-email">' in structure.sends(page, "inviter", {"email": "marie"}, 422)
    page = structure.sends(page, "inviter", {"email": "marie@exemple.fr"})
    assert "marie@exemple.fr" in page
    refused = structure.sends(page, "renvoyer", status=422).partition("Invitations sans réponse")[2]
    assert 'error-text fr-mb-2w">Une invitation est partie à cette adresse à l' in refused
    assert "Son lien ne sert plus" in structure.sends(page, "reprendre")

    theirs = f"/territoire/structures/{STRUCTURE_ID}"
    for role, status in (("COORDONNATEUR", 200), ("TEAM", 200), ("ELSEWHERE", 404), ("AUDITOR", 404), ("OTHER", 404)):
        Visitor(server.address).signs_in(role).sees(f"{theirs}/personnes", status)
    coordonnateur = Visitor(server.address).signs_in("COORDONNATEUR")
    assert f"{theirs}/personnes" in links(coordonnateur.sees(theirs))
    assert "plus ce rôle" in coordonnateur.sends(coordonnateur.sees(f"{theirs}/personnes"), "finir")
    assert "réservée aux médiateurs" in anne.sees(f"/animations/{training}")
    Visitor(server.address).signs_in("DIRECTOR").sees("/mediateur", 404)


def test_those_who_came_to_a_training_are_called_what_they_are(
    visitor: Visitor, people: People, server: Server
) -> None:
    training = people.declare(**TRAINING | {"title": "Une autre formation"})
    people.publish(training)
    server.clock.now = datetime.fromisoformat("2027-06-01T12:00:00+02:00")
    address = f"/structure/animations/{training}"
    page = visitor.signs_in("STRUCTURE").sees(f"{address}/attestation")
    assert "Médiateurs présents : champ obligatoire." in visitor.sends(page, status=422)
    visitor.sends(page, values={"parents": "1", "answer-0": "Aucun.", "answer-1": "Rien."})
    for path in (address, f"{address}/attestation"):
        assert "1\N{NO-BREAK SPACE}médiateur" in visitor.sees(path)


def test_who_looks_for_a_structure_finds_its_saint_however_it_is_written(visitor: Visitor, people: People) -> None:
    people.sign(siret=OTHER_SIRET, structureName="Centre social Saint-Éloi")
    for role, path in (("PARENT", "/mediateur"), ("COORDONNATEUR", "/territoire"), ("TEAM", "/territoire")):
        visitor.signs_in(role)
        for typed in ("st eloi", "Saint-Éloi", "SAINT ELOI", "eloi"):
            assert "Centre social Saint-Éloi" in visitor.sees(f"{path}?nom={typed}"), (role, typed)
        for typed in ("ste eloi", "st eloy"):
            assert "Centre social Saint-Éloi" not in visitor.sees(f"{path}?nom={typed}"), (role, typed)
