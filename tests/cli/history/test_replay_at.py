"""`parentalite replay … --at`: what was known at a moment, and the state that it led to."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from application.animations.commands import AnimationAttest, AnimationModify, AnimationTextBlank
from application.candidatures import CandidatureSubmit
from application.papers.words import STATUSES
from application.typology import TermRename
from cli.history.french import FIELDS
from cli.history.past import NOT_SHOWN, column_names
from domain.animations.transitions import AnimationStatus
from domain.candidatures.events import Degree
from domain.candidatures.transitions import CandidatureStatus
from domain.controls.transitions import ControlStatus
from domain.kernel.actors import PUBLIC, SYSTEM
from domain.kernel.dossier_status import DossierStatus
from domain.typology.typology import TermKind
from projections.engine.past import Moment, row_at
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from tests.cli.conftest import error_line
from tests.support.world import NATIONAL, SIRET, STRUCTURE, UAI


@pytest.fixture
def animation(world):
    """Declared on 1 September, published a day later, widened the next day, attested on the fourth."""
    animation_id = world.creates()
    world.now += timedelta(days=1)
    world.publishes(animation_id)
    world.now += timedelta(days=1)
    start = world.now + timedelta(hours=1)
    changes = {"seats": 30, "starts_at": start, "ends_at": start + timedelta(hours=1)}
    world.does(AnimationModify(animation_id=animation_id, changes=changes), STRUCTURE)
    world.does(TermRename(kind=TermKind.THEME, code="ent-pronote", label="Espace numérique"), NATIONAL)
    world.now += timedelta(days=1)
    world.does(AnimationAttest(animation_id=animation_id, parents=12, answers=("oui", "non")), STRUCTURE)
    return animation_id


def _lines(run, subject, at) -> list[dict[str, Any]]:
    result = run("replay", str(subject), "--json", "--at", str(at))
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def _state(run, subject, at) -> dict[str, Any]:
    *_, last = _lines(run, subject, at)
    state: dict[str, Any]
    (state,) = last["state"]
    return state


def test_a_day_is_meant_until_its_end_in_paris(run, animation):
    assert _state(run, animation, "2026-09-01")["status"] == "SUBMITTED"
    assert _state(run, animation, "2026-09-02")["status"] == "PUBLISHED"
    assert _state(run, animation, "2026-09-02T07:59:59Z")["status"] == "SUBMITTED"
    assert _state(run, animation, "2026-09-02T10:00:00+02:00")["status"] == "PUBLISHED"
    assert [_state(run, animation, f"2026-09-0{day}")["seats"] for day in (2, 3)] == [12, 30]


def test_fields_come_in_the_order_of_their_table(run, animation):
    names = list(_state(run, animation, "2026-09-03"))
    (table,) = (projection.table for projection in projections(TermsInForce()) if projection.name == "animations")
    assert names == [column for column in table.columns if column in names]


def test_what_is_recorded_after_midnight_in_paris_is_of_the_next_day_there(run, world):
    world.now += timedelta(hours=13, minutes=59)
    animation_id = world.creates()
    world.now += timedelta(minutes=1)
    world.publishes(animation_id)
    # 21:59 and 22:00 UTC, in summer.
    assert _state(run, animation_id, "2026-09-01")["status"] == "SUBMITTED"
    assert _state(run, animation_id, "2026-09-02")["status"] == "PUBLISHED"


def test_a_position_is_a_moment_too_and_only_what_was_known_then_is_told(run, animation):
    whole = _lines(run, animation, "2026-09-04")[:-1]
    for number, event in enumerate(whole, 1):
        *events, last = _lines(run, animation, event["position"])
        assert events == whole[:number]
        assert last["state"][0]["version"] == number


def test_a_person_reads_the_state_after_the_events_in_the_words_of_the_moment(run, animation):
    early, late = (run("replay", str(animation), "--at", day).stdout for day in ("2026-09-02", "2026-09-04"))
    assert early.index("Animation publiée") < early.index("État connu à ce moment")
    assert "Présence attestée" not in early
    assert "thèmes : ENT - Pronote" in early.partition("État connu")[2]
    assert "thèmes : Espace numérique" in late.partition("État connu")[2]
    assert "parents : 12" in late.partition("État connu")[2]
    # Guadeloupe's clocks.
    assert "publiée le : 02/09/2026 04:00" in early


def test_a_structure_and_the_typology_have_a_state_too(run, animation):
    assert "territoires : 971" in run("replay", SIRET, "--at", "2026-09-01").stdout
    terms = _lines(run, "typology", "2026-09-03")[-1]["state"]
    assert "Espace numérique" in [term["label"] for term in terms]
    assert "ENT - Pronote" in [term["label"] for term in _lines(run, "typology", "2026-09-02")[-1]["state"]]


def test_what_was_erased_since_stays_erased(run, opened, world):
    command = CandidatureSubmit(
        territory="971",
        school_uai=UAI,
        degree=Degree.FIRST,
        first_name="Zélie",
        last_name="Inventée",
        email="zelie@example.org",
        motivation="Aider",
    )
    candidature = world.does(command, PUBLIC).subject_id
    world.now += timedelta(days=1)
    assert "[personal]" in run("replay", str(candidature), "--at", "2026-09-01").stdout
    opened.application.erase_person(str(candidature), SYSTEM, world.now)
    output = run("replay", str(candidature), "--at", "2026-09-01").stdout
    assert "[erased]" in output
    assert "Zélie" not in output
    assert "Données personnelles effacées" not in output
    with opened.connection() as conn:
        row = row_at(conn, "candidatures", candidature, Moment(before=world.now - timedelta(hours=1)))
    assert row is not None
    assert row["erased_at"] is None


@pytest.mark.parametrize(
    "wrong",
    ["hier", "", "-3", "2026-13-01", "2026-09-01T10:00:00", "9999-12-31T23:59:59.999999", "١٢", "3.5", "9999-12-31x"],
)
def test_what_is_no_moment_is_a_wrong_usage_that_says_what_is(run, animation, wrong):
    result = run("replay", str(animation), f"--at={wrong}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--at" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("later", ["0", "999999", "9" * 40, "2099-01-01", "2099-01-01T00:00:00Z"])
def test_what_has_not_come_yet_is_refused_in_one_line(run, animation, later):
    assert "yet" in error_line(run("replay", str(animation), "--at", later)) or "still to come" in error_line(
        run("replay", str(animation), "--at", later)
    )


def test_before_it_existed_nothing_was_recorded(run, animation):
    assert "nothing was recorded" in error_line(run("replay", str(animation), "--at", "2026-08-31"))
    assert "nothing was recorded" in error_line(run("replay", SIRET, "--at", "1"))


def test_every_column_that_is_told_has_its_french_words():
    open_to_all = [
        projection
        for projection in projections(TermsInForce())
        if not (projection.append_only or projection.opens_personal)
    ]
    assert {column for projection in open_to_all for column in projection.table.columns} - NOT_SHOWN <= set(
        column_names()
    )


def test_a_column_is_called_the_same_in_every_table_and_not_named_twice():
    tables = [projection.table for projection in projections(TermsInForce())]
    labels = {label for table in tables for label in table.labels.items()}
    assert len(labels) == len(dict(labels))
    assert {name for name, _ in labels}.isdisjoint(FIELDS)
    assert all(set(table.labels) <= set(table.columns) for table in tables)


def test_every_status_has_its_french_words():
    statuses = {
        status.value for kind in (AnimationStatus, DossierStatus, ControlStatus, CandidatureStatus) for status in kind
    }
    assert set(STATUSES) == statuses


def test_a_title_that_is_blanked_is_not_shown(run, world, animation):
    named = world.creates(title="Café de Zoé Exemple")
    world.does(AnimationModify(animation_id=named, changes={"title": "Thé"}), STRUCTURE)
    world.does(AnimationTextBlank(animation_id=named, version=1, reason="Un nom"), NATIONAL)
    for printed in (run("replay", str(named)), run("replay", str(named), "--json"), run("replay", SIRET)):
        assert "Zoé Exemple" not in printed.output
        assert "[texte masqué]" in printed.output
