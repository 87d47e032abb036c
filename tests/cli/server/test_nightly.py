"""Every night the log is judged and the read models compared; the result is an event, and those who watch see it."""

from __future__ import annotations

import orjson

from application.proof.log_checks import last_check
from cli.composition import Conn, Runtime, event_guard
from cli.server.nightly import check_log_and_read_models
from domain.proof.events import LogChecked
from eventstore.records import Recorded
from tests.cli.conftest import project
from tests.support.forging import lift_protection
from tests.support.world import World


def findings(opened: Runtime, world: World) -> int:
    settings = opened.settings
    return check_log_and_read_models(opened.application, settings.master_key, event_guard(settings), world.now)


def recorded(conn: Conn) -> tuple[Recorded, LogChecked]:
    checked = last_check(conn)
    assert checked is not None
    return checked


def test_a_log_and_tables_that_are_as_they_must_be(run, world, opened):
    world.creates()
    project(opened)
    assert (
        check_log_and_read_models(
            opened.application, opened.settings.master_key, event_guard(opened.settings), world.now
        )
        == 0
    )
    with opened.connection() as conn:
        record, check = recorded(conn)
    assert (check.findings, check.first_findings) == (0, ())
    assert check.events > 40
    assert check.rows > 40
    assert check.position == record.position - 1
    assert "nothing found" in run("status").stdout


def test_what_is_found_is_recorded_in_short_and_shown(run, world, opened):
    world.creates(title="Madame Dupont")
    project(opened)
    with opened.connection() as conn:
        (position,) = conn.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " SELECT originator_id, originator_version + 1, 'animation.ended',"
            " convert_to(regexp_replace(regexp_replace(convert_from(state, 'UTF8'), '\"data\":.*$', '\"data\":{}}'),"
            " '\"schema_version\":[0-9]+', '\"schema_version\":1'), 'UTF8')"
            " FROM stored_events"
            " WHERE topic = 'animation.created' RETURNING notification_id"
        ).fetchone()
        conn.execute("UPDATE read_models.animations_g1 SET title = 'Monsieur Durand'")
    assert (
        check_log_and_read_models(
            opened.application, opened.settings.master_key, event_guard(opened.settings), world.now
        )
        == 2
    )
    with opened.connection() as conn:
        _, check = recorded(conn)
    unsound, difference = check.first_findings
    assert unsound.startswith(f"position {position}: ")
    assert "animation.ended" in unsound
    assert difference == "animations_g1: title"
    shown = orjson.loads(run("status", "--json").stdout)["check"]
    assert shown["findings"] == 2
    assert "2 findings" in run("status").stdout
    assert run("audit", "check", "--rules").exit_code == 1


def test_a_signed_event_that_is_gone_is_found_at_night(run, world, opened):
    world.creates()
    assert run("audit", "checkpoint").exit_code == 0
    project(opened)
    with opened.connection() as conn:
        lift_protection(conn)
        (position,) = conn.execute(
            "DELETE FROM stored_events WHERE topic = 'animation.created' RETURNING notification_id"
        ).fetchone()
    assert findings(opened, world) > 0
    with opened.connection() as conn:
        _, check = recorded(conn)
    assert any(text.startswith(f"position {position}: removed") for text in check.first_findings)
