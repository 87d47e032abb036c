"""A standstill is told: nobody projects, a projector is frozen, events wait, the log is locked, clocks differ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import QueryCanceled

from api.http import standstill
from application.hosting.setting_groups import WebSettings
from application.proof.log_checks import ProofLogCheck
from cli.read_models import log_state as log_states
from cli.read_models.log_state import log_state
from domain.kernel.actors import SYSTEM
from eventstore.locks import Lock, acquire, try_acquire
from projections.engine import runner
from projections.engine.runner import projecting
from tests.scenarios.following.test_outages import DECLARE
from tests.support.conditions import until
from tests.support.network.outages import log_locked, terminate_all
from tests.support.people import ANIMATION, STRUCTURE, People
from tests.support.server import Clock, Server, running_server

_SLOW = """
CREATE FUNCTION slowly(state bytea) RETURNS int IMMUTABLE LANGUAGE plpgsql
AS 'BEGIN PERFORM pg_sleep(0.1); RETURN 1; END'"""


def is_ready(server: Server) -> bool:
    answer = server.http.get("/ready")
    assert answer.status_code == (200 if answer.json()["ready"] else 503)
    return bool(answer.json()["ready"])


def health(server: Server) -> dict[str, Any]:
    state: dict[str, Any] = server.http.get("/health").json()
    return state


def test_a_server_is_not_ready_while_nobody_projects(founded_url: str, clock: Clock) -> None:
    with running_server(founded_url, clock, projects=False) as server:
        assert not is_ready(server)
        state = health(server)
        assert (state["status"], state["projecting"]) == ("degraded", False)
        assert state["problems"] == ["nobody projects"]
        with projecting(founded_url, server.application.vault):
            until(lambda: is_ready(server))
            assert health(server)["status"] == "ok"


def test_a_frozen_projector_and_the_events_that_wait_for_it_are_told(
    people: People, founded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(log_states, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(standstill, "HANDING_OVER_SECONDS", 0.2)
    monkeypatch.setattr(standstill, "SETTLING_SECONDS", 0.0)
    people.sign()
    # Somebody holds the lease and does nothing, as a process that was stopped.
    with (
        psycopg.connect(founded_url, autocommit=True, application_name="frozen") as frozen,
        running_server(
            founded_url, Clock(), wait_seconds=0, web=WebSettings(ready_lag_seconds=1), projects=False
        ) as other,
    ):
        until(lambda: is_ready(other))
        acquire(frozen, Lock.REBUILD)

        def takes_the_lease() -> bool:
            terminate_all(founded_url, "parentalite-projector")
            return try_acquire(frozen, Lock.PROJECTOR)

        until(takes_the_lease)
        # Not by caplog: what sets up logs anew, as commands do, takes its handler away.
        logged: list[str] = []
        monkeypatch.setattr(standstill.log, "warning", lambda _, extra: logged.extend(extra["problems"]))
        other.post({"query": DECLARE, "variables": {"input": ANIMATION}}, STRUCTURE)
        until(lambda: "animations: events wait" in health(other)["problems"])
        status = health(other)
        assert (status["status"], status["projecting"], is_ready(other)) == ("degraded", False, False)
        (animations,) = [model for model in status["readModels"] if model["name"] == "animations"]
        assert animations["lag"] == 1
        assert animations["lagSeconds"] >= 1
        until(lambda: "animations: events wait" in logged)
        text = other.http.get("/metrics").text
        assert 'parentalite_follower_lag_events{name="animations"} 1.0' in text
        assert "parentalite_projecting 0.0" in text
        with other.application.pool.connection() as conn:
            state = log_state(conn, datetime.now(UTC))
        assert (state.projecting, state.frozen_projector) == (False, frozen.info.backend_pid)


def test_a_log_that_is_locked_makes_the_process_unready_until_it_is_free(
    server: Server, founded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "HELD_SECONDS", 0.1)
    assert is_ready(server)
    with log_locked(founded_url) as holder:
        until(lambda: not is_ready(server))
        assert health(server)["problems"] == ["commands cannot be recorded"]
        assert "parentalite_recording 0.0" in server.http.get("/metrics").text
        holder.rollback()
        until(lambda: is_ready(server))


def test_a_server_goes_on_answering_while_an_index_of_the_log_is_made(
    server: Server, founded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "HELD_SECONDS", 0.1)
    with psycopg.connect(founded_url, autocommit=True) as conn, ThreadPoolExecutor(1) as pool:
        conn.execute(_SLOW)
        making = pool.submit(conn.execute, "CREATE INDEX slowly ON stored_events (slowly(state))")
        try:
            until(lambda: health(server)["problems"] == ["commands cannot be recorded"])
            server.application.recorder.note_failure()
            assert is_ready(server)
        finally:
            conn.cancel()
        with pytest.raises(QueryCanceled):
            making.result(10)
        # Nor does a command that failed meanwhile keep those from it that show whether it works again.
        assert is_ready(server)


def test_followers_beside_the_read_models_are_told_and_make_nobody_unready(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "LATE_SECONDS", -600.0)
    people.sign()
    server = people.server
    # Neither a notary nor a reactor runs beside this server.
    until(lambda: set(health(server)["problems"]) == {"checkpoints: events wait", "reactions: events wait"})
    assert {follower["name"] for follower in health(server)["followers"]} == {"checkpoints", "reactions"}
    assert is_ready(server)


def test_a_clock_that_differs_from_the_databases_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(minutes=1)

    monkeypatch.setattr(standstill, "datetime", Ahead)
    assert health(server)["problems"] == ["the clock differs from PostgreSQL's"]
    assert is_ready(server)


def test_the_findings_of_the_nightly_check_and_a_missed_one_are_told(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert health(server)["check"] is None
    counts = {"position": 7, "events": 7, "rows": 9}
    server.application.execute(ProofLogCheck(**counts, findings=0), SYSTEM, datetime.now(UTC))
    until(lambda: health(server)["check"] is not None)
    assert (health(server)["status"], health(server)["check"]["findings"]) == ("ok", 0)
    two_days_ago = datetime.now(UTC) - timedelta(days=3)
    server.application.execute(ProofLogCheck(**counts, findings=0), SYSTEM, two_days_ago)
    until(lambda: health(server)["problems"] == ["the log was not checked for two days"])
    check = ProofLogCheck(**counts, findings=3, first_findings=("position 5: service_dossier.paid",))
    server.application.execute(check, SYSTEM, datetime.now(UTC))
    until(lambda: health(server)["problems"] == ["the last check of the log has findings: 3"])
    assert "parentalite_log_check_findings 3.0" in server.http.get("/metrics").text
    assert is_ready(server)
