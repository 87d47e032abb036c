"""The story that must run: the whole life of an animation over HTTP, told with the documents of graphql/operations."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from tests.support.people import (
    AUDITOR,
    CANDIDATURE,
    COLLEGE,
    COORDONNATEUR,
    DIRECTOR,
    HEAD,
    INSPECTOR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    SIRET,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Clock, Server

AFTER_ITS_END = datetime(2027, 3, 15, 20, 0, tzinfo=UTC)
CAME = {"parents": 9, "children": 4, "answers": ["3", "Oui"]}


def _codes(errors: list[dict]) -> list[str]:
    return [error["code"] for error in errors]


def test_signing_a_convention_opens_the_structures_account(people: People, server: Server):
    signed = people.sign()
    account = server.run("02-see-the-account", STRUCTURE, siret=SIRET)
    assert account["id"] == STRUCTURE_ID
    assert account["name"] == "Centre social Les Tilleuls"
    assert [convention["id"] for convention in account["conventions"]] == [signed["convention"]["id"]]


def test_an_animation_is_public_once_published_and_found_by_every_filter(people: People):
    people.sign()
    animation = people.declare()
    assert people.listing() == []
    assert people.own_animations()[animation]["status"] == "SUBMITTED"

    people.publish(animation)
    title = "Café des parents : Pronote sans peine"
    for where in (
        {},
        {"territory": ["34"]},
        {"theme": ["temps-ecran"]},
        {"type": ["atelier-parents-enfants"]},
        {"startsFrom": "2027-03-15T00:00:00+01:00", "startsBefore": "2027-03-16T00:00:00+01:00"},
        {"text": "ELEVE"},
        {"text": "cafe pronote"},
        {"structureId": STRUCTURE_ID, "venueType": ["ecole"], "audience": ["parents"], "seatsLeft": True},
    ):
        assert people.listing(**where) == [title], where
    for where in (
        {"territory": ["971"]},
        {"theme": ["jeux-video"]},
        {"type": ["cafe-des-parents"]},
        {"startsFrom": "2027-03-16T00:00:00+01:00"},
        {"text": "cantine"},
    ):
        assert people.listing(**where) == [], where


def test_a_clone_waits_for_publication_names_its_source_and_carries_no_attestation(people: People, clock: Clock):
    people.sign()
    source = people.declare()
    people.publish(source)
    clock.now = AFTER_ITS_END
    people.does("08-attest-who-came", STRUCTURE, animationId=source, **CAME)
    dates = {"startsAt": "2027-05-03T18:00:00+02:00", "endsAt": "2027-05-03T20:00:00+02:00"}
    clone = people.does("07-clone-an-animation", STRUCTURE, animationId=source, **dates)["animation"]
    assert clone["status"] == "SUBMITTED"
    assert clone["clonedFrom"] == {"id": source}
    assert clone["attestation"] is None
    assert clone["startsAt"] == dates["startsAt"]


def test_an_attestation_is_made_once_after_the_end_counted_and_corrected(people: People, clock: Clock, server: Server):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    too_early = people.is_refused("08-attest-who-came", STRUCTURE, animationId=animation, **CAME)
    assert _codes(too_early) == ["RULE_BROKEN"]

    clock.now = AFTER_ITS_END
    attested = people.does("08-attest-who-came", STRUCTURE, animationId=animation, **CAME)["animation"]["attestation"]
    assert (attested["parents"], attested["children"], attested["total"]) == (9, 4, 13)
    _check_dashboard(server, parents=9)

    correction = {"parents": 8, "children": 4, "reason": "Un parent compté deux fois."}
    corrected = people.does("10-correct-the-attestation", STRUCTURE, animationId=animation, **correction)
    assert corrected["animation"]["attestation"] == {"parents": 8, "children": 4, "total": 12, "corrections": 1}
    _check_dashboard(server, parents=8)
    again = people.is_refused("08-attest-who-came", STRUCTURE, animationId=animation, **CAME)
    assert _codes(again) == ["RULE_BROKEN"]


def _check_dashboard(server: Server, parents: int) -> None:
    structure = server.run("09-see-the-dashboard", STRUCTURE, structureId=STRUCTURE_ID)
    dashboard = structure["dashboard"]
    counted = {name: dashboard[name] for name in ("animations", "published", "past", "attested", "parents")}
    assert counted == {"animations": 1, "published": 1, "past": 1, "attested": 1, "parents": parents}
    assert [(count["term"]["code"], count["parents"]) for count in dashboard["byTheme"]] == [
        ("ent-pronote", parents),
        ("temps-ecran", parents),
    ]
    assert [(count["animations"], count["parents"]) for count in dashboard["byMonth"]] == [(1, parents)]


def test_the_audit_trail_tells_every_step_in_order_with_who_when_and_what(people: People, clock: Clock):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    clock.now = AFTER_ITS_END
    people.does("08-attest-who-came", STRUCTURE, animationId=animation, **CAME)
    people.does("10-correct-the-attestation", STRUCTURE, animationId=animation, parents=8, reason="Erreur.")

    steps = people.history(structureId=STRUCTURE_ID)
    assert [(step["type"], step["actor"], step["role"]) for step in steps] == [
        ("convention.signed", "Coordination 34", "coordonnateur"),
        ("structure.account_opened", "Coordination 34", "coordonnateur"),
        ("structure.convention_attached", "Coordination 34", "coordonnateur"),
        ("animation.created", "Les Tilleuls", "structure"),
        ("animation.published", "Équipe nationale", "national"),
        ("animation.attested", "Les Tilleuls", "structure"),
        ("animation.attestation_corrected", "Les Tilleuls", "structure"),
    ]
    positions = [step["position"] for step in steps]
    assert positions == sorted(positions)
    assert [step["subjectVersion"] for step in steps[3:]] == [1, 2, 3, 4]
    assert datetime.fromisoformat(steps[-1]["recordedAt"]) == AFTER_ITS_END
    # Free text may speak of people: the audit trail keeps it sealed.
    assert steps[-1]["data"]["reason"] is None
    assert steps[5]["data"]["parents"] == 9


def test_the_same_idempotency_key_gives_the_same_answer_and_no_new_event(people: People, server: Server):
    people.sign()
    values = {"animationId": people.declare(), "idempotencyKey": str(uuid4())}
    first = people.does("06-publish-an-animation", NATIONAL, **values)
    head = server.log_head()
    assert people.does("06-publish-an-animation", NATIONAL, **values) == first
    assert server.log_head() == head
    other = people.is_refused("06-publish-an-animation", NATIONAL, **values | {"animationId": people.declare()})
    assert _codes(other) == ["DUPLICATE"]
    assert other[0]["field"] == ["idempotencyKey"]


def test_a_stale_expected_version_is_a_conflict(people: People):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    stale = people.is_refused("06-publish-an-animation", NATIONAL, animationId=animation, expectedVersion=1)
    assert _codes(stale) == ["CONFLICT"]
    assert stale[0]["field"] == ["expectedVersion"]


def test_another_structures_token_is_refused_and_learns_nothing(people: People, server: Server):
    people.sign()
    animation = people.declare()
    dates = {"startsAt": "2027-05-03T18:00:00+02:00", "endsAt": "2027-05-03T20:00:00+02:00"}
    existing = people.is_refused("07-clone-an-animation", OTHER_STRUCTURE, animationId=animation, **dates)
    missing = people.is_refused("07-clone-an-animation", OTHER_STRUCTURE, animationId=str(uuid4()), **dates)
    assert _codes(existing) == ["FORBIDDEN"]
    assert existing == missing
    document = "query($id: ID!) { animation(id: $id) { title } node(id: $id) { id } }"
    hidden = server.ask(document, OTHER_STRUCTURE, id=animation)
    assert hidden == server.ask(document, OTHER_STRUCTURE, id=str(uuid4()))
    assert hidden == {"animation": None, "node": None}


def test_a_candidature_of_the_first_degree_needs_the_opinion_before_the_inspector_validates(
    people: People, server: Server
):
    submitted = people.does("12-submit-a-candidature", PARENT, **CANDIDATURE)["candidature"]["id"]
    too_early = people.is_refused("14-validate-a-candidature", INSPECTOR, candidatureId=submitted)
    assert _codes(too_early) == ["RULE_BROKEN"]
    opinion = {"candidatureId": submitted, "favourable": False, "comment": "À revoir."}
    assert people.does("13-give-an-opinion", DIRECTOR, **opinion)["candidature"]["status"] == "OPINION_GIVEN"
    validated = people.does("14-validate-a-candidature", INSPECTOR, candidatureId=submitted)
    assert validated["candidature"]["status"] == "VALIDATED"
    seen = server.run("15-see-candidatures", COORDONNATEUR)
    assert [edge["node"]["id"] for edge in seen["edges"]] == [submitted]


def test_a_candidature_of_the_second_degree_is_validated_by_the_head_of_the_school_alone(people: People):
    values = CANDIDATURE | {"degree": "SECOND", "schoolUai": COLLEGE}
    submitted = people.does("12-submit-a-candidature", None, **values)["candidature"]["id"]
    assert _codes(people.is_refused("14-validate-a-candidature", INSPECTOR, candidatureId=submitted)) == ["FORBIDDEN"]
    validated = people.does("14-validate-a-candidature", HEAD, candidatureId=submitted)
    assert validated["candidature"]["status"] == "VALIDATED"
    types = [step["type"] for step in people.history(NATIONAL, candidatureId=submitted)]
    assert types == ["candidature.submitted", "candidature.validated", "candidature.coordonnateur_informed"]
    assert people.history(AUDITOR, candidatureId=submitted)[0]["data"]["first_name"] != "Prénom"
