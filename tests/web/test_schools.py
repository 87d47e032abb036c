"""The desk of a school: animations held there, and a parent whom it registers, with the ticket to print."""

from __future__ import annotations

import re
from html import escape

import pytest

from tests.support.people import COLLEGE, SCHOOL, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links
from tests.web.structures.test_structure import FORM, declared


def test_a_director_finds_the_animations_of_the_school_and_registers_a_parent(
    visitor: Visitor, people: People, server: Server
) -> None:
    animation = people.declare(title="Café à l'école", school=SCHOOL)
    people.publish(animation)
    path = f"/animations/{animation}"
    assert f"{path}/inscrire" not in links(visitor.sees(path))
    desk = visitor.signs_in("DIRECTOR").sees("/ecole")
    assert SCHOOL in desk
    assert path in links(desk)
    assert f"{path}/inscrire" in links(visitor.sees(path))
    page = visitor.sees(f"{path}/inscrire")
    assert "12\N{NO-BREAK SPACE}places libres sur 12." in page
    refused = visitor.sends(page, values={"firstName": "Léa", "lastName": "Petit", "phone": "12"}, status=422)
    assert '<a href="#phone">' in refused
    led = [visitor.http.send(visitor.form(refused, values={"phone": "06 12 34 56 78"})) for _ in ("once", "twice")]
    # Computers of a school are shared: neither code nor link stays in their history.
    address = f"{path}/inscrire?inscrit=oui"
    assert [each.headers["location"] for each in led] == [address, address]
    done = visitor.sees(address)
    assert "site-code" not in visitor.sees(f"{path}/inscrire")
    assert "site-code" not in Visitor(server.address).signs_in("TEACHER").sees(address)
    assert re.search("La place est réservée", done)
    (ticket,) = (link for link in links(done) if "ticket.pdf" in link)
    assert visitor.http.get(ticket).headers["content-type"] == "application/pdf"
    desk = visitor.sees("/ecole")
    assert "Léa Petit" in desk
    # A ticket that was lost is printed again by who registered the person, and by nobody else.
    assert ticket in links(desk)
    structure = Visitor(server.address).signs_in("STRUCTURE").sees(f"/structure{path}/presences")
    assert ("Léa Petit" in structure, "ticket.pdf" in structure) == (True, False)
    for role in ("PARENT", "INSPECTOR", "COORDONNATEUR"):
        Visitor(server.address).signs_in(role).sees(f"{path}/inscrire", 404)
    owner = Visitor(server.address).signs_in("STRUCTURE")
    owner.sends(owner.sees(f"/structure{path}"), "annuler", {"reason": "L'école est fermée."})
    # A page that was open, or kept among the bookmarks.
    assert "L&#39;animation est annulée. Personne ne peut y être inscrit." in visitor.sees(f"{path}/inscrire")
    invites = "Pour inscrire un parent"
    assert (invites in desk, invites in Visitor(server.address).signs_in("INSPECTOR").sees("/ecole")) == (True, False)
    assert invites in Visitor(server.address).signs_in("ABROAD").sees("/ecole")


def test_a_director_lets_a_teacher_register_parents_and_takes_it_back(visitor: Visitor) -> None:
    page = visitor.signs_in("DIRECTOR").sees("/ecole")
    assert '<a href="#lier-subject">' in visitor.sends(page, "lier", status=422)
    # The only school: it is chosen already.
    page = visitor.sends(page, "lier", {"subject": "maitresse"})
    assert "maitresse" in page
    page = visitor.sends(page, "finir")
    assert "maitresse" not in page


def test_a_structure_names_the_school_of_an_animation_and_everybody_reads_it(
    visitor: Visitor, people: People, server: Server
) -> None:
    visitor.signs_in("STRUCTURE")
    page = visitor.sees("/structure/animations/nouvelle")
    refused = visitor.sends(page, values=FORM | {"school": "Nulle part"}, status=422)
    assert '<a href="#school">' in refused
    path = declared(visitor, title="Avec une école", school=COLLEGE.lower())
    assert f'value="{COLLEGE}"' in visitor.sees(f"{path}/modifier")
    identity = path.rpartition("/")[2]
    people.publish(identity)
    query = "query($id: ID!) { animation(id: $id) { school { label } } }"
    label = server.ask(query, None, id=identity)["animation"]["school"]["label"]
    for public in (f"/animations/{identity}", "/animations"):
        assert escape(label) in visitor.sees(public)
    visitor.sends(visitor.sees(f"{path}/modifier"), values=FORM | {"title": "Avec une école", "school": ""})
    assert server.ask(query, None, id=identity)["animation"]["school"] is None


@pytest.mark.parametrize(
    ("role", "for_self", "for_others"),
    [
        (None, True, False),
        ("PARENT", True, False),
        ("MEDIATEUR_HERE", True, True),
        *((role, False, True) for role in ("DIRECTOR", "HEAD", "TEACHER")),
        *((role, False, False) for role in ("STRUCTURE", "COORDONNATEUR", "TEAM", "AUDITOR", "INSPECTOR")),
    ],
)
def test_nobody_fills_in_a_registration_that_their_account_cannot_send(
    role: str | None, for_self: bool, for_others: bool, people: People, visitor: Visitor
) -> None:
    people.publish(animation := people.declare(title=f"Ouverte à {role}"))
    if role is not None:
        visitor.signs_in(role)
    page = visitor.sees(f"/animations/{animation}")
    offers = (
        'name="firstName"' in page,
        f'href="/animations/{animation}/inscrire"' in page,
        "déconnectez-vous" in page,
    )
    assert offers == (for_self, for_others, not for_self)


def criteria(page: str) -> dict[str, list[str]]:
    """Return what the form of a list chooses by, and the values of each choice."""
    form = page.partition('method="get"')[2].partition("</form>")[0]
    parts = re.split(r'<(?:select|input)[^>]* name="', form)[1:]
    return {part.partition('"')[0]: re.findall('<option value="([^"]+)"', part) for part in parts}


@pytest.mark.parametrize("role", ["DIRECTOR", "INSPECTOR", "HEAD"])
def test_a_school_chooses_candidatures_by_its_own_steps_alone(role: str, visitor: Visitor) -> None:
    page = visitor.signs_in(role).sees("/ecole/candidatures")
    assert criteria(page) == {"suite": ["a-examiner", "examen", "validees", "closes"]}
    assert "n'est pas compris" in visitor.sees("/ecole/candidatures?suite=contact").replace("&#39;", "'")
    desk = visitor.signs_in("COORDONNATEUR").sees("/territoire/candidatures")
    assert criteria(desk)["suite"][:3] == ["contact", "attestation", "a-examiner"]


@pytest.mark.parametrize(
    ("role", "path", "choices"),
    [
        *((role, "/ecole", {}) for role in ("DIRECTOR", "HEAD", "TEACHER", "INSPECTOR")),
        ("INSPECTOR_OF_TWO", "/ecole", {"lieu": [], "etablissement": [COLLEGE, SCHOOL]}),
        ("COORDONNATEUR", "/territoire", {"lieu": [], "etablissement": []}),
    ],
)
def test_a_single_school_chooses_its_requests_neither_by_place_nor_by_school(
    role: str, path: str, choices: dict[str, list[str]], visitor: Visitor
) -> None:
    page = visitor.signs_in(role).sees(f"{path}/demandes")
    offered = {name: sorted(values) for name, values in criteria(page).items() if name != "etat"}
    assert offered == choices
    # What an address chooses by can be taken out again.
    assert "etablissement" in criteria(visitor.sees(f"{path}/demandes?etablissement={SCHOOL}"))
