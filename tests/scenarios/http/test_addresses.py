"""Wherever an address, a telephone or a name comes in, one type judges it: nothing is recorded of what is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.people import CANDIDATURE, DIRECTOR, STRUCTURE, STRUCTURE_ID

WHO = {"firstName": "Prénom", "lastName": "Nom", "email": "parent@exemple.fr"}
INVITE, PREFER = "50-invite-somebody-to-speak-for-a-structure", "69-say-where-to-be-written-to"
SEVERAL_MAILBOXES = (
    "root,b@example.org",
    "<b@example.org>",
    "grp:b@example.org;.fr",
    "a%b@example.org",
    "josé@example.org",
)


@pytest.fixture
def animation(people: Any) -> str:
    people.sign()
    animation: str = people.declare()
    people.publish(animation)
    return animation


def entries(animation: str) -> dict[str, tuple[str, str | None, dict[str, Any]]]:
    """Each mutation that takes an address, by whom, with the rest of what it needs."""
    return {
        "registrationSubmit": ("40-register-for-an-animation", None, WHO | {"animationId": animation}),
        "registrationSubmitFor": ("41-register-somebody-else", DIRECTOR, WHO | {"animationId": animation}),
        "candidatureSubmit": ("12-submit-a-candidature", None, CANDIDATURE),
        "contactAdd": ("70-add-a-contact", STRUCTURE, {"structureId": STRUCTURE_ID, "name": "École"}),
        "invitationSend": (INVITE, STRUCTURE, {"structureId": STRUCTURE_ID}),
        "mailPreferencesSet": (PREFER, STRUCTURE, {}),
    }


@pytest.mark.parametrize("typed", SEVERAL_MAILBOXES)
def test_what_is_not_one_mailbox_is_refused_wherever_an_address_comes_in(people, animation, typed):
    for operation, who, rest in entries(animation).values():
        (error,) = people.is_refused(operation, who, **rest | {"email": typed})
        assert (error["code"], error["field"]) == ("INVALID", ["email"])
        assert typed not in error["message"]
    file = f'nom;courriel\nÉcole;"{typed}"\n'
    (error,) = people.is_refused("71-import-contacts", STRUCTURE, structureId=STRUCTURE_ID, csv=file)
    assert (error["code"], error["field"][0]) == ("INVALID", "csv")
    assert error["message"].startswith("ligne 2 : ")


@pytest.mark.parametrize("typed", ["http://site.example.org/x", "site.example.org", "Marie,\n\nCliquez", "Ma\u202erie"])
def test_a_name_carries_no_message_to_somebody_else(people, animation, typed):
    for place in ("registrationSubmit", "registrationSubmitFor", "candidatureSubmit"):
        operation, who, rest = entries(animation)[place]
        errors = people.is_refused(operation, who, **rest | {"firstName": typed, "lastName": typed})
        assert {(error["code"], *error["field"]) for error in errors} == {
            ("INVALID", "firstName"),
            ("INVALID", "lastName"),
        }


@pytest.mark.parametrize("typed", ["Café\nGratuit", "Café\u202eruop", "Ca\u200bfé"])
def test_titles_and_places_are_one_line_that_reads_as_it_is_stored(people, animation, typed):
    for field in ("title", "venueName") if "\n" in typed else ("title", "venueName", "address"):
        (error,) = people.is_refused("47-modify-an-animation", STRUCTURE, animationId=animation, **{field: typed})
        assert (error["code"], error["field"]) == ("INVALID", [field])


def test_a_parent_of_guadeloupe_is_called_by_a_number_of_guadeloupe(people, server, animation):
    operation, who, rest = entries(animation)["registrationSubmitFor"]
    for typed in ("0690 20 34 56", "0590203456", "+590 690 20 34 56"):
        people.does(operation, who, **rest | {"email": None, "phone": typed})
    (error,) = people.is_refused(operation, who, **rest | {"email": None, "phone": "069020"})
    assert (error["code"], error["field"]) == ("INVALID", ["phone"])


def test_the_domain_of_an_address_is_kept_as_mail_servers_write_it(people, server, animation):
    operation, who, rest = entries(animation)["registrationSubmit"]
    people.does(operation, who, **rest | {"email": "a@École2.example.org"})
    document = "query($id: ID!) { animation(id: $id) { registrations { nodes { email } } } }"
    (registration,) = server.ask(document, STRUCTURE, id=animation)["animation"]["registrations"]["nodes"]
    assert registration["email"] == "a@xn--cole2-9ra.example.org"
