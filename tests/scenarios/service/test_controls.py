"""Sampled controls over HTTP: an auditor draws certified dossiers and judges their pieces, a structure answers."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from domain.controls.draw import draw
from domain.kernel.actors import Role
from tests.scenarios.service.controls_story import OPENING, Controls, allowed
from tests.scenarios.service.test_service_dossiers_read import ELSEWHERE
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, PARENT, STRUCTURE, People
from tests.support.server import OPERATIONS, Server, token

MEDIATEUR = token(Role.MEDIATEUR)


@pytest.fixture
def controls(people: People) -> Controls:
    return Controls(people)


def test_an_auditor_controls_a_share_of_what_was_certified(controls: Controls, people: People, server: Server):
    dossiers = controls.certified(3)
    announced = people.does("30-open-a-control", AUDITOR, **OPENING)["control"]
    assert (announced["status"], announced["allowedActions"]) == ("ANNOUNCED", [])
    (waiting,) = controls.seen()
    assert (waiting["seed"], waiting["checkpointSize"], waiting["dossiers"]) == (None, None, [])
    checkpoint, control = controls.draw(), announced["id"]
    (drawn,) = controls.seen()
    root = server.http.get(f"/checkpoints/{checkpoint.size}").text.splitlines()[2]
    expected = draw(root, map(UUID, dossiers), 50)
    assert [dossier["dossier"]["id"] for dossier in drawn["dossiers"]] == [str(identity) for identity in expected]
    assert (drawn["populationSize"], drawn["population"]) == (3, sorted(dossiers))
    assert (drawn["seed"], drawn["checkpointSize"]) == (root, checkpoint.size)
    assert (drawn["sharePercent"], drawn["status"]) == (50, "OPEN")

    pieces = controls.pieces()
    assert len(pieces) == 2 * 2
    for piece in pieces[1:]:
        controls.judge(piece)
    (early,) = people.is_refused("33-close-a-control", AUDITOR, controlId=control, conclusion="Bien")
    assert (early["code"], early["message"]) == ("RULE_BROKEN", "Pièces qui restent à juger : 1.")
    judged = controls.judge(pieces[0], accepted=False, reasonCode="UNSIGNED", comment="Deux signatures manquent.")
    assert allowed(judged) == {"controlPieceJudge": True, "controlClose": True}

    answered = people.does("32-answer-to-a-refusal", STRUCTURE, **pieces[0], answer="Elles sont au verso.")["control"]
    assert allowed(answered) == {"controlAnswer": True}
    closed = people.does("33-close-a-control", AUDITOR, controlId=control, conclusion="Service fait, une réserve.")
    assert closed["control"]["status"] == "CLOSED"

    (shown,) = controls.seen(STRUCTURE)
    assert (shown["conclusion"], shown["accepted"], shown["refused"]) == ("Service fait, une réserve.", 3, 1)
    first = shown["dossiers"][0]["pieces"][0]
    assert (first["accepted"], first["reasonCode"], first["reasonLabel"]) == (False, "UNSIGNED", "Pièce non signée")
    assert (first["comment"], first["answer"]) == ("Deux signatures manquent.", "Elles sont au verso.")
    assert first["label"].startswith("Attestation de présence, Café des parents")
    assert not any(allowed(shown).values())


def test_controls_are_read_by_those_whose_dossiers_they_concern(controls: Controls, server: Server):
    (dossier,) = controls.certified(1)
    control = controls.open()
    query = "query($id: ID!) { control(id: $id) { id } node(id: $id) { id } }"
    for who in (AUDITOR, NATIONAL, COORDONNATEUR, STRUCTURE):
        (seen,) = controls.seen(who)
        assert [listed["dossier"]["id"] for listed in seen["dossiers"]] == [dossier]
        assert (seen["population"] is not None) is (who in (AUDITOR, NATIONAL))
        assert server.ask(query, who, id=control)["control"] == {"id": control}
    for who in (OTHER_STRUCTURE, ELSEWHERE):
        assert controls.seen(who) == []
        assert server.ask(query, who, id=control) == {"control": None, "node": None}
    for stranger, code in ((PARENT, "FORBIDDEN"), (MEDIATEUR, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        (refused,) = server.errors("{ controls { totalCount } }", stranger)
        assert refused["extensions"]["code"] == code
        assert server.ask(query, stranger, id=control) == {"control": None, "node": None}


def test_controls_are_found_by_what_they_are(controls: Controls, server: Server):
    (dossier,) = controls.certified(1)
    country = controls.open()
    server.clock.now = server.clock.now.replace(day=21)
    hérault = controls.open(territory="34")
    for piece in controls.server.run("34-see-controls", AUDITOR, first=1)["nodes"][0]["dossiers"][0]["pieces"]:
        controls.judge({"controlId": hérault, "dossierId": dossier, "piece": piece["piece"]})
    controls.people.does("33-close-a-control", AUDITOR, controlId=hérault, conclusion="Conforme.")
    document = (OPERATIONS / "34-see-controls.graphql").read_text()
    for who in (AUDITOR, STRUCTURE):
        for where, expected in (
            ({}, [hérault, country]),
            ({"status": ["OPEN"]}, [country]),
            ({"status": ["OPEN", "CLOSED"]}, [hérault, country]),
            ({"territory": ["34"]}, [hérault]),
            ({"territory": ["02"]}, []),
            ({"dossierId": dossier}, [hérault, country]),
        ):
            assert [control["id"] for control in controls.seen(who, **where)] == expected, where
        unknown = server.errors(document, who, where={"dossierId": str(uuid4())})
        assert unknown[0]["extensions"]["field"] == ["where", "dossierId"]
    page = server.run("34-see-controls", STRUCTURE, first=1)
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    rest = server.run("34-see-controls", STRUCTURE, first=1, after=page["pageInfo"]["endCursor"])
    assert [control["id"] for control in rest["nodes"]] == [country]


def test_the_history_of_a_control_is_told_to_those_it_concerns(controls: Controls, people: People):
    controls.certified(1)
    control = controls.open()
    attestation, sheet = controls.pieces()
    controls.judge(attestation)
    controls.judge(sheet, accepted=False, reasonCode="MISSING")
    people.does("32-answer-to-a-refusal", STRUCTURE, **sheet, answer="La voici.")
    topics = ["control.opened", "control.drawn", "control.piece_judged", "control.answered", "control.closed"]

    def history(who: str) -> list[str]:
        return [entry["type"] for entry in people.history(who, type=topics)]

    judged = ["control.piece_judged", "control.piece_judged", "control.answered"]
    assert history(AUDITOR) == history(NATIONAL) == ["control.opened", "control.drawn", *judged]
    assert history(STRUCTURE) == history(COORDONNATEUR) == judged
    assert history(ELSEWHERE) == history(OTHER_STRUCTURE) == []
    people.does("33-close-a-control", AUDITOR, controlId=control, conclusion="Une réserve.")
    assert history(AUDITOR)[-1] == "control.closed"
    by_id = [entry["type"] for entry in people.history(AUDITOR, controlId=control)]
    assert by_id == ["control.opened", "control.drawn", *judged, "control.closed"]


@pytest.mark.parametrize(
    "who", [STRUCTURE, COORDONNATEUR, NATIONAL, PARENT], ids=["struct", "coord", "nation", "parent"]
)
def test_nobody_but_an_auditor_draws(who: str, controls: Controls):
    controls.certified(1)
    (refused,) = controls.people.is_refused("30-open-a-control", who, **OPENING)
    assert refused["code"] == "FORBIDDEN"


def test_a_structure_answers_for_itself_only_and_learns_nothing_else(controls: Controls, people: People):
    first, second = controls.certified(2)
    controls.open()
    (control,) = controls.seen()
    (drawn,) = control["dossiers"]
    values = {"piece": drawn["pieces"][0]["piece"], "answer": "Mais…"}
    undrawn = second if drawn["dossier"]["id"] == first else first
    for who, control_id, dossier in (
        (OTHER_STRUCTURE, control["id"], drawn["dossier"]["id"]),
        (STRUCTURE, control["id"], undrawn),
        (STRUCTURE, str(uuid4()), undrawn),
        (AUDITOR, control["id"], drawn["dossier"]["id"]),
    ):
        (refused,) = people.is_refused("32-answer-to-a-refusal", who, controlId=control_id, dossierId=dossier, **values)
        assert (refused["code"], refused["field"]) == ("FORBIDDEN", None)


def test_bad_input_is_named_field_by_field(controls: Controls, people: People):
    (dossier,) = controls.certified(1)
    errors = people.is_refused(
        "30-open-a-control", AUDITOR, periodFrom="hier", periodUntil="2027-03-31", sharePercent=0
    )
    assert {(error["code"], error["field"][0]) for error in errors} == {
        ("INVALID", "name"),
        ("INVALID", "periodFrom"),
        ("INVALID", "sharePercent"),
    }
    assert "Part tirée (%) : doit être au moins 1." in {error["message"] for error in errors}
    for territory in ("99", "99\u0000", "2B"):
        (nowhere,) = people.is_refused("30-open-a-control", AUDITOR, **OPENING, territory=territory)
        assert (nowhere["code"], nowhere["field"]) == ("INVALID", ["territory"])
    (absent,) = people.is_refused(
        "31-judge-a-piece", AUDITOR, controlId=str(uuid4()), dossierId=dossier, piece="piece:x", accepted=True
    )
    assert (absent["code"], absent["field"]) == ("NOT_FOUND", ["controlId"])
    control = controls.open()
    (unknown,) = people.is_refused(
        "31-judge-a-piece", AUDITOR, controlId=control, dossierId=str(uuid4()), piece="piece:x", accepted=True
    )
    assert (unknown["code"], unknown["field"]) == ("NOT_FOUND", ["dossierId"])
    values = controls.pieces()[0] | {"accepted": True, "expectedVersion": 7}
    (moved,) = people.is_refused("31-judge-a-piece", AUDITOR, **values)
    assert moved["code"] == "CONFLICT"


def test_an_idempotency_key_opens_one_control(controls: Controls):
    controls.certified(1)
    key = str(uuid4())
    first = controls.open(idempotencyKey=key)
    assert controls.open(idempotencyKey=key) == first
    assert len(controls.seen()) == 1
