"""A person is one person: found, exported and erased by whatever they are called, and back as somebody new."""

from __future__ import annotations

from typing import Any

import pytest

from application.people.erasing import Kind
from domain.kernel.actors import Role
from domain.kernel.identifiers import account_id, person_id
from projections.engine.rebuild import rebuild
from tests.support.dumps import dump, in_hexadecimal
from tests.support.people import AUDITOR, NATIONAL, SIRET, STRUCTURE, STRUCTURE_ID
from tests.support.server import MASTER_KEY, token

REGISTER, REGISTER_FOR, SEE = "40-register-for-an-animation", "41-register-somebody-else", "46-see-who-registered"
APPLY = "12-submit-a-candidature"
ADDRESS = "mixte@example.org"
WHO = {"firstName": "Camille", "lastName": "Introuvable", "email": ADDRESS}
CANDIDATURE = {"territory": "18", "schoolUai": "0180025E", "degree": "SECOND", "motivation": "Aider.", **WHO}
CAMILLE, MALLORY = (token(Role.PARENT, name) for name in ("camille", "mallory"))
ERASE = """mutation($subject: String) {
  personErase(input: {subject: $subject}) { erased counts { kind count } unreached errors { code field } }
}"""
PREFERENCES = """mutation($email: String) {
  mailPreferencesSet(input: {email: $email}) { errors { code message } }
}"""
VIEWER = "{ viewer { role actor mailPreferences { email } } }"


@pytest.fixture
def animations(people: Any) -> list[str]:
    people.sign()
    created = [people.declare(title=title) for title in ("Une", "Deux", "Trois")]
    for animation in created:
        people.publish(animation)
    return created


def _names(server: Any, animation: str) -> list[str | None]:
    return [node["lastName"] for node in server.run(SEE, STRUCTURE, id=animation)["registrations"]["nodes"]]


def _erase(server: Any, subject: str | None, who: str = NATIONAL) -> dict[str, Any]:
    payload: dict[str, Any] = server.ask(ERASE, who, subject=subject)["personErase"]
    return payload


def _counts(payload: dict[str, Any]) -> dict[str, int]:
    return {line["kind"]: line["count"] for line in payload["counts"]}


def _an_hour_ago(server: Any) -> None:
    """As if all erasures had been then: tokens tell whole seconds."""
    with server.services.application.pool.connection() as conn:
        conn.execute("UPDATE renewed_people SET erased_at = erased_at - interval '1 hour'")


def _everything(people: Any, server: Any, animations: list[str]) -> None:
    """Under one address: anonymous, signed in, registered by somebody, a candidate twice, a contact, told by e-mail."""
    people.does(REGISTER, None, animationId=animations[0], **WHO)
    people.does(REGISTER, CAMILLE, animationId=animations[1], **WHO | {"email": "Mixte@Example.ORG "})
    people.does(REGISTER_FOR, STRUCTURE, animationId=animations[2], **WHO)
    people.does(APPLY, None, **CANDIDATURE)
    people.does(APPLY, CAMILLE, **CANDIDATURE)
    contact = {"structureId": STRUCTURE_ID, "name": "Camille", "email": ADDRESS}
    people.does("70-add-a-contact", STRUCTURE, **contact)
    people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, structureId=STRUCTURE_ID, email=ADDRESS)
    assert server.ask(PREFERENCES, CAMILLE, email=ADDRESS)["mailPreferencesSet"]["errors"] == []


def test_all_that_is_held_under_an_address_is_exported_and_erased(people, server, animations, founded_url):
    _everything(people, server, animations)
    application = server.services.application
    export = application.export_person(ADDRESS.upper())
    everything = {"candidature": 2, "registration": 3, "mail_preferences": 1, "invitation": 1, "contact": 1}
    assert export["found"] == everything
    erased = _erase(server, ADDRESS)
    assert erased["errors"] == []
    assert {name.lower(): count for name, count in _counts(erased).items()} == everything
    assert [_names(server, animation) for animation in animations] == [[None], [None], [None]]
    assert server.ask(VIEWER, CAMILLE)["viewer"]["mailPreferences"] == {"email": None}
    rebuild(founded_url, MASTER_KEY, workers=1)
    left = dump(founded_url)
    secrets = (ADDRESS, "Introuvable")
    assert not [secret for secret in secrets if secret in left or in_hexadecimal(secret) in left]


def test_who_typed_somebody_else_s_address_keeps_all_the_rest(people, server, animations):
    people.does(REGISTER, MALLORY, animationId=animations[0], **WHO | {"lastName": "Autre"})
    own = {"firstName": "Mal", "lastName": "Lory", "email": "mallory@example.org"}
    people.does(REGISTER, MALLORY, animationId=animations[1], **own)
    candidature = people.does(APPLY, MALLORY, **CANDIDATURE | own)["candidature"]["id"]
    assert _counts(_erase(server, ADDRESS)) == {"REGISTRATION": 1}
    assert [_names(server, animation) for animation in animations[:2]] == [[None], ["Lory"]]
    seen = server.ask("query($id: ID!) { candidature(id: $id) { lastName } }", MALLORY, id=candidature)
    assert seen["candidature"] == {"lastName": "Lory"}, "and is still signed in"


@pytest.mark.parametrize("by", ["subject", "pseudonym", "candidature", "registration"])
def test_a_person_is_found_as_a_whole_by_each_name_that_is_theirs_alone(people, server, animations, by):
    registration = people.does(REGISTER, CAMILLE, animationId=animations[0], **WHO)["registration"]["id"]
    candidature = people.does(APPLY, CAMILLE, **CANDIDATURE)["candidature"]["id"]
    actor = server.ask(VIEWER, CAMILLE)["viewer"]["actor"]
    named = {
        "subject": "camille",
        "pseudonym": actor.removeprefix("parent:"),
        "candidature": candidature,
        "registration": registration,
    }[by]
    assert set(_erase(server, named)["erased"]) == {registration, candidature}
    assert server.post({"query": VIEWER}, CAMILLE).status_code == 401


def test_a_mediateur_is_found_by_subject_and_by_address_and_has_one_pseudonym(people, server):
    people.sign()
    training = people.declare(audience="mediateurs", type="formation-mediateurs")
    people.publish(training)
    medi = token(Role.PARENT, "medi")
    candidature = people.does(APPLY, medi, **CANDIDATURE)["candidature"]["id"]
    people.does("53-register-as-mediateur", medi, structureId=STRUCTURE_ID)
    people.does(REGISTER, medi, animationId=training, **WHO)
    counts = server.services.application.export_person("medi")["found"]
    assert counts == {"candidature": 1, "registration": 1, "account": 1}
    people_known = server.services.application.export_person("medi")["person"]
    assert len(people_known) == 1
    assert server.services.application.export_person(ADDRESS)["found"] == {"candidature": 1, "registration": 1}
    assert candidature in _erase(server, "medi")["erased"]
    assert _names(server, training) == [None]


def test_a_parent_who_is_known_by_a_telephone_alone_is_found_by_it(people, server, animations):
    values = {"firstName": "Fatou", "lastName": "Introuvable", "phone": "06 12 34 56 78"}
    people.does(REGISTER_FOR, STRUCTURE, animationId=animations[0], **values)
    assert server.services.application.export_person("+33 6 12 34 56 78")["found"] == {"registration": 1}
    assert _counts(_erase(server, "0612345678")) == {"REGISTRATION": 1}
    assert _names(server, animations[0]) == [None]


@pytest.mark.parametrize("unknown", ["inconnu@example.org", "personne", "0611223344", str(person_id("personne"))])
def test_erasing_whom_nobody_knows_is_an_error_for_the_national_team_and_says_nothing_to_others(
    people, server, animations, unknown
):
    people.does(REGISTER, None, animationId=animations[0], **WHO)
    assert _erase(server, unknown)["errors"] == [{"code": "NOT_FOUND", "field": ["subject"]}]
    for who in (CAMILLE, STRUCTURE, AUDITOR):
        for subject in (unknown, ADDRESS):
            assert _erase(server, subject, who)["errors"] == [{"code": "FORBIDDEN", "field": None}]


def test_an_erasure_tells_what_it_could_not_reach(people, server, animations):
    people.does(REGISTER, None, animationId=animations[0], **WHO)
    candidature = people.does(APPLY, None, **CANDIDATURE)["candidature"]["id"]
    unreached = " ".join(_erase(server, candidature)["unreached"])
    assert unreached == "1 de plus sous la même adresse ou le même téléphone : effacez-les en l'indiquant."
    assert "feuilles d'émargement" in " ".join(_erase(server, ADDRESS)["unreached"])


def test_who_was_erased_may_come_back_as_somebody_new(people, server, animations):
    _everything(people, server, animations)
    before = server.ask(VIEWER, CAMILLE)["viewer"]["actor"]
    assert _erase(server, ADDRESS)["errors"] == []
    assert _erase(server, "camille")["errors"] == []
    assert server.post({"query": VIEWER}, CAMILLE).status_code == 401
    _an_hour_ago(server)
    camille = token(Role.PARENT, "camille")
    assert server.ask(VIEWER, camille)["viewer"]["actor"] not in (before, None)
    for animation, who in zip(animations, (None, camille, None), strict=True):
        people.does(REGISTER, who, animationId=animation, **WHO)
    people.does(APPLY, camille, **CANDIDATURE)
    people.does("70-add-a-contact", STRUCTURE, structureId=STRUCTURE_ID, name="Camille", email=ADDRESS)
    assert server.ask(PREFERENCES, camille, email=ADDRESS)["mailPreferencesSet"]["errors"] == []
    again = _counts(_erase(server, ADDRESS))
    # With what was erased before, where the mailbox alone was its person's name.
    assert again["REGISTRATION"] >= 3
    assert all("Introuvable" not in _names(server, animation) for animation in animations)
    people.does(REGISTER, camille, animationId=animations[1], **WHO)


def test_without_the_database_s_secret_nobody_tests_a_guess_of_who_somebody_is(people, server, animations):
    people.does(REGISTER, CAMILLE, animationId=animations[0], **WHO)
    actor = server.ask(VIEWER, CAMILLE)["viewer"]["actor"]
    assert actor != f"parent:{person_id('camille')}"
    (entry,) = people.history(AUDITOR, type=["registration.made"])
    assert entry["actor"] == actor
    people.does("54-appoint-a-coordonnateur", NATIONAL, subject="camille", territories=["18"])
    (mandate,) = server.ask("{ viewer { mandates { accountId } } }", CAMILLE)["viewer"]["mandates"]
    assert mandate["accountId"] != str(account_id("camille"))


def test_a_draft_is_held_on_who_typed_it_and_is_erased_with_them(people, server):
    people.sign()
    author = token(Role.STRUCTURE, "brouillon", sirets=[SIRET])
    keep = """mutation($structure: ID!) {
      animationDraftKeep(input: {structureId: $structure, content: "Café"}) { errors { code } }
    }"""
    assert server.ask(keep, author, structure=STRUCTURE_ID)["animationDraftKeep"]["errors"] == []
    data = server.ask("{ personalData { things { kind } drafts { content } } }", author)["personalData"]
    assert data == {"things": [], "drafts": [{"content": "Café"}]}
    assert _erase(server, None, author) == {"erased": [], "counts": [], "unreached": [], "errors": []}


def test_every_kind_of_thing_is_counted():
    assert [kind.value for kind in Kind] == [
        "candidature",
        "registration",
        "account",
        "mail_preferences",
        "invitation",
        "contact",
        "words",
        "group_member",
        "author",
    ]


def test_the_address_of_a_structures_contact_is_erased_and_its_name_stays(people, server):
    people.sign()
    document = "query($id: ID!) { structure(id: $id) { name contact { email phone } } }"
    for _ in range(2):
        # A further contact can be said afterwards.
        people.does("77-say-whom-to-call", STRUCTURE, structureId=STRUCTURE_ID, email=ADDRESS, phone="04 67 00 00 00")
        before = server.ask(document, None, id=STRUCTURE_ID)["structure"]
        assert before["contact"]["email"] == ADDRESS
        assert _erase(server, ADDRESS)["errors"] == []
        after = server.ask(document, None, id=STRUCTURE_ID)["structure"]
        assert after["name"] == before["name"]
        assert not (after["contact"] or {}).get("email")


def test_who_only_said_where_to_be_written_to_comes_back_as_somebody_new(people, server):
    people.sign()
    server.ask(PREFERENCES, CAMILLE, email=ADDRESS)
    before = server.ask(VIEWER, CAMILLE)["viewer"]["actor"]
    assert _erase(server, "camille")["errors"] == []
    assert server.post({"query": VIEWER}, CAMILLE).status_code == 401
    _an_hour_ago(server)
    assert server.ask(VIEWER, token(Role.PARENT, "camille"))["viewer"]["actor"] != before
