"""The checklist of the programme's memento for médiateurs, line by line, as one story over HTTP.

In Guadeloupe, while clocks change in Paris, with parents who have no e-mail address, or write their name in Tamil.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pypdf import PdfReader

from application.followers.packets import record_answers
from domain.kernel.actors import Role
from domain.kernel.identifiers import structure_id
from tests.support.network.post_office import PostOffice, sent_by
from tests.support.papers.sheets import SCAN, bearer, form
from tests.support.people import NATIONAL, SIRET, STRUCTURE, People
from tests.support.server import SITE, Server, token

OURS = str(structure_id(SIRET))
COORDONNATEUR = token(Role.COORDONNATEUR, "Coordination 971", territories=["971"])
SCHOOL = "École Gerty Archimède, Basse-Terre"
WORKSHOP = {
    "structureId": OURS,
    "territory": "971",
    "title": "Pronote en famille",
    "description": "**Apportez** votre téléphone.",
    "startsAt": "2027-03-26T18:00:00",
    "endsAt": "2027-03-26T20:00:00",
    "venueType": "ecole",
    "venueName": "Salle polyvalente",
    "address": "1 rue de l'École, 97100 Basse-Terre",
    "communeCode": "97105",
    "audience": "parents",
    "type": "atelier-parents-enfants",
    "themes": ["ent-pronote"],
    "seats": 10,
    "school": "9710001Z",
}
LATER = {"startsAt": "2027-03-26T18:30:00", "endsAt": "2027-03-26T20:30:00"}
CONVENTION = {
    "siret": SIRET,
    "structureName": "Centre social Les Tilleuls",
    "territory": "971",
    "coordonnateur": "Coordination 971",
    "signedOn": "2026-08-25",
    "validFrom": "2026-09-01",
    "validUntil": "2027-08-31",
}
QUESTIONS = [{"text": "Cet atelier vous a-t-il été utile ?", "kind": "SCALE"}]
WHEN = "query($id: ID!) { animation(id: $id) { startsAt school { label } questionnaireUrl } }"


def _post(server: Server) -> PostOffice:
    """What everybody is written, blanks as people read them."""
    return sent_by(server.application)


def _letter(office: PostOffice, address: str) -> str:
    """The last letter to an address."""
    numbers = [number for number, letter in enumerate(office.received) if address in str(letter["To"])]
    assert numbers, f"nothing was written to {address}: {[str(letter['To']) for letter in office.received]}"
    return office.text(numbers[-1]).replace("\u00a0", " ").replace("\u202f", " ")


def _pdf(server: Server, path: str, who: str | None = None, **params: str) -> str:
    answer = server.http.get(path, headers=bearer(who), params=params or None)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


def test_the_checklist_of_a_mediateur_from_the_contact_list_to_the_figures(people: People, server: Server):
    server.clock.now = datetime.fromisoformat("2027-03-10T09:00:00-04:00")
    people.does("01-sign-a-convention", COORDONNATEUR, **CONVENTION)
    table = "UAI;nom;code commune;degré\n9710001Z;École Gerty Archimède;97105;1"
    people.does("113-import-schools", COORDONNATEUR, csv=table)
    people.does("119-word-the-satisfaction-form", NATIONAL, questions=QUESTIONS)
    people.does("77-say-whom-to-call", STRUCTURE, structureId=OURS, phone="0590 00 00 00", email="tilleuls@exemple.fr")

    # A list of contacts.
    contacts = "Nom;Courriel;Type\nÉcole Gerty Archimède;ecole@exemple.fr;école\nMairie;mairie@exemple.fr;mairie"
    assert people.does("71-import-contacts", STRUCTURE, structureId=OURS, csv=contacts)["added"] == 2

    # The event is declared, and published by the national team.
    animation = people.does("03-declare-an-animation", STRUCTURE, **WORKSHOP)["animation"]["id"]
    people.publish(animation)
    after = {"animationId": animation, "dates": [{"startsAt": "2027-04-02T18:00:00", "endsAt": "2027-04-02T20:00:00"}]}
    (next_week,) = people.does("114-repeat-an-animation", STRUCTURE, **after)["animations"]
    assert next_week["startsAt"] == "2027-04-02T18:00:00-04:00", "the wall clock of Guadeloupe, whatever Paris does"
    people.does("115-publish-several-animations", NATIONAL, animationIds=[next_week["id"]])
    shown = server.ask(WHEN, id=animation)["animation"]
    assert (shown["startsAt"], shown["school"]["label"]) == ("2027-03-26T18:00:00-04:00", SCHOOL)

    # The planning is sent to the contacts: theme, audience, place, whom to call.
    _post(server)
    assert people.does("73-send-the-planning", STRUCTURE, structureId=OURS)["writtenTo"] == 2
    planning = _letter(_post(server), "ecole@exemple.fr")
    for words in ("Pronote en famille", "ENT - Pronote", "Parents", SCHOOL, "0590 00 00 00", "de 18 h à 20 h"):
        assert words in planning

    # Posters and flyers.
    kit = server.http.get(f"/animations/{animation}/kit.zip", headers=bearer(STRUCTURE))
    assert kit.status_code == 200, kit.text
    assert len(zipfile.ZipFile(io.BytesIO(kit.content)).namelist()) >= 4
    assert "Pronote en famille" in " ".join(_pdf(server, f"/animations/{animation}/poster.pdf", format="A4").split())

    # Parents register: by themselves, by the structure without an address and in Tamil, one comes another day.
    lea = {"firstName": "Léa", "lastName": "Martin", "email": "lea@exemple.fr"}
    people.does("40-register-for-an-animation", None, animationId=animation, **lea)
    ines = {"firstName": "Inès", "lastName": "Petit", "email": "ines@exemple.fr"}
    seat = people.does("40-register-for-an-animation", None, animationId=animation, **ines)
    for_other = "41-register-somebody-else"
    selvi = {"firstName": "செல்வி", "lastName": "முருகன்", "phone": "0690 00 00 01", "children": 2}
    ticket = people.does(for_other, STRUCTURE, animationId=animation, **selvi)
    moussa = people.does(for_other, STRUCTURE, animationId=animation, firstName="Moussa", lastName="Traoré")
    printed = _pdf(server, ticket["ticketUrl"].removeprefix(SITE))
    assert ticket["code"] in printed
    assert "0590 00 00 00" in printed
    people.does("42-cancel-a-registration", None, link=seat["link"])
    people.does("40-register-for-an-animation", None, animationId=next_week["id"], **ines)
    assert "de 18 h à 20 h" in _letter(_post(server), "lea@exemple.fr")

    # Every change is told to whom it concerns, before and after; who has no address is to be called.
    people.does("47-modify-an-animation", STRUCTURE, animationId=animation, **LATER)
    office = _post(server)
    for address in ("lea@exemple.fr", "ecole@exemple.fr", "mairie@exemple.fr"):
        letter = _letter(office, address)
        assert "de 18 h à 20 h" in letter
        assert "de 18 h 30 à 20 h 30" in letter
    assert office.to("ines@exemple.fr") == [], "she comes another day"
    to_call = server.run("60-see-notifications", STRUCTURE)["notifications"]["nodes"]
    called = [person["firstName"] for node in to_call for person in node["toCall"] or ()]
    assert set(called) == {"செல்வி", "Moussa"}

    # The attendance list is printed, with every name or a mark, and room for those who just come.
    sheet = _pdf(server, f"/animations/{animation}/attendance-sheet/blank.pdf", STRUCTURE, registrants="true")
    assert "Martin Léa" in sheet
    assert SCHOOL in " ".join(sheet.split())

    # On the day: by code, by name, and those who just came. It is still the 26th there, the 27th in Paris.
    server.clock.now = datetime.fromisoformat("2027-03-26T18:35:00-04:00")
    tick, here = "49-tick-who-came", {"animationId": animation, "present": True}
    people.does(tick, STRUCTURE, **here, code=ticket["code"])
    people.does(tick, STRUCTURE, **here, registrationId=moussa["registration"]["id"])
    count = {"animationId": animation, "parents": 2, "children": 1}
    expected = people.does("59-count-who-just-came", STRUCTURE, **count)["animation"]["expected"]
    assert (expected["registered"], expected["present"], expected["proposedParents"]) == (3, 2, 4)

    # The questionnaire, by the link of the last slide.
    url = server.ask(WHEN, STRUCTURE, id=animation)["animation"]["questionnaireUrl"]
    assert server.http.get(url.removeprefix(SITE)).status_code == 200
    link = url.removeprefix(f"{SITE}/questionnaire/")
    for grade in (5, 4, 4, 3, 5):
        answers = [{"question": 1, "scale": grade}]
        people.does("122-answer-a-questionnaire", None, link=link, answers=answers, idempotencyKey=str(uuid4()))

    # The signed sheet, and the attestation as the list proposes it.
    server.clock.now = datetime.fromisoformat("2027-03-26T21:00:00-04:00")
    sent = server.http.post(
        "/graphql",
        headers=bearer(STRUCTURE) | {"graphql-require-preflight": "1"},
        **form(SCAN, "emargement.pdf", {"animationId": animation}),
    ).json()
    assert sent["data"]["attendanceSheetAttach"]["errors"] == []
    came: dict[str, Any] = {"parents": expected["proposedParents"], "children": expected["proposedChildren"]}
    attested = people.does("08-attest-who-came", STRUCTURE, animationId=animation, **came)["animation"]["attestation"]
    assert (attested["parents"], attested["children"]) == (4, 3)

    # Satisfaction, for whoever answers for it, once a night has passed.
    server.clock.now += timedelta(days=1)
    assert record_answers(server.application.bus, server.clock.now) == 1
    see = "query($where: SatisfactionWhere!) { satisfaction(where: $where) { answers questions { average } } }"
    body = {"query": see, "variables": {"where": {"territory": "971"}}}
    figures = server.post(body, COORDONNATEUR, Min_Position=str(server.log_head())).json()["data"]["satisfaction"]
    assert (figures["answers"], figures["questions"][0]["average"]) == (5, 4.2)
