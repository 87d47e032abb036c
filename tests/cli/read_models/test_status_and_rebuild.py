"""`parentalite status` and `parentalite rebuild`."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from multiprocessing import active_children

import psycopg
import pytest

from application.founding import found_database
from application.typology import TermMerge
from cli.composition import utc_now
from cli.console import Stopped
from cli.read_models.readiness import known_read_models
from domain.typology.typology import TermKind
from eventstore.locks import Lock, acquire
from projections.engine.generations import State, fingerprint, generations
from projections.engine.rebuild import rebuild
from projections.engine.runner import projecting
from projections.engine.terms import touched
from tests.cli.conftest import error_line, project
from tests.support.conditions import until
from tests.support.world import MASTER_KEY, NATIONAL


def _status(run):
    result = run("status", "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def _live(opened) -> dict[str, int]:
    with opened.connection() as conn:
        return {live.name: live.generation for live in generations(conn, State.LIVE)}


def test_an_empty_database_has_nothing_lacks_nothing_and_stays_empty(run, environment):
    status = _status(run)
    assert status["log"] == {"position": 0, "events": 0}
    assert status["readModels"] == []
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        made = conn.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        assert made.fetchone() == (0,)


def test_a_database_without_events_has_every_read_model(run, opened):
    status = _status(run)
    assert status["log"] == {"position": 0, "events": 0}
    assert {model["name"] for model in status["readModels"]} == set(known_read_models())
    assert all(model["lagEvents"] == 0 and model["failed"] is None for model in status["readModels"])


def test_what_protects_the_log_and_is_missing_is_told(run, opened):
    protection = _status(run)["protection"]
    assert (protection["missing"], protection["roleOwns"]) == ([], True)
    with opened.connection() as conn:
        conn.execute("DROP TRIGGER append_only ON stored_events")
    for _ in range(2):
        # Looking mends nothing.
        assert _status(run)["protection"]["missing"] == ["stored_events has no trigger that keeps it append-only"]
    assert "Not protected: stored_events" in " ".join(run("status").stdout.split())


def test_the_lag_is_told_in_events_and_in_seconds_of_the_oldest(run, opened):
    found_database(opened.application, utc_now() - timedelta(hours=1))
    status = _status(run)
    for model in status["readModels"]:
        assert (model["position"], model["lagEvents"]) == (0, status["log"]["events"])
        assert 3600 <= model["lagSeconds"] < 4000
    project(opened)
    status = _status(run)
    assert {(m["position"], m["lagEvents"], m["lagSeconds"]) for m in status["readModels"]} == {
        (status["log"]["position"], 0, 0.0)
    }


def test_a_read_model_that_stands_still_is_told_with_event_and_reason(run, world, opened):
    with opened.connection() as conn:
        conn.execute(
            "UPDATE read_models.generations SET failed_position = 7, failed_event = 'structure.renamed',"
            " failed_reason = 'AssertionError: no row' WHERE name = 'structures'"
        )
    failed = {model["name"]: model["failed"] for model in _status(run)["readModels"]}
    assert failed["structures"] == {"position": 7, "event": "structure.renamed", "reason": "AssertionError: no row"}
    assert failed["animations"] is None
    shown = run("status").stdout
    assert "structures stands still before position 7 (structure.renamed): AssertionError: no row" in shown


def test_whether_somebody_projects_is_told(run, world, opened, environment):
    assert not _status(run)["projecting"]
    with projecting(opened.url, opened.application.vault):
        until(lambda: not any(model["lagEvents"] for model in _status(run)["readModels"]))
        assert _status(run)["projecting"]


def test_a_change_of_the_typology_is_told_until_the_projector_shows_it(run, world, opened, monkeypatch):
    world.creates(themes=("jeux-video",))
    project(opened)
    assert run("rebuild", "--preview").stdout.startswith("Every change of the typology")
    world.does(TermMerge(kind=TermKind.THEME, source="jeux-video", into="temps-ecran"), NATIONAL)
    preview = run("rebuild", "--preview").stdout
    assert "jeux-video → temps-ecran: 1 animation" in preview
    assert "shows that at once" in preview
    with monkeypatch.context() as bound:
        bound.setattr(touched, "FEW_STREAMS", 0)
        assert "fills animations anew" in run("rebuild", "--preview").stdout
    names = [model["name"] for model in _status(run)["readModels"] if not model["showsTodaysTypology"]]
    assert set(names) == {"animations", "animation_requests", "publications", "satisfaction_packets"}
    project(opened)
    assert run("rebuild", "--preview").stdout.startswith("Every change of the typology")
    assert all(model["showsTodaysTypology"] for model in _status(run)["readModels"])


def test_a_rebuild_switches_to_a_new_generation_and_back_returns(run, world, opened):
    world.publishes(world.creates())
    before = _live(opened)
    result = run("rebuild")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "rebuild all read models" in result.stderr
    after = _live(opened)
    assert all(after[name] > before[name] for name in before)
    assert all(model["lagEvents"] == 0 for model in _status(run)["readModels"])

    assert run("rebuild", "--back", "animations").exit_code == 0
    assert _live(opened) == after | {"animations": before["animations"]}


def test_only_the_named_are_rebuilt(run, world, opened):
    before = _live(opened)
    assert run("rebuild", "terms", "structures", "terms").exit_code == 0
    changed = {name for name, generation in _live(opened).items() if generation != before[name]}
    assert changed == {"terms", "structures"}


def test_an_unknown_read_model_is_refused_with_those_that_there_are(run, environment):
    line = error_line(run("rebuild", "animations", "horoscopes"))
    assert "unknown read model horoscopes" in line
    assert "service_dossiers" in line


def test_a_second_rebuild_is_refused_while_one_runs(run, world, opened):
    with opened.connection() as conn:
        acquire(conn, Lock.REBUILD)
        assert "another rebuild is running" in error_line(run("rebuild"))


def test_looking_and_going_back_are_two_things(run, environment):
    assert run("rebuild", "--back", "--preview").exit_code == 2


def test_there_must_be_a_generation_to_go_back_to(run, world):
    assert "no previous generation" in error_line(run("rebuild", "--back"))


def test_no_disk_left_is_one_line_and_the_old_generation_stays(run, world, opened, monkeypatch):
    def full(*_):
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    before = _live(opened)
    monkeypatch.setattr("projections.engine.rebuild.fill_in_parallel", full)
    assert "no disk space left" in error_line(run("rebuild"))
    assert _live(opened) == before


def test_whoever_says_no_gets_nothing_done(run, world, opened, monkeypatch):
    before = _live(opened)
    monkeypatch.setattr("cli.console.somebody_is_there", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    result = run("rebuild")
    assert result.exit_code == 1
    assert "Nothing was done." in result.stderr
    assert _live(opened) == before
    assert run("rebuild", "--yes").exit_code == 0


def test_stopping_leaves_the_site_on_the_old_generation_and_no_process_behind(run, world, opened, monkeypatch):
    before = _live(opened)

    def ctrl_c(*_):
        raise Stopped(signal.SIGINT)

    with pytest.raises(Stopped):
        rebuild(opened.url, MASTER_KEY, progress=ctrl_c, workers=2)
    assert active_children() == []

    monkeypatch.setattr("cli.read_models.rebuild.build_anew", ctrl_c)
    result = run("rebuild")
    assert result.exit_code == 130
    assert "stays on the old generation" in result.stderr
    assert _live(opened) == before


@pytest.mark.parametrize("command", ["serve", "project"])
def test_read_models_of_other_code_are_refused_with_the_command_that_helps(run, world, opened, command):
    with opened.connection() as conn:
        conn.execute("UPDATE read_models.generations SET fingerprint = 'other' WHERE name IN ('terms', 'animations')")
    line = error_line(run(command, *(["--port", "0"] if command == "serve" else [])))
    assert "animations, terms" in line
    assert "parentalite rebuild animations terms" in line
    with opened.connection() as conn:
        fingerprints = {live.name: live.fingerprint for live in generations(conn, State.LIVE)}
    assert fingerprints["terms"] == "other"
    assert run("rebuild", "animations", "terms").exit_code == 0
    with opened.connection() as conn:
        for live in generations(conn, State.LIVE):
            assert live.fingerprint == fingerprint(known_read_models()[live.name])
