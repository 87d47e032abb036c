"""A structure's papers on pages: a season from a table, contacts, a service dossier until it is submitted."""

from __future__ import annotations

from datetime import datetime

from tests.support.people import STRUCTURE, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links
from tests.web.structures.test_structure_day import photograph

TABLE = (
    "titre;description;date;début;fin;territoire;type de lieu;lieu;public;type;thème;places\n"
    "Café un;Parler;15/03/2027;18:00;20:00;34;ecole;École A;parents;cafe-des-parents;ent-pronote;12\n"
)


def sends_file(visitor: Visitor, page: str, path: str, name: str, content: bytes, **fields: str) -> str:
    """Send a file by the form of a page; return the page that it leads to."""
    hidden = dict(pair.split("=") for pair in visitor.form(page).content.decode().split("&"))
    kept = {name: hidden[name] for name in ("jeton", "cle")}
    answer = visitor.http.post(path, data=kept | fields, files={"file": (name, content)}, follow_redirects=True)
    return answer.text


def test_a_season_is_read_from_a_table_and_declared_once_it_is_confirmed(visitor: Visitor, people: People) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/import")
    wrong = sends_file(visitor, page, "/structure/import", "saison.csv", TABLE.replace(";12", ";douze").encode())
    assert "À corriger" in wrong
    assert "Corrigez les lignes" in wrong
    assert "« douze » : un nombre est attendu, par exemple 12." in wrong.replace("\xa0", " ")
    assert "dont <strong>1 à corriger</strong>" in wrong.replace("\xa0", " ")
    checked = sends_file(visitor, page, "/structure/import", "saison.csv", TABLE.encode())
    assert "À créer" in checked
    assert "lundi 15 mars 2027, de 18 h à 20 h" in checked.replace("\xa0", " ")
    assert "Café un" not in visitor.sees("/structure")
    content = checked.partition('name="content" value="')[2].partition('"')[0]
    confirmed = {"content": content, "fileName": "saison.csv"}
    form = visitor.form(checked)
    fields = dict(pair.split("=") for pair in form.content.decode().split("&") if pair.startswith(("jeton", "cle")))
    answer = visitor.http.post("/structure/import", data=fields | confirmed, files={"file": ("", b"")})
    assert answer.status_code == 303, answer.text[:2000]
    assert "1 animation est déclarée." in visitor.sees(answer.headers["location"]).replace("\xa0", " ")
    assert "Café un" in visitor.sees("/structure?etat=SUBMITTED")
    again = sends_file(visitor, page, "/structure/import", "saison.csv", TABLE.encode()).replace("\xa0", " ")
    assert "1 ligne, 1 animation déjà déclarée. Il n'y a rien de nouveau à déclarer." in again
    season = f"{TABLE.rstrip()}\nTotal;;;;;;;;12\n"
    noted = sends_file(visitor, page, "/structure/import", "total.csv", season.encode()).replace("\xa0", " ")
    assert "champs obligatoires. Si cette ligne n&#39;est pas une animation, effacez-la du tableau." in noted
    assert "choisissez un tableau" in sends_file(visitor, page, "/structure/import", "", b"")
    assert "ce fichier est vide" in sends_file(visitor, page, "/structure/import", "vide.csv", b"\r\n")


def test_a_structure_keeps_its_contacts_and_sends_them_the_planning(visitor: Visitor, people: People) -> None:
    people.publish(people.declare())
    page = visitor.signs_in("STRUCTURE").sees("/structure/contacts")
    refused = visitor.sends(page, "ajouter", {"name": "École A", "email": "ecole", "kind": "école"}, 422)
    assert "#ajouter-email" in links(refused)
    page = visitor.sends(page, "ajouter", {"name": "École A", "email": "ecole@exemple.fr", "kind": "école"})
    assert "ecole@exemple.fr" in page
    wrong = sends_file(visitor, page, "/structure/contacts/import", "c.csv", b"nom;courriel\nMairie;m\n")
    assert '<a href="#file">Tableau : ligne 2 : ' in wrong
    assert '<a href="#file">' in sends_file(visitor, page, "/structure/contacts/import", "", b"")
    table = "nom;courriel;type;âge\nMairie d'?vry;m@exemple.fr;mairie;8\nÉcole A;ecole@exemple.fr;école;9\n".encode()
    page = sends_file(visitor, page, "/structure/contacts/import", "c.csv", table)
    assert "m@exemple.fr" in page
    assert "1\xa0contact ajouté, 1 déjà dans votre liste." in page
    assert "Colonnes laissées de côté : âge." in page
    assert "ligne 2, nom\xa0: «\xa0d&#39;?vry\xa0»\xa0: le «\xa0?\xa0» semble remplacer une lettre perdue" in page
    assert "lettre perdue" not in visitor.sees("/structure/contacts")
    assert "Le planning est envoyé" in visitor.sends(visitor.sees("/structure/contacts"), "planning", {"days": "90"})
    page = visitor.sends(visitor.sees("/structure/contacts"), "public", {"phone": "04 67 00 00 00"})
    assert "04 67 00 00 00" in page
    page = visitor.sends(page, "retirer")
    assert "Le contact est retiré" in page


def test_a_dossier_is_opened_completed_and_submitted_on_pages(visitor: Visitor, people: People, server: Server) -> None:
    times = {"startsAt": "2027-01-20T18:00:00+01:00", "endsAt": "2027-01-20T20:00:00+01:00"}
    animation = people.declare(title="Payée un jour", **times)
    people.publish(animation)
    server.clock.now = datetime.fromisoformat("2027-02-10T12:00:00+01:00")
    people.does("08-attest-who-came", STRUCTURE, animationId=animation, parents=3, children=1)
    page = visitor.signs_in("STRUCTURE").sees("/structure/dossiers")
    assert "choisissez-en une" in visitor.sends(page, values={"conventionId": ""}, status=422)
    # The only convention is chosen already.
    values = {"periodFrom": "01/01/2027", "periodUntil": "31/01/2027"}
    page = visitor.sends(page, values=values)
    assert "Payée un jour" in page
    assert "Ce qui manque" in page
    (joining,) = {link for link in links(page) if link.endswith("/feuilles")}
    dossier = next(
        link for link in links(visitor.sees("/structure/dossiers")) if link.startswith("/structure/dossiers/")
    )
    sheets = visitor.sees(joining)
    fields = dict(pair.split("=") for pair in visitor.form(sheets).content.decode().split("&"))
    files = {"pages": ("a.jpg", photograph(), "image/jpeg")}
    assert visitor.http.post(joining, data=fields, files=files).status_code == 303
    page = visitor.sees(dossier)
    assert "Rien ne change" in visitor.sends(page, "rassembler", status=422)
    if "Joindre la pièce" in page:
        piece = {"piece": "Liste d'émargement signée"}
        page = sends_file(visitor, page, f"{dossier}/pieces", "p.jpg", photograph(90), **piece)
    assert "Rien ne manque" in page
    submitted = visitor.sends(visitor.sees(dossier), "soumettre")
    assert "Chez le coordonnateur" in submitted
    other = Visitor(server.address).signs_in("OTHER")
    other.sees(dossier, 404)
    other.sees("/structure/satisfaction", 404)
    assert "Il n'y a pas encore assez de réponses" in visitor.sees("/structure/satisfaction")


def test_what_can_be_done_no_more_says_so_and_keeps_what_was_written(visitor: Visitor, people: People) -> None:
    path = f"/structure/animations/{people.declare(title='Annulée dans un autre onglet')}"
    page = visitor.signs_in("STRUCTURE").sees(path)
    visitor.sends(page, "annuler", {"reason": "L'école est fermée."})
    refused = visitor.sends(page, "annuler", {"reason": "La salle est prise.", "cle": ""}, status=422)
    assert "ce n&#39;est plus possible" in refused
    assert "Raison : « La salle est prise. »" in refused
    assert "votre saisie est gardée" not in refused
