"""Sampled controls over HTTP: an auditor draws certified dossiers and judges their pieces, a structure answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.proof.checkpoints import SignedCheckpoint
from domain.controls.draw import draw
from domain.kernel.actors import Role
from projections.engine.generations import live_tables
from tests.scenarios.service.test_service_dossiers import Claims
from tests.scenarios.service.test_service_dossiers_read import ELSEWHERE
from tests.support.draws import sign_and_draw
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, PARENT, STRUCTURE, People
from tests.support.server import CHECKPOINT_KEY, Server, token

OPENING = {
    "name": "Contrôle du printemps",
    "periodFrom": "2027-03-01",
    "periodUntil": "2027-03-31",
    "sharePercent": 50,
}
MEDIATEUR = token(Role.MEDIATEUR)


class Controls:
    """Certified dossiers of one animation each, and the auditor's work on them."""

    def __init__(self, people: People) -> None:
        self.people, self.server = people, people.server
        self.claims = Claims(people)

    def certified(self, count: int) -> list[str]:
        held = self.claims.held(count)
        self.claims.attest(*held)
        return [self.claims.certified(animations) for animations in held]

    def open(self, **values: Any) -> str:
        """Announce a control; the draw follows by itself."""
        control = str(self.people.does("30-open-a-control", AUDITOR, **OPENING | values)["control"]["id"])
        self.draw()
        return control

    def draw(self) -> SignedCheckpoint:
        checkpoint = sign_and_draw(self.server.application, self.server.clock.now, CHECKPOINT_KEY)
        self.server.post({"query": "{ position }"}, min_position=str(self.server.log_head()))
        return checkpoint

    def seen(self, who: str = AUDITOR, **where: Any) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = self.server.run("34-see-controls", who, where=where)["nodes"]
        return nodes

    def pieces(self, who: str = AUDITOR) -> list[dict[str, Any]]:
        """Each piece of the only control's dossiers, as inputs name it."""
        (control,) = self.seen(who)
        return [
            {"controlId": control["id"], "dossierId": dossier["dossier"]["id"], "piece": piece["piece"]}
            for dossier in control["dossiers"]
            for piece in dossier["pieces"]
        ]

    def judge(self, piece: dict[str, Any], accepted: bool = True, **values: Any) -> dict[str, Any]:
        payload = self.people.does("31-judge-a-piece", AUDITOR, **piece, accepted=accepted, **values)
        control: dict[str, Any] = payload["control"]
        return control


@pytest.fixture
def controls(people: People) -> Controls:
    return Controls(people)


def allowed(control: dict[str, Any]) -> dict[str, bool]:
    return {action["action"]: action["allowed"] for action in control["allowedActions"]}


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


def test_no_auditor_chooses_the_seed(controls: Controls, people: People):
    controls.certified(2)
    (chosen,) = people.is_refused("30-open-a-control", AUDITOR, **OPENING, seed="loto-2026-11-25")
    assert (chosen["code"], chosen["field"]) == ("INVALID", ["seed"])
    assert "premier point de contrôle signé après l'annonce" in chosen["message"]


def test_each_draw_follows_from_the_first_checkpoint_after_its_own_announcement(controls: Controls, people: People):
    controls.certified(4)
    drawn_from = [controls.draw().size]
    for name in ("Une fois", "Une seconde fois"):
        people.does("30-open-a-control", AUDITOR, **OPENING | {"name": name})
        drawn_from.append(controls.draw().size)
    later, earlier = controls.seen()
    assert drawn_from == sorted(set(drawn_from))
    assert drawn_from[1:] == [earlier["checkpointSize"], later["checkpointSize"]]
    assert None not in (earlier["drawnAt"], later["drawnAt"])


def test_what_an_auditor_thought_better_of_stands_no_longer(controls: Controls):
    controls.certified(1)
    controls.open()
    piece = controls.pieces()[0]
    controls.judge(piece, accepted=False, reasonCode="MISSING")
    controls.people.does("32-answer-to-a-refusal", STRUCTURE, **piece, answer="La voici.")
    controls.judge(piece)
    (control,) = controls.seen(STRUCTURE)
    judged = control["dossiers"][0]["pieces"][0]
    assert (judged["accepted"], judged["reasonCode"], judged["answer"]) == (True, "CONFORM", "La voici.")
    assert not allowed(control)["controlAnswer"]
    (late,) = controls.people.is_refused("32-answer-to-a-refusal", STRUCTURE, **piece, answer="Encore.")
    assert (late["code"], late["field"]) == ("RULE_BROKEN", ["piece"])


def test_days_of_certification_are_those_of_the_territory(controls: Controls, server: Server):
    held = controls.claims.held(1)
    controls.claims.attest(*held)
    # In Montpellier it is the 1st of April already.
    server.clock.now = datetime(2027, 3, 31, 22, 30, tzinfo=UTC)
    controls.claims.certified(*held)
    (none,) = controls.people.is_refused("30-open-a-control", AUDITOR, **OPENING)
    assert (none["code"], "Aucun dossier" in none["message"]) == ("RULE_BROKEN", True)
    controls.open(periodFrom="2027-04-01", periodUntil="2027-04-01")


def test_a_dossier_certified_a_moment_ago_is_in_the_draw(controls: Controls):
    dossiers = controls.certified(2)
    controls.open(sharePercent=100)
    assert controls.seen()[0]["population"] == sorted(dossiers)


def test_a_read_model_has_no_say_in_the_draw(controls: Controls, server: Server):
    dossiers = controls.certified(2)
    with server.application.pool.connection() as conn:
        (table,) = (live_tables(conn)["service_dossiers"].as_string(conn),)
        conn.execute(f"UPDATE {table} SET certified_at = '2020-01-01' WHERE dossier_id = %s", (dossiers[0],))
    controls.open(sharePercent=100)
    assert controls.seen()[0]["population"] == sorted(dossiers)


def test_a_certification_that_was_withdrawn_is_not_drawn_from(controls: Controls, people: People, server: Server):
    kept, withdrawn = controls.certified(2)
    before = server.log_head()
    people.does("28-withdraw-a-certification", COORDONNATEUR, dossierId=withdrawn, reason="Feuille non signée")
    controls.open(sharePercent=100)
    (control,) = controls.seen()
    assert control["population"] == [kept]
    assert control["populationAsOf"] > before


def test_only_certified_dossiers_are_drawn_from(controls: Controls, people: People):
    first, second = controls.claims.held(2)
    controls.claims.attest(first, second)
    certified = controls.claims.certified(first)
    waiting = controls.claims.open(animationIds=[second])["id"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=waiting)
    people.does("22-record-a-payment", NATIONAL, dossierId=certified, paidOn="2027-03-20", reference="VIR")
    controls.open(sharePercent=100)
    assert controls.seen()[0]["population"] == [certified]


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
    for who in (AUDITOR, STRUCTURE):
        for where, expected in (
            ({}, [hérault, country]),
            ({"status": ["OPEN"]}, [country]),
            ({"status": ["OPEN", "CLOSED"]}, [hérault, country]),
            ({"territory": ["34"]}, [hérault]),
            ({"territory": ["02"]}, []),
            ({"dossierId": dossier}, [hérault, country]),
            ({"dossierId": str(uuid4())}, []),
        ):
            assert [control["id"] for control in controls.seen(who, **where)] == expected, where
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
    assert "sharePercent : doit être au moins 1." in {error["message"] for error in errors}
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
