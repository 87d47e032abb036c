"""A structure declares its animations, follows and changes them: by pages alone, without scripts."""

from __future__ import annotations

import re

from tests.support.people import NATIONAL, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links

FORM = {
    "title": "Café des parents : Pronote",
    "description": "Lire les **notes**.",
    "type": "cafe-des-parents",
    "audience": "parents",
    "theme": "ent-pronote",
    "date": "2027-03-15",
    "starts": "18:00",
    "ends": "20:00",
    "seats": "12",
    "venueType": "ecole",
    "venueName": "École Jean Jaurès",
    "commune": "34172",
    "accessibility": "fauteuil-roulant",
}


def declared(visitor: Visitor, **changes: str) -> str:
    """Declare an animation by its page; return the address of its own."""
    form = visitor.form(visitor.sees("/structure/animations/nouvelle"), values=FORM | changes)
    answer = visitor.http.send(form)
    assert answer.status_code == 303, re.findall("error-text.*", answer.text)
    return answer.headers["location"].partition("?")[0]


def test_a_form_of_who_signed_out_meanwhile_is_sent_once_signed_in_again(visitor: Visitor, people: People) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/animations/nouvelle")
    leave = visitor.sees("/mon-compte")
    action, token = "/deconnexion", re.findall(r'name="jeton" value="([^"]+)"', leave)[-1]
    assert visitor.http.post(action, data={"jeton": token}).status_code == 303
    kept = visitor.sends(page, values=FORM | {"title": "Jamais perdue"}, status=401)
    assert "Jamais perdue" in kept
    elsewhere = Visitor(visitor.address).http.post("/structure/animations/nouvelle", data=FORM)
    assert (elsewhere.status_code, elsewhere.headers["location"].partition("?")[0]) == (303, "/connexion")
    visitor.signs_in("STRUCTURE")
    assert "Votre animation est déclarée" in visitor.sends(kept)


def test_a_form_of_who_changed_accounts_meanwhile_is_sent_once_the_first_is_back(
    visitor: Visitor, people: People
) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/animations/nouvelle")
    visitor.signs_in("TEAM")
    kept = visitor.sends(page, values=FORM | {"title": "Gardée quand même"}, status=404)
    assert "n'est pas perdu" in kept
    visitor.signs_in("STRUCTURE")
    assert "Votre animation est déclarée" in visitor.sends(kept)
    # Another site's form is told nothing more than any address that leads nowhere.
    foreign = visitor.signs_in("TEAM").http.post("/structure/animations/nouvelle", data=FORM)
    assert (foreign.status_code, "n'est pas perdu" in foreign.text) == (404, False)


def test_files_of_who_signed_out_meanwhile_are_chosen_again(visitor: Visitor, people: People) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/import")
    fields = {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("jeton", "cle")}
    for name in [name for name in visitor.http.cookies if "session" in name]:
        visitor.http.cookies.delete(name)
    table = {"file": ("saison.csv", b"Titre;Date\nLire;demain", "text/csv")}
    kept = visitor.http.post("/structure/import", data=fields, files=table)
    assert (kept.status_code, "saison.csv" in kept.text) == (401, True)
    assert 'enctype="multipart/form-data"' in kept.text
    visitor.signs_in("STRUCTURE")
    token = re.findall(r'name="jeton" value="([^"]+)"', kept.text)[0]
    # The table is read: what is wrong with it is said.
    assert "olonne" in visitor.http.post("/structure/import", data={"jeton": token}, files=table).text


def test_a_draft_is_kept_until_it_is_sent_or_erased(visitor: Visitor, people: People) -> None:
    new = "/structure/animations/nouvelle"
    page = visitor.signs_in("STRUCTURE").sees(new)
    # What is no declaration yet may be kept, too.
    draft = {"action": "garder", "title": "Plus tard", "seats": "douze", "date": "", "languages": "ar"}
    kept = visitor.sends(page, values=FORM | draft)
    assert "Votre brouillon est gardé" in kept
    assert 'value="douze"' in kept
    leave = visitor.sees("/mon-compte")
    token = re.findall(r'name="jeton" value="([^"]+)"', leave)[-1]
    assert visitor.http.post("/deconnexion", data={"jeton": token}).status_code == 303
    page = visitor.signs_in("STRUCTURE").sees(new)
    assert "Vous avez un brouillon : Plus tard" in page
    assert 'value="Plus tard"' not in page
    resumed = visitor.sees(f"{new}?brouillon=reprendre")
    assert 'value="Plus tard"' in resumed
    assert re.search(r'value="ar"[^>]* checked', resumed)
    too_long = visitor.sends(resumed, values=FORM | {"action": "garder", "description": "x" * 21_000}, status=422)
    assert "Le brouillon est trop long : 20 000 caractères au plus." in too_long.replace("\xa0", " ")
    # Keeping asks for nothing that only a declaration needs.
    assert "champ obligatoire" not in too_long
    assert "Votre animation est déclarée" in visitor.sends(resumed, values=FORM | {"title": "Plus tard"})
    page = visitor.sees(new)
    assert "Vous avez un brouillon" not in page
    visitor.sends(page, values=FORM | {"action": "garder", "title": " "})
    refused = visitor.sends(page, values=FORM | {"action": "garder"}, status=422)
    assert "Un autre brouillon a été gardé depuis" in refused
    page = visitor.sees(new)
    assert "Vous avez un brouillon</h2>" in page
    assert "Votre brouillon est effacé" in visitor.sends(page, "effacer")
    assert "Vous avez un brouillon" not in visitor.sees(new)


def test_a_structure_declares_an_animation_and_loses_nothing_of_what_was_wrong(
    visitor: Visitor, people: People, server: Server
) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/animations/nouvelle")
    wrong = {"starts": "", "theme": "", "seats": "douze", "commune": "Saint", "accessibility": "", "phone": "12"}
    refused = visitor.sends(page, values=FORM | wrong, status=422)
    assert "<title>Erreur : Déclarer" in refused
    assert {"#starts", "#seats", "#communeCode"} <= set(links(refused))
    assert 'value="douze"' in refused
    assert "Lire les **notes**." in refused
    again = visitor.sends(
        refused, values=FORM | wrong | {"starts": "18:00", "seats": "12", "commune": "34172"}, status=422
    )
    assert {"#theme", "#phone"} <= set(links(again))
    page = visitor.sends(again, values=FORM | {"phone": "04 67 00 00 00"})
    assert "Votre animation est déclarée" in page
    assert "En attente de publication" in page
    assert "04 67 00 00 00" in page
    assert "<p>Lire les <strong>notes</strong>.</p>" in page
    listing = visitor.sees("/structure?tri=titre&sens=desc&etat=SUBMITTED&quand=a-venir&mots=pronote")
    assert "Café des parents\N{NO-BREAK SPACE}: Pronote" in listing
    (table,) = (link for link in links(listing) if ".csv" in link)
    assert "Café des parents : Pronote" in visitor.http.get(table).text
    assert "n'est pas compris" in visitor.sees("/structure?du=demain")
    assert "« Avant le » n'est pas compris" in visitor.sees("/structure?du=2027-03-15&avant=2027-03-01")
    table = visitor.sees("/structure?du=15/03/2027&avant=16/03/2027").partition("<tbody>")[2]
    assert "Café des parents\N{NO-BREAK SPACE}: Pronote" in table


def test_a_structure_modifies_copies_repeats_and_cancels(visitor: Visitor, people: People, server: Server) -> None:
    path = declared(visitor.signs_in("STRUCTURE"), title="À changer")
    server.ask(
        'mutation($id: ID!) { animationRefuse(input: {animationId: $id, reason: "Trop court."}) { errors { code } } }',
        NATIONAL,
        id=path.rpartition("/")[2],
    )
    assert "Trop court." in visitor.sees(path)
    assert "Commune : Montpellier (Hérault)" in visitor.sees(path)
    page = visitor.sees(f"{path}/modifier")
    assert 'name="commune" value="Montpellier"' in page
    refused = visitor.sends(page, values=FORM | {"commune": "Gignac", "title": ""}, status=422)
    assert "communeCode" not in links(refused)
    # What the page does not ask for is not missing.
    shown_fields = {name: value for name, value in FORM.items() if name != "territory"}
    refused = visitor.sends(page, values=shown_fields | {"date": "", "title": ""}, status=422)
    assert "Titre : champ obligatoire." in refused
    assert "Territoire : champ obligatoire." not in refused
    refused = visitor.sends(page, values=FORM | {"commune": "13001"}, status=422)
    assert '<a href="#commune">Marseille 1er Arrondissement est dans un autre département' in refused
    page = visitor.sends(page, values=FORM | {"title": "Changée", "secondTheme": "temps-ecran", "languages": "ar"})
    assert "modifications sont enregistrées" in page
    assert "<h1>Changée</h1>" in page
    people.publish(path.rpartition("/")[2])
    page = visitor.sees(path)
    refused = visitor.sends(page, "dupliquer", {"date": "", "starts": "18:00", "ends": "20:00"}, 422)
    assert "dupliquer-starts" in refused
    copy = visitor.sends(page, "dupliquer", {"date": "01/04/2027", "starts": "9 h 30", "ends": "11:00"})
    assert "1er\N{NO-BREAK SPACE}avril 2027, de 9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30" in copy
    late = visitor.sends(page, "repeter", {"every": "WEEK", "until": "2027-09-30", "without": ""}, 422)
    assert '<a href="#repeter-until">Jusqu&#39;au : 06/09/2027 : Aucune convention' in late.replace("\xa0", " ")
    assert "13/09/2027 : Aucune convention" in late
    assert 'href="#repeter-without"' not in late
    series = visitor.sends(page, "repeter", {"every": "WEEK", "until": "2027-04-01", "without": "2027-03-22"})
    assert "2\N{NO-BREAK SPACE}dates" in series
    done = visitor.sends(series, "annuler", {"reason": "L'école est fermée."})
    assert "Annulée" in done
    assert "école est fermée." in done


def test_a_day_that_a_rule_refuses_is_named_beside_the_day_and_not_beside_the_hour(
    visitor: Visitor, people: People
) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/animations/nouvelle")
    refused = visitor.sends(page, values=FORM | {"date": "15/03/2032"}, status=422)
    assert '<a href="#date">Aucune convention' in refused
    assert "#starts" not in links(refused)
    path = declared(visitor, title="Bientôt")
    change = visitor.sees(f"{path}/modifier")
    moved = visitor.sends(change, values=FORM | {"date": "15/03/2020"}, status=422)
    assert "#date" in links(moved)
    assert "#starts" not in links(moved)
    people.publish(path.rpartition("/")[2])
    late = {"date": "15/03/2032", "starts": "18:00", "ends": "20:00"}
    copied = visitor.sends(visitor.sees(path), "dupliquer", late, 422)
    assert '<a href="#dupliquer-date">Aucune convention' in copied
    assert "#dupliquer-starts" not in links(copied)


def test_two_who_modify_the_same_animation_read_each_other_and_lose_nothing(visitor: Visitor, people: People) -> None:
    path = declared(visitor.signs_in("STRUCTURE"), title="À deux")
    page, second = visitor.sees(f"{path}/modifier"), FORM | {"title": "La seconde", "cle": ""}
    visitor.sends(page, values=FORM | {"title": "La première", "seats": "15"})
    refused = visitor.sends(page, values=second | {"date": "mardi"}, status=422)
    assert "Date : une date est attendue, par exemple 15/01/2027." in refused
    refused = visitor.sends(page, values=second, status=422)
    assert "Quelqu&#39;un a changé quelque chose ici entre-temps" in refused
    assert re.findall("Enregistré maintenant : « ([^»]*) »", refused) == ["La première", "15"]
    assert 'value="La seconde"' in refused
    assert "<h1>La seconde</h1>" in visitor.sends(refused, values=second)


def test_who_modifies_what_was_cancelled_meanwhile_reads_that_it_is_too_late_and_keeps_what_they_typed(
    visitor: Visitor, people: People
) -> None:
    path = declared(visitor.signs_in("STRUCTURE"), title="Trop tard")
    page = visitor.sees(f"{path}/modifier")
    cancelled = visitor.sends(visitor.sees(path), "annuler", {"reason": "L'école est fermée."})
    assert "pas possible pour le moment" not in cancelled
    for values in (FORM | {"title": "Café du soir"}, FORM | {"title": "Café du soir", "date": "mardi", "cle": ""}):
        late = visitor.sends(page, values=values, status=422).replace("&#39;", "'")
        assert "ce n'est plus possible, et rien n'est enregistré" in late
        assert "Titre : « Café du soir »" in late.replace("\N{NO-BREAK SPACE}", " ")
        assert 'name="title"' not in late
        assert "envoyez de nouveau" not in late


def test_another_structure_and_other_roles_find_none_of_these_pages(visitor: Visitor, server: Server) -> None:
    path = declared(visitor.signs_in("STRUCTURE"), title="À nous")
    for role in ("OTHER", "COORDONNATEUR", "PARENT"):
        other = Visitor(server.address).signs_in(role)
        nothing = other.sees("/structure/animations/rien", 404).replace("/structure/animations/rien", "")
        for page in (path, f"{path}/modifier"):
            assert other.sees(page, 404).replace(page, "") == nothing
    desk = ("", "/animations/nouvelle", "/import", "/contacts", "/dossiers", "/satisfaction")
    for role in ("COORDONNATEUR", "PARENT", "DIRECTOR", "AUDITOR", "TEAM"):
        other = Visitor(server.address).signs_in(role)
        assert {part: other.http.get(f"/structure{part}").status_code for part in desk} == dict.fromkeys(desk, 404)
    assert 'value="/structure"' in Visitor(server.address).sees("/structure")
