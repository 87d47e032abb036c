"""A parent registers for an animation, keeps the seat or gives it up: by pages alone, without scripts."""

from __future__ import annotations

import re

import pytest

from tests.support.people import STRUCTURE, People
from tests.support.server import Server
from tests.support.visitor import Visitor

LEA = {"firstName": "Léa", "lastName": "Martin", "email": "lea@exemple.fr", "phone": "06 12 34 56 78", "children": "2"}


LEA_ALONE = {name: value for name, value in LEA.items() if name != "children"}


@pytest.fixture(scope="module")
def cafe(people: People) -> str:
    """Of one seat."""
    cafe = people.declare(title="Un café entre parents", seats=1)
    people.publish(cafe)
    return cafe


def test_a_parent_registers_once_however_often_the_form_is_sent(
    visitor: Visitor, server: Server, animation: str
) -> None:
    gone_back_to = page = visitor.sees(f"/animations/{animation}")
    form = visitor.form(page, values=LEA)
    first, again = visitor.http.send(form), visitor.http.send(form)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    page = visitor.sees(first.headers["location"])
    assert "C'est fait, vous êtes inscrit(e)" in page
    assert "avec 2\N{NO-BREAK SPACE}enfants" in page
    assert visitor.http.get(f"/animations/{animation}/calendar.ics").text.count("BEGIN:VEVENT") == 1
    answer = server.ask("query($id: ID!) { animation(id: $id) { seatsLeft } }", id=animation)
    assert answer["animation"]["seatsLeft"] == 11
    shown = visitor.sends(gone_back_to, values=LEA | {"email": "zoe@exemple.fr"}, status=422)
    assert "Vous avez déjà envoyé ce formulaire." in shown
    assert "C'est fait, vous êtes inscrit(e)" in visitor.sends(shown, values=LEA | {"email": "zoe@exemple.fr"})


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(visitor: Visitor, animation: str) -> None:
    page = visitor.sees(f"/animations/{animation}")
    page = visitor.sends(page, status=422, values=LEA | {"email": "lea", "lastName": " ", "children": "deux"})
    assert "<title>Erreur : Café des parents" in page
    assert '<a href="#children">Nombre d&#39;enfants qui viennent avec vous : un nombre est attendu' in page
    page = visitor.sends(page, status=422, values=LEA | {"email": "lea", "lastName": " "})
    for name in ("email", "lastName"):
        assert f'<a href="#{name}">' in page
        assert f'id="{name}-erreur"' in page
    assert 'value="Léa"' in page
    assert 'name="email" value="lea"' in page


def test_nobody_is_registered_for_a_day_or_a_place_that_they_have_not_seen(visitor: Visitor, people: People) -> None:
    people.publish(animation := people.declare(title="Change de lieu"))
    page = visitor.sees(f"/animations/{animation}")
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, venueName="Mairie")
    page = visitor.sends(page, values=LEA, status=422)
    assert "La date ou le lieu a changé pendant que vous remplissiez cette page : rien n&#39;est enregistré." in page
    assert ("Mairie" in page, 'value="Léa"' in page) == (True, True)
    assert "C'est fait, vous êtes inscrit(e)" in visitor.sends(page, values=LEA).replace("&#39;", "'")


def test_what_is_wrong_with_a_field_that_the_page_no_longer_has_is_named_all_the_same(
    visitor: Visitor, people: People
) -> None:
    people.publish(animation := people.declare(title="Change de type"))
    page = visitor.sees(f"/animations/{animation}")
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, type="cafe-des-parents")
    page = visitor.sends(page, values=LEA, status=422)
    summary = page[page.index('id="erreurs"') : page.index("<h1>")]
    assert re.search("<li>[^<]*enfants", summary), summary
    assert "C'est fait, vous êtes inscrit(e)" in visitor.sends(page, values=LEA_ALONE).replace("&#39;", "'")


def test_who_has_no_e_mail_reads_who_can_register_them(visitor: Visitor, people: People, animation: str) -> None:
    people.publish(training := people.declare(audience="mediateurs", type="formation-mediateurs"))
    assert "Vous n'avez pas d'adresse e-mail ?" in visitor.sees(f"/animations/{animation}")
    assert "Vous n'avez pas d'adresse e-mail ?" not in visitor.sees(f"/animations/{training}")


def test_who_wants_to_call_reads_when(visitor: Visitor, people: People) -> None:
    contact = {"phone": "06 39 98 12 34", "hours": "du lundi au jeudi"}
    people.publish(animation := people.declare(title="Avec un contact", contact=contact))
    page = visitor.sees(f"/animations/{animation}")
    assert ("06 39 98 12 34" in page, "du lundi au jeudi" in page) == (True, True)
    page = visitor.sends(page, values=LEA)
    assert page.count("du lundi au jeudi") == 1


def test_who_has_no_address_of_their_own_reads_whom_to_telephone(visitor: Visitor, people: People) -> None:
    contact = {"phone": "06 39 98 12 34"}
    people.publish(animation := people.declare(title="Par téléphone", contact=contact))
    page = visitor.sees(f"/animations/{animation}")
    assert 'Téléphonez au <a href="tel:0639981234">' in page


def test_what_takes_place_on_the_web_says_so(visitor: Visitor, people: People, animation: str) -> None:
    people.publish(online := people.declare(title="De chez soi", venueType="en-ligne", venueName="La visio"))
    assert "C'est en ligne" in visitor.sees(f"/animations/{online}")
    assert "C'est en ligne" not in visitor.sees(f"/animations/{animation}")


def test_a_second_parent_with_the_same_address_reads_how_to_register(visitor: Visitor, people: People) -> None:
    people.publish(animation := people.declare(title="À deux", seats=5))
    form = visitor.sees(f"/animations/{animation}")
    assert "Une adresse inscrit une seule personne" in form
    assert "une personne est déjà inscrite avec la vôtre, par exemple l'autre parent" in form
    visitor.sends(form, values=LEA)
    page = visitor.sends(visitor.sees(f"/animations/{animation}"), values=LEA | {"firstName": "Paul"})
    assert "Pour inscrire une autre personne, donnez une autre adresse" in page


def test_who_registers_a_second_parent_with_the_same_address_reads_to_leave_it_empty(
    visitor: Visitor, people: People, server: Server
) -> None:
    people.publish(animation := people.declare(title="À deux, par d'autres", seats=5))
    visitor.sends(visitor.sees(f"/animations/{animation}"), values=LEA)
    paul = {"firstName": "Paul", "lastName": "Martin", "email": LEA["email"]}
    structure = Visitor(server.address).signs_in("STRUCTURE")
    form = structure.sees(f"/structure/animations/{animation}/inscrire")
    assert "Laissez vide pour l&#39;autre parent qui la partage." in form
    refused = structure.sends(form, values=paul, status=422)
    assert "l&#39;autre parent par exemple, laissez l&#39;adresse vide" in refused
    assert "Imprimer le billet" in structure.sends(refused, values=paul | {"email": ""})
    teacher = Visitor(server.address).signs_in("TEACHER")
    form = teacher.sees(f"/animations/{animation}/inscrire")
    # Teachers are not told whether an address is taken.
    assert "ce billet ne donne pas de seconde place" in teacher.sends(form, values=paul)
    form = teacher.sees(f"/animations/{animation}/inscrire")
    given = teacher.sends(form, values=paul | {"firstName": "Zoé", "email": ""})
    assert "Imprimer le billet" in given
    assert "seconde place" not in given


@pytest.mark.parametrize(
    ("opened_by", "sent_by", "page"), [("TEACHER", "STRUCTURE", ""), ("STRUCTURE", "TEACHER", "/structure")]
)
def test_nobody_is_registered_by_who_would_not_see_the_code(
    opened_by: str, sent_by: str, page: str, server: Server, people: People
) -> None:
    animation = people.declare()
    people.publish(animation)
    visitor = Visitor(server.address).signs_in(opened_by)
    opened = visitor.sees(f"{page}/animations/{animation}/inscrire")
    visitor.signs_in(sent_by)
    answer = visitor.sends(opened, values={"firstName": "Awa", "lastName": "Diop"}, status=404)
    assert "n'est pas perdu" in answer
    assert "Awa" in answer
    seen = server.ask("query($id: ID!) { animation(id: $id) { seatsLeft } }", id=animation)
    assert seen["animation"]["seatsLeft"] == 12


def test_who_registers_too_late_reads_first_that_they_are_not_registered(visitor: Visitor, people: People) -> None:
    people.publish(animation := people.declare(title="Trop tard"))
    page = visitor.sees(f"/animations/{animation}")
    people.does("38-cancel-an-animation", STRUCTURE, animationId=animation, reason="L'école est fermée.")
    late = visitor.sends(page, values=LEA, status=422)
    assert late.index("Vous n'êtes pas inscrit(e)</h2>") < late.index("<h1>")


def test_who_waits_keeps_their_place_in_line_and_who_gives_up_frees_a_seat(
    visitor: Visitor, people: People, cafe: str
) -> None:
    page = visitor.sees(f"/animations/{cafe}")
    seated = visitor.sends(page, values=LEA)
    page = visitor.sees(f"/animations/{cafe}")
    assert "liste d'attente" in page
    assert "0 personne" not in page
    waiting = visitor.sends(page, values=LEA | {"email": "sam@exemple.fr"})
    assert "vous êtes en première position" in waiting
    assert "C'est fait, vous êtes sur la liste d'attente" in waiting
    # They have no seat to give back.
    assert "Quitter la liste d&#39;attente" in waiting
    assert "Votre place" not in waiting
    people.does("47-modify-an-animation", STRUCTURE, animationId=cafe, venueName="Mairie")
    (link,) = set(re.findall(r"/inscriptions/[\w-]+", seated))
    again = visitor.sends(visitor.sees(f"/animations/{cafe}"), values=LEA)
    assert "Vous aviez déjà une place, ou vous attendiez déjà ? Rien ne change" in again
    page = visitor.sees(link)
    assert "La date ou le lieu a changé" in page
    before = page
    page = visitor.sends(page, "keep")
    assert "vous gardez votre place" in page
    assert "vous gardez votre place" in visitor.sends(before, "keep")
    other_tab = visitor.sees(link)
    page = visitor.sends(page, "cancel")
    assert "vous ne venez plus" in page
    # What they want is so: pressing the button of another tab is no mistake of theirs.
    assert "vous ne venez plus" in visitor.sends(other_tab, "cancel")
    assert visitor.sees(link) == visitor.sees(link)
    (link,) = set(re.findall(r"/inscriptions/[\w-]+", waiting))
    assert "Votre place est réservée" in visitor.sees(link)


def test_a_form_of_another_site_or_of_another_visitor_changes_nothing_and_keeps_what_was_typed(
    visitor: Visitor, server: Server, animation: str
) -> None:
    page = visitor.sees(f"/animations/{animation}")
    head = server.log_head()
    form = visitor.form(page, values=LEA | {"email": "autre@exemple.fr"})
    form.headers["sec-fetch-site"] = "cross-site"
    assert visitor.http.send(form).status_code == 422
    stranger = Visitor(server.address)
    page = stranger.sends(page, status=422, values=LEA | {"email": "autre@exemple.fr"})
    assert "autorisez les cookies" in page
    assert server.log_head() == head
    assert "C'est fait" in stranger.sends(page, values=LEA | {"email": "autre@exemple.fr"})
