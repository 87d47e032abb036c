"""The draw of a control: its population is the log's, its seed follows from a later checkpoint."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from projections.engine.generations import live_tables
from tests.scenarios.service.controls_story import OPENING, Controls, allowed
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, STRUCTURE, People
from tests.support.server import Server


@pytest.fixture
def controls(people: People) -> Controls:
    return Controls(people)


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
    # Both are opened at one moment, and come in either order.
    drawn = {control["name"]: control for control in controls.seen()}
    earlier, later = drawn["Une fois"], drawn["Une seconde fois"]
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
