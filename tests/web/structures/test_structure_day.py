"""The day itself on pages: a structure registers a parent, ticks who came, attests, and photographs the sheet."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO

from PIL import Image

from tests.support.people import NATIONAL, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links


def photograph(grey: int = 200) -> bytes:
    content = BytesIO()
    Image.new("L", (600, 800), grey).save(content, "JPEG")
    return content.getvalue()


def test_a_structure_lives_the_day_of_an_animation_by_pages(visitor: Visitor, people: People, server: Server) -> None:
    people.does("79-word-the-attestation-form", NATIONAL, questions=["Que retenez-vous ?", "Et ensuite ?"])
    day = {"startsAt": "2027-01-20T18:00:00+01:00", "endsAt": "2027-01-20T20:00:00+01:00"}
    animation = people.declare(**day)
    people.publish(animation)
    base = f"/structure/animations/{animation}"
    page = visitor.signs_in("STRUCTURE").sees(f"{base}/inscrire")
    assert "<title>Erreur" in visitor.sends(page, values={"firstName": "Léa"}, status=422)
    done = visitor.sends(page, values={"firstName": "Léa", "lastName": "Martin", "children": "2"})
    assert "La place est réservée" in done
    assert "Donnez ce code à Léa Martin" in done
    (ticket,) = (link for link in links(done) if "ticket.pdf" in link)
    assert visitor.http.get(ticket).headers["content-type"] == "application/pdf"
    code = done.partition('site-code">')[2].partition("<")[0]
    assert "Pas encore pointé(e)" in visitor.sees(f"{base}/presences")
    assert "attestation" in visitor.sees(f"{base}/attestation")
    visitor.sends(visitor.sees(f"{base}/inscrire"), values={"firstName": "Ana", "lastName": "Silva", "children": "0"})
    page = visitor.sees(f"{base}/presences")
    kept, place = page.partition("Ana Silva")[::2]
    number = kept.count("site-confirm") + 1
    refused = visitor.sends(kept[: kept.index("<ul")] + place, "retirer", {"reason": ""}, 422)
    assert f'<a href="#retirer-{number}-reason">Raison : champ obligatoire' in refused
    assert '<details class="site-confirm" open' in refused
    assert refused.count("<summary>Retirer") == 2
    gone = visitor.sends(kept[: kept.index("<ul")] + place, "retirer", {"reason": "Inscrite deux fois."})
    assert "inscription est retirée" in gone
    assert "Ana" not in gone
    assert "Léa" in gone

    server.clock.now = datetime.fromisoformat("2027-01-20T20:30:00+01:00")
    page = visitor.sees(f"{base}/presences")
    assert "<summary>Retirer" not in page
    assert "Présent(e)" in visitor.sends(page, "code", {"code": code})
    page = visitor.sees(f"{base}/presences")
    assert '<a href="#code-code">' in visitor.sends(page, "code", {"code": ""}, status=422)
    mistyped = visitor.sends(page, "pointer", {"present": "oui", "children": "deux"}, status=422)
    assert '<a href="#pointer-1-children">' in mistyped
    assert 'name="children" value="deux" aria-invalid="true" aria-describedby="pointer-1-erreur"' in mistyped
    assert "Absent(e)" in visitor.sends(page, "pointer", {"present": "non"})
    answer = visitor.http.send(visitor.form(visitor.sees(f"{base}/presences"), "pointer", {"present": "non"}))
    assert re.search(r"fait=pointer#personne-[0-9a-f-]{36}$", answer.headers["location"])
    page = visitor.sends(visitor.sees(f"{base}/presences"), "pointer", {"present": "oui", "children": "1"})
    assert "Présent(e)</strong>, avec 1" in page
    visitor.sends(page, "venus", {"parents": "3", "children": "0"})
    assert "À remplir" in visitor.sees("/structure?quand=a-attester")

    page = visitor.sees(f"{base}/attestation")
    assert 'name="parents" value="4"' in page
    refused = visitor.sends(page, values={"parents": "beaucoup", "answer-0": "Du calme."}, status=422)
    assert "un nombre est attendu" in refused
    assert "Du calme." in refused
    answers = {"answer-0": "Du calme.", "answer-1": "Un café."}
    twice = visitor.form(page, values={"parents": "4", "children": "1"} | answers)
    first, second = visitor.http.send(twice), visitor.http.send(twice)
    assert first.headers["location"] == second.headers["location"] == f"{base}?fait=attester"
    assert "Votre attestation est enregistrée" in visitor.sees(second.headers["location"])
    same = {"parents": "4", "reason": "Pour rien."} | answers
    assert "Rien ne change" in visitor.sends(visitor.sees(f"{base}/attestation"), values=same, status=422)
    slip = answers | {"parents": "400", "reason": "Une foule.", "cle": ""}
    gaps = visitor.sends(visitor.sees(f"{base}/attestation"), values=slip | {"answer-0": ""}, status=422)
    assert ('<a href="#parents">' in gaps, '<a href="#answer-0">' in gaps) == (True, True)
    confirmation = visitor.sends(visitor.sees(f"{base}/attestation"), values=slip, status=422)
    assert re.search('<a href="#parents">400\\s+parents pour [0-9]+\\s+places. Vérifiez ce nombre.', confirmation)
    assert re.search('name="confirmed" value="400">Oui, 400\\s+parents sont venus', confirmation)
    assert re.search("400\\s+parents", visitor.sends(confirmation, values=slip | {"confirmed": "400"}))
    page = visitor.sends(
        visitor.sees(f"{base}/attestation"), values={"parents": "5", "reason": "Une oubliée."} | answers
    )
    assert "5\N{NO-BREAK SPACE}parents" in page

    page = visitor.sees(f"{base}/feuilles")
    form = visitor.form(page)
    fields = dict(pair.split("=") for pair in form.content.decode().split("&"))
    # The same photograph chosen twice is one page.
    files = [("pages", (f"{grey}.jpg", photograph(grey), "image/jpeg")) for grey in (100, 200, 100)]
    answer = visitor.http.post(f"{base}/feuilles", data=fields, files=files, follow_redirects=True)
    assert "2\N{NO-BREAK SPACE}pages ajoutées" in answer.text
    (_blank, sheet, *_) = (link for link in links(answer.text) if "attendance-sheet" in link)
    assert visitor.http.get(sheet).headers["content-type"] == "image/jpeg"
    wrong = [("pages", ("x.txt", b"rien", "text/plain"))]
    answer = visitor.http.post(f"{base}/feuilles", data=fields | {"cle": ""}, files=wrong)
    assert (answer.status_code, "x.txt" in answer.text) == (422, True)
    page = visitor.sends(visitor.sees(f"{base}/feuilles"), "retirer", {"reason": "Floue."})
    assert "La page est retirée" in page
    for path in ("presences", "inscrire", "attestation", "feuilles"):
        Visitor(server.address).signs_in("OTHER").sees(f"{base}/{path}", 404)


def test_children_are_asked_for_only_where_the_type_admits_them(visitor: Visitor, people: People, server: Server):
    animation = people.declare(
        type="cafe-des-parents", startsAt="2027-02-20T18:00:00+01:00", endsAt="2027-02-20T20:00:00+01:00"
    )
    people.publish(animation)
    public = visitor.sees(f"/animations/{animation}")
    assert 'name="lastName"' in public
    page = visitor.signs_in("STRUCTURE").sees(f"/structure/animations/{animation}/inscrire")
    assert "La place est réservée" in visitor.sends(page, values={"firstName": "Léa", "lastName": "Martin"})
    server.clock.now = datetime.fromisoformat("2027-02-20T20:30:00+01:00")
    day = visitor.sees(f"/structure/animations/{animation}/presences")
    assert ('name="parents"' in day, 'name="children"' in public + page + day) == (True, False)
